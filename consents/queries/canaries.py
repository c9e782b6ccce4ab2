"""Whether the gate held when it was last checked, as pages say it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum, auto

from consents.models import CanaryCheck

EVERY = timedelta(minutes=10)
STALE = timedelta(minutes=35)  # three checks in a row are missing


class State(StrEnum):
    """What can be said of the check."""

    HELD = auto()
    LEAKED = auto()
    UNREACHED = auto()  # the gate did not answer; what it would have said is not known
    STALE = auto()  # nobody checks any more
    NEVER = auto()


@dataclass(frozen=True)
class Watch:
    """The last check. ``held_at`` is the last one that found every refusal kept."""

    state: State
    check: CanaryCheck | None
    held_at: datetime | None
    minutes: int

    @property
    def is_well(self) -> bool:
        """Whether it was checked lately, and held."""
        return self.state == State.HELD


def watch(now: datetime) -> Watch:
    """Return how the gate was found at ``now`` (aware); at most two queries."""
    newest = CanaryCheck.objects.order_by("-at", "-pk")
    check = newest.first()
    if check is None:
        return Watch(State.NEVER, None, None, 0)
    held = check if check.outcome == "held" else newest.filter(outcome="held").first()
    minutes = max(0, int((now - check.at) / timedelta(minutes=1)))
    return Watch(_state(check, now), check, held.at if held else None, minutes)


def _state(check: CanaryCheck, now: datetime) -> State:
    if check.outcome == CanaryCheck.Outcome.LEAKED:
        return State.LEAKED  # also when the checks have stopped since
    if now - check.at > STALE:
        return State.STALE
    held = check.outcome == CanaryCheck.Outcome.HELD
    return State.HELD if held else State.UNREACHED
