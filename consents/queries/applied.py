"""How far a choice has come: in which systems it is in effect, and by when in the others."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Membership, User
from consents.models import ChoiceEvent, Document, Propagation, Standing

Status = Propagation.Status
# A page asks anew for so long after it was opened on a choice; later a reload shows the rest.
LIVE_FOR = timedelta(minutes=10)

ICONS: dict[str, str] = {
    Status.WAITING: "waiting",
    Status.RECEIVED: "waiting",
    Status.APPLIED: "done",
    Status.DEAD: "failed",
    Status.REPLACED: "waiting",
}


@dataclass(frozen=True)
class InSystem:
    """One choice in one system, in words."""

    name: str
    icon: str
    word: str
    note: str


@dataclass(frozen=True)
class Progress:
    """One choice in all the systems that were told; of one nobody was told, there is none.

    ``event`` is the choice, ``rows`` one for each system.
    """

    event: ChoiceEvent
    rows: tuple[Propagation, ...]
    now: datetime = field(default_factory=timezone.now)

    @property
    def counted(self) -> list[Propagation]:
        """Return the rows that count: what a later choice has replaced is no longer due."""
        return [row for row in self.rows if row.status != Status.REPLACED]

    @property
    def applied(self) -> int:
        """Return in how many systems it is in effect."""
        return sum(row.status == Status.APPLIED for row in self.rows)

    @property
    def total(self) -> int:
        """Return in how many systems it has to be."""
        return len(self.counted)

    @property
    def is_done(self) -> bool:
        """Whether nothing will change any more by itself."""
        return all(row.status in (Status.APPLIED, Status.REPLACED) for row in self.rows)

    @property
    def is_live(self) -> bool:
        """Whether a page should go on asking."""
        newest = max((row.created_at for row in self.rows), default=self.event.at)
        moved = max((row.resent_at for row in self.rows if row.resent_at), default=newest)
        return not self.is_done and self.now - max(newest, moved) < LIVE_FOR

    @property
    def icon(self) -> str:
        """Return the name of the icon that stands before the words."""
        return "done" if self.is_done else "waiting"

    @property
    def words(self) -> str:
        """Return the line: in how many systems, and by when in each of the others."""
        if not self.total:
            return _("Replaced by a later choice.")
        line = ngettext(
            "Applied in %(applied)d of %(total)d system.",
            "Applied in %(applied)d of %(total)d systems.",
            self.total,
        ) % {"applied": self.applied, "total": self.total}
        late = [_pending(row, self.now) for row in self.counted if row.status != Status.APPLIED]
        return " ".join([line, *late])

    @property
    def systems(self) -> list[InSystem]:
        """Return each system with its state."""
        return [
            InSystem(
                row.system.name,
                ICONS[row.status],
                str(row.get_status_display()),
                _note(row, self.now),
            )
            for row in self.rows
        ]

    @property
    def seen(self) -> str:
        """Return what differs as soon as the words do: nothing is announced twice."""
        late = sum(_is_late(row, self.now) for row in self.rows)
        return "-".join([*(row.status[:2] for row in self.rows), str(late)])


def progress(event: ChoiceEvent) -> Progress | None:
    """Return how far one choice has come; None where no system was told."""
    return next(iter(_all(Q(event=event)).values()), None)


def of_person(person: User, document: Document | None) -> dict[int, Progress]:
    """Return the person's standing choices by act, for one page: in one query.

    Those about everything and about organisations, and those about the page's document.
    """
    mine = Q(person=person) | Q(address__in=person.addresses.values("pk"))
    here = Q(document=None) | Q(document=document) if document else Q(document=None)
    return _all(Q(event__in=Standing.objects.filter(mine & here).values("event")))


def of_organisations(admin: User) -> dict[int, Progress]:
    """Return what the organisations of an administrator decided, by act, in one query."""
    theirs = Membership.objects.filter(person=admin, is_admin=True).values("organisation")
    standing = Standing.objects.filter(organisation__in=theirs)
    return _all(Q(event__in=standing.values("event")))


def _all(which: Q) -> dict[int, Progress]:
    rows = Propagation.objects.filter(which).select_related("event", "system")
    by_event: dict[int, list[Propagation]] = {}
    for row in rows.order_by("event_id", "system__name", "pk"):
        by_event.setdefault(row.event_id, []).append(row)
    return {pk: Progress(found[0].event, tuple(found)) for pk, found in by_event.items()}


def _is_late(row: Propagation, now: datetime) -> bool:
    return row.status in (Status.WAITING, Status.RECEIVED) and row.expected_by < now


def _pending(row: Propagation, now: datetime) -> str:
    """Return what is said of a system in which the choice is not in effect yet."""
    named = {"system": row.system.name, "when": _moment(row.expected_by, now)}
    if row.status == Status.DEAD:
        return _("%(system)s: not reached; our staff look after it.") % named
    if _is_late(row, now):
        return _("%(system)s: late, was expected by %(when)s.") % named
    return _("%(system)s: expected by %(when)s.") % named


def _note(row: Propagation, now: datetime) -> str:
    if row.applied_at is not None:
        return _("since %(when)s") % {"when": _moment(row.applied_at, now, seconds=True)}
    if row.status in (Status.REPLACED, Status.DEAD):
        return ""
    when = {"when": _moment(row.expected_by, now)}
    if _is_late(row, now):
        return _("late, was expected by %(when)s") % when
    return _("expected by %(when)s") % when


def _moment(at: datetime, now: datetime, *, seconds: bool = False) -> str:
    """Return the hour, and the day where it is not today's."""
    at, now = timezone.localtime(at), timezone.localtime(now)
    if at.date() != now.date():
        return date_format(at, "DATETIME_FORMAT")
    return date_format(at, "H:i:s" if seconds else "H:i")
