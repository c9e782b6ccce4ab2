"""Figures of a period and of the one before, step by step, out of the kept figures of the days."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.utils.formats import number_format
from django.utils.functional import Promise

from portal.dashboard.cards.periods import cut
from portal.dashboard.charts import Chart, Series, Shape
from portal.dashboard.periods import Period

Link = Callable[[Period], str]
Make = Callable[[str], Link]  # from a code to the address of its rows in any period


@dataclass(frozen=True)
class Line:
    """One value of what is counted: its figure, that of the period before, those of the steps."""

    code: str
    label: str
    number: int
    before: int
    steps: list[int]
    link: Link

    @property
    def change(self) -> float | None:
        """By how much it grew, in per cent; None where it was nothing before."""
        return round(100 * (self.number - self.before) / self.before, 1) if self.before else None

    @property
    def change_signed(self) -> str:
        """The change with its sign, a true minus, in the active language."""
        change = self.change or 0.0
        sign = "+" if change > 0 else "−" if change < 0 else "±"
        return f"{sign}{number_format(abs(change), 1, force_grouping=True)}"


@dataclass(frozen=True)
class Trend:
    """One card of the page: its lines, most first, over one period. ``how`` it is computed; where
    ``all`` of its rows are."""

    slug: str
    title: str
    how: str
    period: Period
    lines: list[Line]
    all: Link

    @property
    def link(self) -> str:
        """Where all rows of the period are."""
        return self.all(self.period)

    @property
    def link_before(self) -> str:
        """Where all rows of the period before are."""
        return self.all(self.period.before)

    @property
    def number(self) -> int:
        """All of it."""
        return sum(line.number for line in self.lines)

    @property
    def before(self) -> int:
        """All of it, in the period before."""
        return sum(line.before for line in self.lines)

    @property
    def rows(self) -> list[tuple[Line, str, str]]:
        """Each line with the addresses of the rows of the period and of the one before."""
        return [(one, one.link(self.period), one.link(self.period.before)) for one in self.lines]

    @property
    def chart(self) -> Chart:
        """One lane a line; each figure of its table leads to its rows."""
        steps = cut(self.period)
        return Chart(
            name=self.title,
            labels=[step.label for step in steps],
            series=[
                Series(
                    _first_up(one.label),
                    one.steps,
                    [one.link(Period(step.first, step.last)) for step in steps],
                )
                for one in self.lines
                if one.number
            ],
            shape=Shape.LANES,
        )


def _first_up(text: str) -> str:
    return text[:1].upper() + text[1:]


@dataclass
class Counted:
    """The figures of one value: of the whole period, of the one before, of each step."""

    number: int = 0
    before: int = 0
    steps: list[int] = field(default_factory=list)


def count(
    table: str, value: str, period: Period, where: str = "TRUE", **given: Any
) -> dict[str, Counted]:
    """Sum the kept figures by the SQL expression ``value``: one query.

    ``where`` is SQL with the parameters ``given``. Neither may come from outside.
    """
    steps = cut(period)
    sql = f"""
        WITH steps AS (
            SELECT * FROM unnest(%(firsts)s::date[], %(lasts)s::date[]) WITH ORDINALITY
                AS step (first, last, place)
        )
        SELECT {value}, step.place, sum(t.number) FROM steps step
        JOIN {table} t ON t.day BETWEEN step.first AND step.last
        WHERE {where} GROUP BY 1, 2
    """  # noqa: S608 - both are constants of the callers
    parameters = given | {
        "firsts": [period.before.first, *(step.first for step in steps)],
        "lasts": [period.before.last, *(step.last for step in steps)],
    }
    found: dict[str, Counted] = {}
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        for code, place, number in cursor.fetchall():
            _add(found.setdefault(code, Counted(steps=[0] * len(steps))), place, int(number))
    return found


def _add(one: Counted, place: int, number: int) -> None:
    if place == 1:  # the period before
        one.before = number
    else:
        one.number += number
        one.steps[place - 2] = number


def lines(
    found: dict[str, Counted],
    labels: Iterable[tuple[str, str | Promise]],
    link: Make,
) -> list[Line]:
    """Return a line for each value that is known or was found, most first; none of nothing."""
    words = {code: str(label) for code, label in labels}
    known = [
        Line(code, words.get(code, code), one.number, one.before, one.steps, link(code))
        for code, one in found.items()
    ]
    return sorted(known, key=lambda line: (-line.number, -line.before, line.label))
