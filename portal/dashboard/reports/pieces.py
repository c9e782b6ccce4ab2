"""What a report is made of when it is read: sections with tables and charts, in one language.

Page, PDF, CSV and workbook are drawn from the same pieces, so that they cannot differ.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from math import ceil
from typing import Any

from django.utils.formats import number_format
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from portal.dashboard.charts import Chart
from portal.lib.typesetting import percent

NOTHING = "–"
MINUTE, HOUR, DAY = 60, 3600, 86400


@dataclass(frozen=True)
class Cell:
    """One figure: ``value`` for machines (None: there is none), ``shown`` for people."""

    value: int | float | str | None
    shown: str
    is_number: bool = True


@dataclass(frozen=True)
class Row:
    """One line: its name, and a cell for each further column."""

    name: str
    cells: Sequence[Cell]


@dataclass(frozen=True)
class Table:
    """Rows under headings; the first heading is that of the names."""

    key: str
    name: str
    columns: Sequence[str]
    rows: Sequence[Row]

    @property
    def headings(self) -> list[tuple[str, bool]]:
        """Each heading, and whether figures stand under it."""
        first = [cell.is_number for cell in self.rows[0].cells] if self.rows else []
        numbers = [False, *first, *[True] * len(self.columns)]
        return list(zip(self.columns, numbers, strict=False))

    @property
    def labelled(self) -> list[tuple[str, list[tuple[str, Cell]]]]:
        """Each row with the heading of each of its cells, for narrow screens."""
        return [
            (row.name, list(zip(self.columns[1:], row.cells, strict=True))) for row in self.rows
        ]


@dataclass(frozen=True)
class Drawing:
    """A chart and what stands before each row of its table. ``name``: its file in a PDF."""

    chart: Chart
    first: str
    name: str = "chart.svg"

    @property
    def says_something(self) -> bool:
        """Whether there is anything to compare: one bar alone says no more than its figure."""
        return len(self.chart.labels) > 1 and not self.chart.is_empty


@dataclass(frozen=True)
class Section:
    """One subject: a question, a sentence that answers it, and its proof."""

    key: str
    title: str
    lead: str
    tables: Sequence[Table] = ()
    charts: Sequence[Drawing] = ()
    how: Sequence[str] = field(default=())  # sentences: how the figures are computed


@dataclass(frozen=True)
class Document:
    """A whole report. ``verdict`` is one sentence of HTML; ``plain_verdict`` the same as text."""

    title: str
    period: str
    before: str
    verdict: SafeString
    plain_verdict: str
    summary: Sequence[str]
    sections: Sequence[Section]


def count(value: int | None) -> Cell:
    """Return a whole number as a cell."""
    return Cell(value, NOTHING if value is None else number_format(value, force_grouping=True))


def number(value: float | None) -> Cell:
    """Return a number to one decimal as a cell."""
    return Cell(value, NOTHING if value is None else number_format(value, decimal_pos=1))


def words(value: str) -> Cell:
    """Return words as a cell."""
    return Cell(value, value or NOTHING, is_number=False)


def share(part: int, whole: int) -> Cell:
    """Return per cent, to one decimal; without a whole there is none."""
    if not whole:
        return Cell(None, NOTHING)
    return Cell(round(100 * part / whole, 1), percent(part / whole))


def length(seconds: int | None) -> Cell:
    """Return a length of time; machines get seconds."""
    return Cell(seconds, NOTHING if seconds is None else in_words(seconds))


def in_words(seconds: int) -> str:
    """Return a length of time in the unit in which it can be grasped."""
    if seconds < 2 * MINUTE:
        return ngettext("%(n)s second", "%(n)s seconds", seconds) % {"n": seconds}
    if seconds < 2 * HOUR:
        minutes = round(seconds / MINUTE)
        return ngettext("%(n)s minute", "%(n)s minutes", minutes) % {"n": minutes}
    if seconds < 2 * DAY:
        hours = round(seconds / HOUR)
        return ngettext("%(n)s hour", "%(n)s hours", hours) % {"n": hours}
    return days_in_words(seconds / DAY)


def days_in_words(days: float | None) -> str:
    """Return "3.5 days", "the same day" for none at all; a dash for None."""
    if days is None:
        return NOTHING
    if not days:
        return _("the same day")
    shown = str(number_format(round(days, 1), decimal_pos=0 if days == int(days) else 1))
    # English says 1.5 days, French counts as one what is less than two: 1,5 jour.
    whole = int(days) if (get_language() or "").startswith("fr") else ceil(days) + (days < 1)
    return str(ngettext("%(n)s day", "%(n)s days", whole)) % {"n": shown}


def sums(
    names: Iterable[tuple[str, Any]], now: dict[str, int], before: dict[str, int]
) -> list[Row]:
    """Return one row a code that occurs in either period: its name, now, before."""
    return [
        Row(capital(name), [count(now.get(code, 0)), count(before.get(code, 0))])
        for code, name in names
        if code in now or code in before
    ]


def capital(text: Any) -> str:
    """Return the text with a capital first letter: labels of codes begin small."""
    words = str(text)
    return words[:1].upper() + words[1:]
