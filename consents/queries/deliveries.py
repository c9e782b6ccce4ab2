"""For staff: what is on its way to which system, what failed, why, and what can be done."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from http import HTTPStatus

from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from consents.actions.propagation import RESENDABLE
from consents.models import Propagation, System, SystemEvent
from consents.models.ledger import REFUSING

Status = Propagation.Status
OPEN = (Status.WAITING, Status.RECEIVED, Status.DEAD)
PAGE = 50
REFUSALS = "refusals"  # in an address: only what says no
LATE = "late"  # in an address: only what is open after the time that the person was told


@dataclass(frozen=True)
class Cause:
    """Why a message did not get through, and what staff can do about it."""

    words: Promise | str
    action: Promise | str


SERVER = gettext_lazy("Ask who runs the system. Messages are sent again by themselves.")
BY_HAND = gettext_lazy("Ask who runs the system, then send again.")
ADDRESS = gettext_lazy("Check the address that is registered, then send again.")
CAUSES: dict[str, Cause] = {
    "bad_url": Cause(gettext_lazy("The address that is registered cannot be called."), ADDRESS),
    "blocked_address": Cause(
        gettext_lazy("The address leads into a network that the portal does not call."), ADDRESS
    ),
    "unknown_host": Cause(gettext_lazy("The name in the address is not known."), ADDRESS),
    "timeout": Cause(gettext_lazy("The system did not answer in time."), SERVER),
    "tls": Cause(
        gettext_lazy("The connection could not be secured: the certificate does not fit."), SERVER
    ),
    "no_connection": Cause(gettext_lazy("Nobody answered at the address."), SERVER),
    "bad_answer": Cause(gettext_lazy("The answer could not be understood."), SERVER),
    "no_secret": Cause(
        gettext_lazy("The system has no secret that opens."),
        gettext_lazy("Have a new secret made and given to who runs the system."),
    ),
    "http_401": Cause(
        gettext_lazy("The system did not accept the signature."),
        gettext_lazy("Compare the secret, or have a new one made; then send again."),
    ),
    "http_404": Cause(gettext_lazy("There is nothing at the address."), ADDRESS),
    "http_410": Cause(
        gettext_lazy("The system says that it takes no messages any more."),
        gettext_lazy("Ask who runs it, correct what is registered, then send again."),
    ),
}
REDIRECTED = Cause(
    gettext_lazy("The address leads on to another one, which is not called."), ADDRESS
)
REFUSED = Cause(
    gettext_lazy("The system refused the message."),
    BY_HAND,
)
BROKEN = Cause(gettext_lazy("The system failed while it took the message."), SERVER)


def cause(code: str) -> Cause | None:
    """Return the words for a code of an error, None for none."""
    if not code or code in CAUSES:
        return CAUSES.get(code)
    status = int(code.removeprefix("http_"))
    if 300 <= status < 400:
        return REDIRECTED
    return REFUSED if status < HTTPStatus.INTERNAL_SERVER_ERROR else BROKEN


@dataclass(frozen=True)
class Line:
    """One message and what can be said of it. It names no person, and staff need none."""

    row: Propagation
    now: datetime

    @property
    def cause(self) -> Cause | None:
        """Return why the last attempt failed, if it did. What was given up is not tried again."""
        found = cause(self.row.error)
        if found and found.action is SERVER and self.row.status == Status.DEAD:
            return replace(found, action=BY_HAND)
        return found

    @property
    def icon(self) -> str:
        """Return the name of the state's icon."""
        if self.row.status == Status.DEAD:
            return "failed"
        return "late" if self.is_late else "waiting"

    @property
    def is_late(self) -> bool:
        """Whether the time that the person was told is over."""
        return self.row.expected_by < self.now

    @property
    def may_resend(self) -> bool:
        """Whether it can be sent now by hand."""
        return self.row.status in RESENDABLE and self.row.leased_until is None


@dataclass(frozen=True)
class Told:
    """A system and how many messages stand where."""

    system: System
    waiting: int
    received: int
    dead: int
    now: datetime

    @property
    def is_left_alone(self) -> bool:
        """Whether nothing is sent to it for the moment, because it failed again and again."""
        until = self.system.closed_until
        return until is not None and until > self.now

    @property
    def icon(self) -> str:
        """Return the name of the state's icon."""
        if not self.system.webhook_url:
            return "waiting"
        if self.is_left_alone:
            return "failed"
        return "late" if self.system.failures else "done"

    @property
    def word(self) -> str:
        """Return how it stands, in words."""
        if not self.system.webhook_url:
            return _("not told: it has no address")
        if self.is_left_alone:
            return _("left alone for a while")
        return _("failing") if self.system.failures else _("answers")


def told() -> list[Told]:
    """Return every system that is told of choices, or was and has something open: two queries."""
    counts: dict[int, dict[str, int]] = {}
    rows = Propagation.objects.filter(status__in=OPEN).order_by()
    for row in rows.values("system", "status").annotate(n=Count("pk")):
        counts.setdefault(row["system"], {})[row["status"]] = row["n"]
    systems = System.objects.filter(~Q(webhook_url="") | Q(pk__in=list(counts)))
    return [_told(system, counts.get(system.pk, {})) for system in systems.order_by("name", "pk")]


def _told(system: System, count: dict[str, int]) -> Told:
    return Told(
        system,
        waiting=count.get(Status.WAITING, 0),
        received=count.get(Status.RECEIVED, 0),
        dead=count.get(Status.DEAD, 0),
        now=timezone.now(),
    )


FIELDS: dict[str, Promise] = {
    "name": gettext_lazy("Name"),
    "webhook_url": gettext_lazy("Address"),
    "promise": gettext_lazy("Time it is given, in seconds"),
    "obeys": gettext_lazy("Purposes"),
}


def changes(event: SystemEvent) -> list[tuple[Promise, str, str]]:
    """Return what a change of a system was, in words: which field, from what, to what."""
    found = [(FIELDS[name], event.data[name]) for name in FIELDS if name in event.data]
    return [(label, _in_words(old), _in_words(new)) for label, (old, new) in found]


def _in_words(value: str | int | list[str]) -> str:
    return ", ".join(value) if isinstance(value, list) else str(value)


def messages(*, system: str = "", status: str = "", about: str = "") -> QuerySet[Propagation]:
    """Return what is open, of one system, in one state or :data:`LATE`, refusals alone if asked;
    unknown words find nothing."""
    found = Propagation.objects.filter(status__in=OPEN)
    if about == REFUSALS:
        found = found.filter(event__act__in=sorted(REFUSING))
    if system:
        found = found.filter(system__slug=system.replace("\0", ""))
    if status == LATE:
        found = found.filter(expected_by__lt=timezone.now())
    elif status:
        found = found.filter(status=status.replace("\0", ""))
    return found.select_related("system", "event__purpose")


def lines(rows: Iterable[Propagation]) -> list[Line]:
    """Return the messages with their words, as of now."""
    now = timezone.now()
    return [Line(row, now) for row in rows]
