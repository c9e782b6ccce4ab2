"""What may be shown to everybody: no figure that could single out a person, by no subtraction.

A figure from one to four is "fewer than 5". All that is shown of a line is made of the figures that
are shown and of which ones are hidden, never of the hidden ones: a sum with a hidden part is "at
least", a median is over the parts that are shown. So a hidden figure may be any from one to four
and nobody sees a difference. A figure that was shown before moves by five or more, or not at all:
what two versions of the page differ by is no single person either. That holds of the last
count of a year as of the others: whoever kept an older page has nothing to subtract. Pure.
"""

from dataclasses import dataclass

from portal.dashboard.reports.metrics import DENIED, RESPONDED, Line, Part, median

FEWEST = 5
Shown = int | None  # None: fewer than FEWEST, and not none


def hidden(value: int) -> Shown:
    """Return the figure as it may be shown."""
    return None if 0 < value < FEWEST else value


@dataclass(frozen=True)
class Sum:
    """What is shown of a sum: exact, or ``at_least``, or (``value`` is None) fewer than FEWEST."""

    value: Shown
    at_least: bool = False


@dataclass(frozen=True)
class PublicLine:
    """One type of request as it is shown. ``median_days`` is over the parts that are shown."""

    type: str
    parts: dict[str, Shown]
    median_days: float | None

    @property
    def received(self) -> Sum:
        """The sum of all parts."""
        return total(list(self.parts.values()))

    @property
    def complied(self) -> Sum:
        """Complied with in whole or in part."""
        return Sum(self.parts[Part.COMPLIED])

    @property
    def denied(self) -> Sum:
        """The sum of the denials."""
        return total([self.parts[part] for part in DENIED])


def total(parts: list[Shown]) -> Sum:
    """Return what the parts that are shown say of their sum."""
    shown = sum(one for one in parts if one is not None)
    unknown = sum(one is None for one in parts)
    if not unknown:
        return Sum(shown)
    if unknown == 1 and not shown:
        return Sum(None)
    # Each hidden part is one at the least.
    return Sum(shown + unknown, at_least=True)


def suppress(line: Line, before: PublicLine | None = None) -> PublicLine:
    """Return the line as it may be shown, after what was shown of it before."""
    parts = {
        name: settled(hidden(value), before.parts.get(name) if before else None)
        for name, value in line.parts.items()
    }
    if before is not None and parts == before.parts:
        return before
    visible = [part for part in RESPONDED if line.parts[part] >= FEWEST]
    return PublicLine(line.type, parts, median(line.taken(visible)))


def settled(now: Shown, before: Shown) -> Shown:
    """Return the figure that stood there before, if it has moved by fewer than FEWEST."""
    if now is None or not before or not now:
        return now
    return before if abs(now - before) < FEWEST else now
