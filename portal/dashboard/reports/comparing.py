"""Same question, same figures? What has moved between two reports about the same."""

from dataclasses import dataclass

from portal.dashboard.models.reports import Report
from portal.dashboard.reports import outline
from portal.dashboard.reports.pieces import Cell
from portal.lib.typesetting import named

SHOWN = 30
MOST = 5


@dataclass(frozen=True)
class Moved:
    """One figure that differs."""

    where: str
    line: str
    then: str
    now: str


@dataclass(frozen=True)
class Compared:
    """An other report about the same, and how its figures stand to this one's."""

    other: Report
    is_same: bool
    moved: list[Moved]
    more: int  # figures that differ beyond those listed


def others(report: Report) -> list[Compared]:
    """Return the newest other reports about the same; of each language, for figures have none."""
    same = Report.objects.filter(
        kind=report.kind, first=report.first, last=report.last, scope=report.scope,
        state=Report.State.DONE,
    ).exclude(pk=report.pk)  # fmt: skip
    return [_compared(report, one) for one in same.order_by("-counted_at", "-pk")[:MOST]]


def _compared(report: Report, other: Report) -> Compared:
    if report.fingerprint == other.fingerprint:
        return Compared(other, is_same=True, moved=[], more=0)
    here, there = _cells(report), _cells(other)
    differing = [key for key in here | there if _value(here, key) != _value(there, key)]
    moved = [
        Moved(named(key[0], key[1]), f"{key[2]}, {key[3]}", _shown(there, key), _shown(here, key))
        for key in differing[:SHOWN]
    ]
    return Compared(other, is_same=False, moved=moved, more=max(len(differing) - SHOWN, 0))


Key = tuple[str, str, str, str]


def _cells(report: Report) -> dict[Key, Cell]:
    return {
        (section.title, table.name, row.name, heading): cell
        for section in outline.document(report).sections
        for table in section.tables
        for row in table.rows
        for heading, cell in zip(table.columns[1:], row.cells, strict=True)
    }


def _value(cells: dict[Key, Cell], key: Key) -> object:
    return cells[key].value if key in cells else None


def _shown(cells: dict[Key, Cell], key: Key) -> str:
    return cells[key].shown if key in cells else "–"
