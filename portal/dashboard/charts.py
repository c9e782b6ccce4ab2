"""Charts: geometry computed here, drawn by ``templates/dashboard/chart.html`` as plain SVG.

No script, no inline style, colours from the stylesheet; the same drawing in page and print.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil

WIDTH, HEIGHT = 720, 240
LEFT, RIGHT, TOP, BOTTOM = 44, 4, 10, 26
GAP = 0.28  # of a bar's place, left free
LABELS = 12  # at most this many under the axis
STEPS = (1, 2, 5)


@dataclass(frozen=True)
class Series:
    """One line of figures of a chart, under its name."""

    name: str
    values: Sequence[int]


@dataclass(frozen=True)
class Bar:
    """One rectangle, in user units of the drawing. ``series`` is the place of its series."""

    x: float
    y: float
    width: float
    height: float
    series: int


@dataclass(frozen=True)
class Tick:
    """A label on an axis at ``at`` (x of the lower axis, y of the left one)."""

    at: float
    label: str


@dataclass(frozen=True)
class Chart:
    """Stacked bars and, beside them, their table: ``labels`` × ``series``."""

    name: str
    labels: Sequence[str]
    series: Sequence[Series]

    width, height, left, baseline = WIDTH, HEIGHT, LEFT, HEIGHT - BOTTOM
    right_end, below, beside = WIDTH - RIGHT, HEIGHT - 6, LEFT - 8

    @property
    def rows(self) -> list[tuple[str, list[int]]]:
        """The table of the chart: one row a label."""
        return [
            (label, [one.values[place] for one in self.series])
            for place, label in enumerate(self.labels)
        ]

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to draw."""
        return not any(any(one.values) for one in self.series)

    @property
    def scale(self) -> tuple[int, int]:
        """The step between two lines and the value at the top: three to five round steps."""
        highest = max((sum(values) for _label, values in self.rows), default=0) or 1
        power = 1
        while True:
            for step in (power * one for one in STEPS):
                if highest <= step * 5:
                    return step, step * ceil(highest / step)
            power *= 10

    def bars(self) -> Iterator[Bar]:
        """Yield the rectangles, each series on top of the one before."""
        place = (WIDTH - LEFT - RIGHT) / max(len(self.labels), 1)
        unit = (HEIGHT - TOP - BOTTOM) / self.scale[1]
        for n, (_label, values) in enumerate(self.rows):
            y = float(self.baseline)
            for series, value in enumerate(values):
                if value:
                    y -= value * unit
                    x, width = LEFT + place * (n + GAP / 2), place * (1 - GAP)
                    yield Bar(
                        round(x, 1), round(y, 1), round(width, 1), round(value * unit, 1), series
                    )

    def lines(self) -> Iterator[Tick]:
        """Yield the horizontal lines with their figures."""
        step, top = self.scale
        for value in range(0, top + 1, step):
            y = self.baseline - value * (HEIGHT - TOP - BOTTOM) / top
            yield Tick(round(y, 1), str(value))

    def ticks(self) -> Iterator[Tick]:
        """Yield the labels under the axis, so few that they do not run into one another."""
        place = (WIDTH - LEFT - RIGHT) / max(len(self.labels), 1)
        every = ceil(len(self.labels) / LABELS) or 1
        for n, label in enumerate(self.labels):
            if n % every == 0:
                yield Tick(round(LEFT + place * (n + 0.5), 1), label)
