"""Rules about what has to run by itself: systems, canaries, sources, mail, worker, backups."""

from datetime import timedelta

from django.conf import settings
from django.db.models import Count, Max, Min, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override
from django_q.models import OrmQ

from consents.models import CanaryCheck, Evidence, Propagation, PurposeVersion
from consents.models.ledger import REFUSING
from dsar.models import LedgerOutbox, Step
from dsar.states import OPEN
from portal.dashboard.alarms.rules import MOST, Cause, Moment, Rule, Words
from portal.dashboard.cards.machinery import labels
from portal.dashboard.models import AlarmHook, CareRecord
from portal.lib.models import OutgoingMail

MAIL_DAY = timedelta(days=1)


def deaf(hours: int, at: Moment) -> list[Cause]:
    """Return the systems that did not say within so many hours that they obey a refusal."""
    rows = (
        Propagation.objects.exclude(status=Propagation.Status.APPLIED)
        .filter(event__act__in=sorted(REFUSING), created_at__lt=at.now - timedelta(hours=hours))
        .values_list("system__slug", "system__name")
        .annotate(since=Min("created_at"))
        .order_by("system__slug")[:MOST]
    )
    return [Cause(slug, {"system": name, "since": since.isoformat()}) for slug, name, since in rows]


def leaked(_n: int, at: Moment) -> list[Cause]:
    """Return the newest check of the canaries if it found a leak."""
    newest = CanaryCheck.objects.order_by("-at", "-pk").first()
    if newest is None or newest.outcome != CanaryCheck.Outcome.LEAKED:
        return []
    return [Cause("leak", {"since": newest.at.isoformat()})]


def unchecked(minutes: int, at: Moment) -> list[Cause]:
    """Return that the gate was not found well for so many minutes."""
    known = CanaryCheck.objects.exclude(outcome=CanaryCheck.Outcome.UNREACHABLE)
    newest = known.order_by("-at", "-pk").values_list("at", flat=True).first()
    if newest is None or newest > at.now - timedelta(minutes=minutes):
        return []
    return [Cause("silence", {"since": newest.isoformat()})]


def broken_sources(times: int, at: Moment) -> list[Cause]:
    """Return the sources that failed in so many open requests."""
    rows = (
        Step.objects.filter(outcome="failed", accepted_at=None, request__status__in=sorted(OPEN))
        .exclude(source="")
        .values_list("source")
        .annotate(n=Count("request", distinct=True), since=Min("finished_at"))
        .filter(n__gte=times)
        .order_by("source")[:MOST]
    )
    found = [(slug, since.isoformat()) for slug, _n, since in rows]
    named = labels() if found else {}
    return [
        Cause(slug, {"source": _in_each(named.get(slug, slug)), "since": since})
        for slug, since in found
    ]


def _in_each(words: Words) -> dict[str, str]:
    """Return words in every language of the site."""
    said = {}
    for code, _name in settings.LANGUAGES:
        with override(code):
            said[code] = str(words)
    return said


def unsent(mails: int, at: Moment) -> list[Cause]:
    """Return that so many mails of the last day could not be sent."""
    failed = OutgoingMail.objects.filter(status="failed", created_at__gt=at.now - MAIL_DAY)
    found = failed.aggregate(n=Count("pk"), since=Min("created_at"))
    if found["n"] < mails:
        return []
    return [Cause("mail", {"since": found["since"].isoformat()})]


def unannounced(days: int, at: Moment) -> list[Cause]:
    """Return the versions of which not everybody can be told in time.

    People are told ``notice_days`` before the effect at the latest; so many days before that, and
    after it until the effect, somebody who has not been told is a cause.
    """
    untold = Q(announcements__sent_at=None, announcements__isnull=False)
    rows = (
        PurposeVersion.objects.standing()
        .filter(effective_from__gt=at.now, notice_days__gt=0)
        .filter(Q(announcing__isnull=True) | Q(announcing__finished_at=None) | untold)
        .select_related("purpose")
        .order_by("effective_from", "pk")
        .distinct()[:MOST]
    )
    return [
        Cause(
            f"{one.purpose.slug} {one.number}",
            {
                "purpose": _titles(one),
                "number": one.number,
                "day": str((one.effective_from - timedelta(days=one.notice_days)).date()),
            },
        )
        for one in rows
        if one.effective_from - timedelta(days=one.notice_days + days) <= at.now
    ]


def _titles(version: PurposeVersion) -> dict[str, str]:
    """Return how a version names its purpose, by language."""
    return {code: said["title"] for code, said in version.texts.items()}


def expiring(days: int, at: Moment) -> list[Cause]:
    """Return the purposes whose last evidence of anonymisation ends within so many days."""
    rows = (
        Evidence.objects.filter(withdrawal=None)
        .values_list("purpose__slug")
        .annotate(ends=Max("expires_at"))
        .filter(ends__lte=at.now + timedelta(days=days))
        .order_by("purpose__slug")[:MOST]
    )
    found = list(rows)
    standing = PurposeVersion.objects.standing().select_related("purpose").order_by("number")
    wanted = standing.filter(purpose__slug__in=[slug for slug, _ends in found])
    named = {one.purpose.slug: _titles(one) for one in wanted} if found else {}
    return [
        Cause(
            f"{slug} {ends:%Y-%m-%d}",
            {
                "purpose": named.get(slug) or {"en": slug},
                "opens": slug,
                "since": ends.isoformat(),
            },
        )
        for slug, ends in found
    ]


def waiting(minutes: int, at: Moment) -> list[Cause]:
    """Return that the job which waits longest has waited for so many minutes."""
    oldest = OrmQ.objects.filter(lock__lt=at.now).aggregate(oldest=Min("lock"))["oldest"]
    if oldest is None or oldest > at.now - timedelta(minutes=minutes):
        return []
    return [Cause("queue", {"since": oldest.isoformat()})]


def unsaved(hours: int, at: Moment) -> list[Cause]:
    """Return that no backup was reported for so many hours. None is expected before the first."""
    made = CareRecord.objects.filter(kind=CareRecord.Kind.BACKUP, succeeded=True)
    last = made.order_by("-at").values_list("at", flat=True).first()
    if last is None or last > at.now - timedelta(hours=hours):
        return []
    return [Cause("backup", {"since": last.isoformat()})]


def uncarried(minutes: int, at: Moment) -> list[Cause]:
    """Return that lines of the ledger of erasures lie in the database alone for so many minutes."""
    oldest = LedgerOutbox.objects.aggregate(oldest=Min("record__at"))["oldest"]
    if oldest is None or oldest > at.now - timedelta(minutes=minutes):
        return []
    return [Cause("ledger", {"since": oldest.isoformat()})]


def deaf_hooks(times: int, at: Moment) -> list[Cause]:
    """Return the webhooks for alarms that failed so many times in a row."""
    rows = AlarmHook.objects.filter(is_on=True, failures__gte=times).order_by("pk")[:MOST]
    return [Cause(str(one.uid), {"hook": one.name, "opens": str(one.uid)}) for one in rows]


RULES = (
    Rule(
        "canary_leaked", _("Gate leaks"),
        _("The newest check found that a document which must never be used was allowed or used."),
        "", 1, 1, 1, leaked,
        _("A canary was allowed or used; found on %(since)s."), "dashboard",
    ),
    Rule(
        "canary_unchecked", _("Gate not checked"),
        _("For %(n)s minutes nobody found out whether the gate holds."), _("minutes"),
        35, 15, 240, unchecked, _("The gate was last checked on %(since)s."), "dashboard",
    ),
    Rule(
        "refusal_unheard", _("Refusal not obeyed yet"),
        _("A system did not say within %(n)s hours that it obeys a refusal."), _("hours"),
        24, 1, 72, deaf,
        _("%(system)s has not confirmed a refusal of %(since)s."), "consents:deliveries",
    ),
    Rule(
        "notice_missed", _("Notice about to be missed"),
        _("Not everybody has been told of a wider purpose, %(n)s days before they must be."),
        _("days"), 3, 1, 14, unannounced,
        _("%(purpose)s, version %(number)s: everybody must be told by %(day)s, and is not."),
        "dashboard-changes", ahead=True,
    ),
    Rule(
        "evidence_ends", _("Evidence of anonymisation ends"),
        _("The last evidence that a purpose anonymises ends within %(n)s days, or has ended."),
        _("days"), 30, 7, 180, expiring,
        _("%(purpose)s: the evidence of anonymisation ends on %(since)s."),
        "dashboard-evidence-purpose", ahead=True,
    ),
    Rule(
        "source_failing", _("Source failing"),
        _("A source failed in %(n)s open request or more."), _("requests"),
        1, 1, 20, broken_sources, _("The source %(source)s fails since %(since)s."), "dsar:sources",
    ),
    Rule(
        "mail_failing", _("Mail failing"),
        _("%(n)s mail or more of the last day could not be sent."), _("mails"),
        1, 1, 100, unsent, _("Mail cannot be sent since %(since)s."), "dsar:outbox",
    ),
    Rule(
        "queue_waits", _("Worker does not keep up"),
        _("A job has waited for %(n)s minutes or more."), _("minutes"),
        10, 2, 120, waiting, _("The oldest job waits since %(since)s."), "dashboard",
    ),
    Rule(
        "backup_old", _("Backup too old"),
        _("No backup was reported for %(n)s hours (manage.py record_backup)."),
        _("hours"), 26, 1, 168, unsaved, _("The last backup was reported on %(since)s."),
        "dashboard",
    ),
    Rule(
        "ledger_uncarried", _("Erasures known to the database alone"),
        _("For %(n)s minutes an erasure is not written outside of the database."),
        _("minutes"), 15, 5, 240, uncarried,
        _("Lines of the ledger of erasures wait since %(since)s."), "dashboard",
    ),
    Rule(
        "hook_failing", _("Webhook for alarms failing"),
        _("A webhook for alarms failed %(n)s times in a row."), _("times"),
        3, 1, 20, deaf_hooks, _("The webhook %(hook)s takes no messages."),
        "dashboard-alarm-hook",
    ),
)  # fmt: skip
