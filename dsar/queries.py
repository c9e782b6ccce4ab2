"""What the pages of requests read: the person's list, and the queue of staff."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import Role
from dsar.deadlines import RegimeCode
from dsar.forecast import in_time, likely_late
from dsar.models import Approval, Pause, SavedFilter, Step, SubjectRequest
from dsar.models.requests import Channel, Kind
from dsar.ranges import RANGES, dated, read_ranges, within
from dsar.states import FINAL, OPEN, Outcome, Status
from dsar.wording import found_in_words
from portal.lib import keyset

PAGE = 25
SOON = timedelta(days=7)
MONTH = timedelta(days=31)
GAPS = [Step.Outcome.FAILED, Step.Outcome.EXCEPTION]
DECIDED = [Status.ANSWERED, Status.REFUSED]
ASIDE = [Status.DUPLICATE, Status.SPAM, Status.UNIDENTIFIED, Status.FORWARDED]


def _steps(**wanted: Any) -> Q:
    return Q(pk__in=Step.objects.filter(**wanted).values("request_id"))


def pending_for(me: User) -> QuerySet[Approval]:
    """Return the questions of open requests that ``me`` may decide as a second person."""
    found = Approval.objects.filter(verdict="", request__status__in=OPEN)
    found = found.exclude(asked_by=me).exclude(request__person=me)
    if me.is_dpo:
        return found
    anybody = Q(act__in=[Approval.Act.EXTEND, Approval.Act.RELEASE])
    return found.filter(anybody | Q(asked_by__role=Role.DPO))


@dataclass(frozen=True)
class View:
    """One way to look at the queue. ``is_open``: of what waits for an answer, due first on top;
    of the others the last ``by`` that date is on top. ``is_counted``: beside its name."""

    label: str | Promise
    condition: Callable[[User, date], Q]
    is_open: bool = True
    by: str = "closed_at"
    is_counted: bool = True


# The same filters the dashboard's figures link to. What has to be done now stands first.
WHEN: dict[str, View] = {
    "late": View(_("Late"), lambda me, today: Q(due_on__lt=today)),
    "week": View(
        _("Due within 7 days"), lambda me, today: Q(due_on__gte=today, due_on__lte=today + SOON)
    ),
    "unread": View(_("Replies unread"), lambda me, today: Q(unread_by_staff=True)),
    "second": View(
        _("Second person asked for"),
        lambda me, today: Q(pk__in=pending_for(me).values("request_id")),
    ),
    "review": View(_("To review"), lambda me, today: Q(status=Status.REVIEW)),
    "mine": View(_("Mine"), lambda me, today: Q(assignee=me)),
    "unassigned": View(_("Nobody’s yet"), lambda me, today: Q(assignee=None)),
    "failed": View(_("With a failed step"), lambda me, today: _steps(outcome="failed")),
    "gaps": View(_("With gaps"), lambda me, today: _steps(outcome__in=GAPS)),
    "outside": View(
        _("Waiting outside"),
        lambda me, today: _steps(status=Step.Status.WAITING, awaits__gt=""),
    ),
    "paused": View(
        _("Clock stands still"),
        lambda me, today: Q(pk__in=Pause.objects.filter(answered_at=None).values("request_id")),
    ),
    "extended": View(_("Extended"), lambda me, today: Q(extended_at__isnull=False)),
    "identity": View(
        _("Waiting for who asks to be confirmed"), lambda me, today: Q(status=Status.IDENTITY)
    ),
    # It asks how fast work goes, which costs a query of its own: not for the number beside it.
    "forecast": View(
        _("Likely to be late"),
        lambda me, today: Q(pk__in=likely_late(today).values("pk")),
        is_counted=False,
    ),
    "in-time": View(_("Likely in time"), lambda me, today: in_time(today), is_counted=False),
    "open": View(_("All open"), lambda me, today: Q()),
    "answered": View(_("Answered"), lambda me, today: Q(status=Status.ANSWERED), is_open=False),
    "refused": View(_("Refused"), lambda me, today: Q(status=Status.REFUSED), is_open=False),
    "withdrawn": View(_("Withdrawn"), lambda me, today: Q(status=Status.WITHDRAWN), is_open=False),
    "aside": View(
        _("Closed without an answer"), lambda me, today: Q(status__in=ASIDE), is_open=False
    ),
    "decided": View(
        _("Answered or refused"), lambda me, today: Q(status__in=DECIDED), is_open=False
    ),
    "closed": View(_("All closed"), lambda me, today: Q(status__in=sorted(FINAL)), is_open=False),
    "packaged": View(
        _("With a copy in store"),
        lambda me, today: Q(package__key__isnull=False),
        is_open=False,
        by="received_at",
    ),
    "any": View(_("All, open or closed"), lambda me, today: Q(), is_open=False, by="received_at"),
    "closed-late": View(
        _("Closed late"),
        lambda me, today: Q(
            status__in=[Status.ANSWERED, Status.REFUSED], closed_on__gt=F("due_on")
        ),
        is_open=False,
    ),
}
# What asks for somebody to act, in this order, on top of the queue.
TO_DO = ("late", "week", "unread", "second", "review", "mine", "unassigned")
DUE: dict[str, tuple[str | Promise, Callable[[date], Q]]] = {
    "late": (_("late"), lambda today: Q(due_on__lt=today)),
    "today": (_("today"), lambda today: Q(due_on=today)),
    "week": (_("within 7 days"), lambda today: Q(due_on__range=(today, today + SOON))),
    "month": (_("within a month"), lambda today: Q(due_on__range=(today, today + MONTH))),
}


@dataclass(frozen=True)
class Filters:
    """What of the queue is asked for, in codes; the empty one asks for nothing.

    ``who``: "me", "nobody", or the uid of a member of staff. ``reference`` is (the beginning of)
    one. ``source``: the source with a failed step. ``ranges``: days, see ``dsar.ranges``. Unknown
    codes are left out by :meth:`read`.
    """

    when: str = "open"
    kind: str = ""
    state: str = ""
    regime: str = ""
    channel: str = ""
    who: str = ""
    due: str = ""
    country: str = ""
    outcome: str = ""
    source: str = ""
    reference: str = ""
    ranges: dict[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, query: Mapping[str, Any]) -> "Filters":
        """Return the filters of an address or a saved filter; what is no code is left out."""
        known: dict[str, Iterable[str]] = {
            "when": WHEN,
            "kind": Kind.values,
            "state": Status.values,
            "regime": [*RegimeCode],
            "channel": Channel.values,
            "due": DUE,
            "outcome": Outcome.values,
        }
        given = {name: str(query.get(name, ""))[:60].replace("\0", "") for name in NAMES}
        read = {name: value for name, value in given.items() if value in known.get(name, [])}
        country = given["country"].strip().upper()
        return cls(
            **read,
            who=given["who"],
            source=given["source"],
            ranges=read_ranges(query),
            country=country if len(country) == 2 and country.isascii() else "",
            reference=str(query.get("q", "")).strip().replace("\0", "").upper()[:200],
        )

    def query(self) -> dict[str, str]:
        """Return what an address of these filters holds: only what differs from the usual."""
        given = {name: value for name, value in asdict(self).items() if value}
        given |= given.pop("ranges", {})
        if "reference" in given:
            given["q"] = given.pop("reference")
        return {name: value for name, value in given.items() if (name, value) != ("when", "open")}

    def condition(self, me: User, today: date) -> Q:
        """Return the condition on requests, with the aliases of ``dsar.ranges.dated``."""
        wanted = WHEN[self.when].condition(me, today)
        if WHEN[self.when].is_open:
            wanted &= Q(status__in=OPEN)
        exact = {"kind": self.kind, "regime": self.regime, "channel": self.channel}
        exact |= {"country": self.country, "status": self.state, "outcome": self.outcome}
        wanted &= Q(**{name: value for name, value in exact.items() if value})
        wanted &= within(self.ranges)
        if self.source:
            wanted &= _steps(outcome="failed", source=self.source)
        if self.due:
            wanted &= DUE[self.due][1](today)
        if self.reference:
            wanted &= Q(reference__startswith=self.reference)
        return wanted & self._taken_by(me)

    def _taken_by(self, me: User) -> Q:
        if self.who == "me":
            return Q(assignee=me)
        if self.who == "nobody":
            return Q(assignee=None)
        known = {str(one.uid): one.pk for one in staff()} if self.who else {}
        return Q(assignee_id=known[self.who]) if self.who in known else Q()


NAMES = [name for name in Filters.__dataclass_fields__ if name not in ("reference", "ranges")]
# What a page has to carry along, so that the same requests are found again.
CARRIED = [*NAMES, *RANGES]


def staff() -> QuerySet[User]:
    """Return who may be given a request, by name."""
    return User.objects.filter(role__in=[Role.SUPPORT, Role.DPO], is_active=True).order_by("name")


def queue(
    me: User, today: date, filters: Filters, *, words: str = "", older: str = "", newer: str = ""
) -> keyset.Page[SubjectRequest]:
    """Return a page of requests: of open ones the first due on top, of others the last closed.

    ``words`` are looked for in what was written (``dsar.wording``). Never a name or an address:
    whose request it is would be told without a reason, and without a row that the person can read;
    support looks people up instead. Malformed cursors give the first page.
    """
    is_open = WHEN[filters.when].is_open
    return keyset.page(
        listed(me, today, filters, words=words).select_related("assignee"),
        by="due_on" if is_open else WHEN[filters.when].by,
        size=PAGE,
        older=older,
        newer=newer,
        ascending=is_open,
    )


def listed(me: User, today: date, filters: Filters, *, words: str = "") -> QuerySet[SubjectRequest]:
    """Return all requests that the filters ask for, with what the list says about each."""
    found = dated(SubjectRequest.objects.all()).filter(filters.condition(me, today))
    if words:
        found = found_in_words(found, words)
    return with_marks(found)


def with_marks(found: QuerySet[SubjectRequest]) -> QuerySet[SubjectRequest]:
    """Add what a row shows at a glance: gaps, waiting outside, the clock, a second person."""
    steps = Step.objects.filter(request=OuterRef("pk"))
    pending = Approval.objects.filter(request=OuterRef("pk"), verdict="")
    # A question that nobody answered before the end stops no clock any more.
    paused = Pause.objects.filter(
        request=OuterRef("pk"), answered_at=None, request__status__in=OPEN
    )
    return found.annotate(
        has_gap=Exists(steps.filter(outcome__in=GAPS)),
        waits_outside=Exists(steps.filter(status=Step.Status.WAITING, awaits__gt="")),
        is_paused=Exists(paused),
        second_asked=Exists(pending),
    )


@dataclass(frozen=True)
class Counts:
    """How many open requests each view and each saved filter holds."""

    views: dict[str, int]
    saved: dict[int, int]


def counts(me: User, today: date, saved: Iterable[SavedFilter] = ()) -> Counts:
    """Count the open requests of every view and saved filter, in one query."""
    views = {code: view for code, view in WHEN.items() if view.is_open and view.is_counted}
    wanted = {code: view.condition(me, today) for code, view in views.items()}
    read = {one.pk: Filters.read(one.query) for one in saved}
    kept = {pk: one for pk, one in read.items() if one.when in views}
    wanted |= {f"saved_{pk}": one.condition(me, today) for pk, one in kept.items()}
    found = dated(SubjectRequest.objects.open()).aggregate(
        **{name: Count("pk", filter=condition or None) for name, condition in wanted.items()}
    )
    return Counts({code: found[code] for code in views}, {pk: found[f"saved_{pk}"] for pk in kept})


def saved_filters(me: User) -> list[SavedFilter]:
    """Return one's own filters and those shared with everybody."""
    return list(SavedFilter.objects.filter(Q(owner=me) | Q(is_shared=True)).order_by("name")[:50])


def repeated(request: SubjectRequest) -> QuerySet[SubjectRequest]:
    """Return the answered or open requests of the same person and kind, the first one first:
    one of them this one may repeat."""
    same = request.person.subject_requests.filter(kind=request.kind).exclude(pk=request.pk)
    unanswered = [Status.DUPLICATE, Status.SPAM, Status.UNIDENTIFIED, Status.WITHDRAWN]
    return same.exclude(status__in=unanswered).order_by("received_at", "pk")


def of_person(person: User) -> list[SubjectRequest]:
    """Return the person's requests, newest first; one may have a page of them at most."""
    mine = SubjectRequest.objects.filter(person=person).select_related("package")
    return list(mine.order_by("-received_at", "-id")[:100])
