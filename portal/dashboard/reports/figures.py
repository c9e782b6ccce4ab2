"""What a report says: one dataclass a subject, one query each; only values that JSON can hold.

Days are the controller's; an instant is in a period from its first midnight to the one after its
last day. Nothing here asks the clock: ``as_of`` is the end of the period, or the moment of counting
if that comes first. How each figure is counted is told to readers in ``annex.py``.
"""

from dataclasses import asdict, dataclass, field, fields, is_dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

T = TypeVar("T")


@dataclass(frozen=True)
class Received:
    """Requests by the day they were received; ``by_month`` by "2026-05"."""

    total: int
    by_kind: dict[str, int]
    by_regime: dict[str, int]
    by_channel: dict[str, int]
    by_month: dict[str, int]


@dataclass(frozen=True)
class Answered:
    """How the requests ended that ended in the period; ``late``: answered or refused after their
    day. Days are from receipt to answer, over answered ones, to one decimal; None: there is none.
    """

    by_status: dict[str, int]
    by_outcome: dict[str, int]
    refused_by_ground: dict[str, int]
    appeals_by_outcome: dict[str, int]  # of contested answers that were decided; "refused" too
    by_kind: list["AnsweredKind"]
    late: int
    extended: int
    median_days: float | None
    mean_days: float | None
    ninetieth_days: float | None
    slowest_days: float | None

    @property
    def decided(self) -> int:
        """Answered or refused: a person waited for it."""
        return self.by_status.get("answered", 0) + self.by_status.get("refused", 0)

    @property
    def in_time(self) -> int:
        """Decided by their day."""
        return self.decided - self.late


@dataclass(frozen=True)
class AnsweredKind:
    """The same for one kind of request."""

    kind: str
    answered: int
    refused: int
    late: int
    median_days: float | None


@dataclass(frozen=True)
class Standing:
    """The open requests as they stood at ``as_of``."""

    open: int
    late: int
    extended: int
    paused: int
    oldest: str | None  # ISO day of receipt


@dataclass(frozen=True)
class ChoiceLine:
    """How often one act was done about one purpose by one way."""

    purpose: str
    act: str
    source: str
    times: int


@dataclass(frozen=True)
class SystemLine:
    """How one system obeyed the refusals of the period; seconds from the choice to "applied"."""

    slug: str
    name: str
    told: int
    applied: int
    late: int  # applied after the promised time
    unacknowledged: int  # not applied, and the promised time is over
    median_seconds: int | None
    worst_seconds: int | None


@dataclass(frozen=True)
class Obeyed:
    """Refusals of the period that systems had to be told of; "applied" means by all of them."""

    told: int
    applied: int
    median_seconds: int | None
    worst_seconds: int | None
    systems: list[SystemLine]


@dataclass(frozen=True)
class GateLine:
    """How often the gate gave one answer for one reason."""

    reason: str
    allowed: bool
    times: int


@dataclass(frozen=True)
class Gate:
    """What systems asked the gate: one by one, and (``bulk_…``) about many documents at once."""

    lines: list[GateLine]
    bulk_asked: int
    bulk_allowed: int

    @property
    def allowed(self) -> int:
        """Single questions answered with yes."""
        return sum(line.times for line in self.lines if line.allowed)

    @property
    def denied(self) -> int:
        """Single questions answered with no."""
        return sum(line.times for line in self.lines if not line.allowed)


@dataclass(frozen=True)
class Canaries:
    """How the continuous checks of the gate ended."""

    held: int
    leaked: int
    unreachable: int


@dataclass(frozen=True)
class Changed:
    """One wording of a purpose that was published, or took effect, in the period."""

    purpose: str
    number: int
    titles: dict[str, str]  # by language
    published: str  # ISO instants
    effective: str
    widens: bool
    notice_days: int
    told: int
    failed: int
    read: int

    @property
    def published_at(self) -> datetime:
        """When it was published."""
        return datetime.fromisoformat(self.published)

    @property
    def effective_at(self) -> datetime:
        """From when it holds."""
        return datetime.fromisoformat(self.effective)


@dataclass(frozen=True)
class ErasedLine:
    """Decisions of erasures carried out in the period; ``amount``: of single things."""

    decision: str
    ground: str
    items: int
    amount: int
    proven: int


@dataclass(frozen=True)
class Erasures:
    """What was erased, what stays and why, and what was kept until its end and went then."""

    lines: list[ErasedLine]
    certificates: int
    ended: int

    @property
    def unproven(self) -> int:
        """Carried out, and no new search has proven it yet."""
        return sum(line.items - line.proven for line in self.lines)


@dataclass(frozen=True)
class Part:
    """Everything about one period."""

    received: Received
    answered: Answered
    standing: Standing
    choices: list[ChoiceLine]
    obeyed: Obeyed
    gate: Gate
    canaries: Canaries
    changes: list[Changed]
    erasures: Erasures
    unconfirmed: int  # receipts not confirmed by the day the law says
    short_notices: int  # wider wordings in effect sooner than was promised


@dataclass(frozen=True)
class Figures:
    """A period and the one before it. ``titles``: slug of a purpose to language to title."""

    now: Part
    before: Part
    titles: dict[str, dict[str, str]]
    schema: str = field(default="regard-report/1")


def dumped(value: Any) -> dict[str, Any]:
    """Return a dataclass as what JSON can hold."""
    return asdict(value)


def loaded(kind: type[T], value: dict[str, Any]) -> T:
    """Return the dataclass of which :func:`dumped` made the value."""
    hints = get_type_hints(kind)
    known = {one.name: _loaded(hints[one.name], value[one.name]) for one in fields(kind)}  # type: ignore[arg-type]
    return kind(**known)


def _loaded(hint: Any, value: Any) -> Any:
    if is_dataclass(hint) and isinstance(hint, type):
        return loaded(hint, value)
    if get_origin(hint) is list and is_dataclass(inner := get_args(hint)[0]):
        return [_loaded(inner, one) for one in value]
    return value


def in_days(length: timedelta | None) -> float | None:
    """Return a length of time in days, to one decimal."""
    return None if length is None else round(length / timedelta(days=1), 1)


def in_seconds(length: timedelta | None) -> int | None:
    """Return a length of time in whole seconds."""
    return None if length is None else round(length.total_seconds())


def moment(end: datetime, now: datetime) -> datetime:
    """Return as of when a period that is over at ``end`` is counted at ``now``."""
    return min(end, now)
