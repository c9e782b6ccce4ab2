"""The notice of a wider version: for the holder of a mail, and on the pages of who signed in."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db.models import Q

from consents.models import Announcement, PurposeStop, PurposeText, PurposeVersion, Standing
from consents.queries import change, diff
from consents.queries.change import Step
from consents.queries.choice import ALL, LABELS, REFUSE, TRAINING_LABELS, Choice
from consents.queries.diff import Difference
from consents.queries.words import OWN, Word

SHOWN = timedelta(days=90)  # after it took effect, to whom it still asks
ASKING = frozenset({Word.UNANSWERED, Word.LAPSED})


@dataclass(frozen=True)
class Notice:
    """What a wider version changes: in short, and word by word."""

    version: PurposeVersion
    steps: list[Step]
    changes: list[Difference]
    is_announced: bool  # it has not taken effect yet
    stopped: PurposeStop | None = None  # before its day: it never takes effect

    @property
    def text(self) -> PurposeText:
        """Return the new words."""
        return self.version.text()


@dataclass(frozen=True)
class NoticePage:
    """The page behind the link of a mail. ``refused_at`` (aware): since when all is refused."""

    notice: Notice
    refused_at: datetime | None
    button: str


@dataclass(frozen=True)
class Banner:
    """A notice on a page of the portal, with the control of its purpose inside."""

    notice: Notice
    choice: Choice


def notice_of(
    version: PurposeVersion, *, now: datetime, stopped: PurposeStop | None = None
) -> Notice:
    """Return the notice, in the active language."""
    before = change.before(version)
    steps, changes = change.steps(before, version), diff.differences(before, version)
    return Notice(version, steps, changes, version.effective_from > now, stopped)


def notice_page(announcement: Announcement, *, now: datetime) -> NoticePage:
    """Return the page for who was told."""
    version = announcement.version
    whole = Standing.objects.filter(purpose=version.purpose_id, document=None, within=None)
    theirs = Q(person=announcement.person) if announcement.person_id else Q(pk__in=[])
    if announcement.address is not None:
        theirs |= Q(address=announcement.address)
        if announcement.address.person_id:
            theirs |= Q(person=announcement.address.person_id)
    latest = whole.filter(theirs).order_by("-event_id").first()
    return NoticePage(
        notice=notice_of(version, now=now, stopped=getattr(version, "stop", None)),
        refused_at=latest.since if latest is not None and not latest.allowed else None,
        button=label(version),
    )


def label(version: PurposeVersion) -> str:
    """Return what the button that refuses says; empty where there is nothing to refuse."""
    if not version.purpose.has_control:
        return ""
    key = (version.purpose.control, ALL, REFUSE)
    special = TRAINING_LABELS.get(key) if version.purpose.is_ai_training else None
    return str(special or LABELS[key])


def banners(choices: Iterable[Choice], *, now: datetime) -> list[Banner]:
    """Return what the person has to know or to answer now: one or two queries.

    Announced: whoever has not refused. In effect: only who is asked, until they answer; then never
    again. Before the day only the refusal is offered: a yes would be to words not in force yet.
    """
    by_purpose = {one.purpose.pk: one for one in choices}
    wider = PurposeVersion.objects.standing().filter(
        widens=True, purpose__in=by_purpose, effective_from__gt=now - SHOWN
    )
    newest = wider.order_by("purpose_id", "-number").distinct("purpose_id")
    found = []
    for version in newest.select_related("purpose"):
        choice = by_purpose[version.purpose_id]
        if version.effective_from <= now:
            if choice.word in ASKING or choice.saved_at:
                found.append(Banner(notice_of(version, now=now), choice))
        elif not _has_refused(choice) or choice.saved_at:
            only = tuple(one for one in choice.offers if one.act == REFUSE)
            found.append(Banner(notice_of(version, now=now), replace(choice, offers=only)))
    return sorted(found, key=lambda one: one.notice.version.effective_from)


def _has_refused(choice: Choice) -> bool:
    return choice.stand.origin in OWN and not choice.stand.allowed
