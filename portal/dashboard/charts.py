"""Charts: geometry computed here, drawn by ``templates/dashboard/chart.html`` as plain SVG.

No script, no inline style, colours from the stylesheet; the same drawing in page and print.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum, auto
from math import ceil

from django.utils.translation import gettext as _

WIDTH, HEIGHT = 720, 240
LEFT, RIGHT, TOP, BOTTOM = 44, 16, 18, 26
GAP = 0.28  # of a bar's place, left free
LABELS = 10  # at most this many under the axis
STEPS = (1, 2, 5)
LANE, NAMED = 46, 18  # the height of a lane, and of it what its name takes


class Shape(StrEnum):
    """How figures are drawn. Stacked bars for up to five series, lines for up to three, and for
    any number of them lanes: one row of bars a series, below each other, on the same scale."""

    BARS = auto()
    LINE = auto()
    LANES = auto()


@dataclass(frozen=True)
class Series:
    """One line of figures of a chart, under its name. ``links``: to the rows behind each figure;
    empty, or as long as ``values`` (an empty text links to nothing). The values may be fewer than
    the labels of the chart: what comes after was not counted, and is shown as no figure."""

    name: str
    values: Sequence[int]
    links: Sequence[str] = ()

    @property
    def total(self) -> int:
        """The sum of the figures."""
        return sum(self.values)


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
class Mark:
    """An upright line with its words, after the bar of the label number ``after`` (from 0)."""

    after: int
    label: str


@dataclass(frozen=True)
class Path:
    """A line through the figures of one series: the points of an SVG polyline."""

    points: str
    series: int


@dataclass(frozen=True)
class Cell:
    """One figure of the table, None where nothing was counted, and where its rows are; without a
    link, empty."""

    value: int | None
    link: str


@dataclass(frozen=True)
class Chart:
    """Figures and, beside their drawing, their table: ``labels`` × ``series``."""

    name: str
    labels: Sequence[str]
    series: Sequence[Series]
    shape: Shape = Shape.BARS
    mark: Mark | None = None

    width, left = WIDTH, LEFT
    right_end, beside = WIDTH - RIGHT, LEFT - 8

    @property
    def height(self) -> int:
        """The height of the drawing: lanes need more, the more there are."""
        return TOP + LANE * len(self.series) + BOTTOM if self.shape == Shape.LANES else HEIGHT

    @property
    def baseline(self) -> int:
        """Where the lower axis is."""
        return self.height - BOTTOM

    @property
    def below(self) -> int:
        """Where the labels of the lower axis stand."""
        return self.height - 6

    @property
    def rows(self) -> list[tuple[str, list[int]]]:
        """What is drawn: one row a label, nothing drawn for what was not counted."""
        return [
            (label, [one.values[place] if place < len(one.values) else 0 for one in self.series])
            for place, label in enumerate(self.labels)
        ]

    @property
    def table(self) -> list[tuple[str, list[Cell]]]:
        """The same rows, each figure with the link to what is behind it."""
        return [
            (label, [_cell(one, place) for one in self.series])
            for place, label in enumerate(self.labels)
        ]

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to draw."""
        return not any(any(one.values) for one in self.series)

    @property
    def summary(self) -> str:
        """What the drawing shows, for whoever cannot see it; the table has every figure."""
        sums = [sum(values) for _label, values in self.rows]
        highest = max(range(len(sums)), key=sums.__getitem__)
        words = _("%(total)s in all; the highest figure is %(most)s, at %(label)s.")
        text = words % {"total": sum(sums), "most": sums[highest], "label": self.labels[highest]}
        marked = _("A line marks: %(what)s.") % {"what": self.mark.label} if self.mark else ""
        return f"{text} {marked}".strip()

    @property
    def scale(self) -> tuple[int, int]:
        """The step between two lines and the value at the top: three to five round steps."""
        highest = self._highest()
        power = 1
        while True:
            for step in (power * one for one in STEPS):
                if highest <= step * 5:
                    return step, step * ceil(highest / step)
            power *= 10

    def _highest(self) -> int:
        stacked = self.shape == Shape.BARS
        return max(((sum if stacked else max)(values) for _l, values in self.rows if values),
                   default=0) or 1  # fmt: skip

    def bars(self) -> Iterator[Bar]:
        """Yield the rectangles: each series on top of the one before, or in its own lane."""
        if self.shape == Shape.LINE:
            return
        is_lanes = self.shape == Shape.LANES
        unit = (LANE - NAMED if is_lanes else HEIGHT - TOP - BOTTOM) / self.scale[1]
        for n, (_label, values) in enumerate(self.rows):
            y = float(self.baseline)
            for series, value in enumerate(values):
                y = float(self._floor(series)) if is_lanes else y
                if value:
                    y -= value * unit
                    x, width = LEFT + self._place * (n + GAP / 2), self._place * (1 - GAP)
                    yield Bar(
                        round(x, 1), round(y, 1), round(width, 1), round(value * unit, 1),
                        0 if is_lanes else series,
                    )  # fmt: skip

    def paths(self) -> Iterator[Path]:
        """Yield one line a series, where lines are drawn."""
        if self.shape != Shape.LINE:
            return
        unit = (HEIGHT - TOP - BOTTOM) / self.scale[1]
        for place, one in enumerate(self.series):
            points = (
                f"{self._middle(n)},{round(self.baseline - value * unit, 1)}"
                for n, value in enumerate(one.values)
            )
            yield Path(" ".join(points), place)

    def lanes(self) -> Iterator[tuple[float, float, Series]]:
        """Yield of each lane where its name stands, where its floor is, and its series."""
        if self.shape == Shape.LANES:
            for place, one in enumerate(self.series):
                floor = self._floor(place)
                yield round(floor - LANE + NAMED - 5.0, 1), floor, one

    def lines(self) -> Iterator[Tick]:
        """Yield the horizontal lines with their figures; lanes have their floors instead."""
        if self.shape == Shape.LANES:
            return
        step, top = self.scale
        for value in range(0, top + 1, step):
            y = self.baseline - value * (HEIGHT - TOP - BOTTOM) / top
            yield Tick(round(y, 1), str(value))

    def ticks(self) -> Iterator[Tick]:
        """Yield the labels under the axis, so few that they do not run into one another."""
        every = ceil(len(self.labels) / LABELS) or 1
        for n, label in enumerate(self.labels):
            if n % every == 0:
                yield Tick(self._middle(n), label)

    @property
    def limit(self) -> Tick | None:
        """Where the mark stands, and its words."""
        if self.mark is None:
            return None
        return Tick(round(LEFT + self._place * (self.mark.after + 1), 1), self.mark.label)

    @property
    def _place(self) -> float:
        return (WIDTH - LEFT - RIGHT) / max(len(self.labels), 1)

    def _middle(self, n: int) -> float:
        return round(LEFT + self._place * (n + 0.5), 1)

    def _floor(self, series: int) -> float:
        return float(TOP + LANE * (series + 1))


def _cell(series: Series, place: int) -> Cell:
    if place >= len(series.values):
        return Cell(None, "")
    return Cell(series.values[place], series.links[place] if series.links else "")
