"""A dry run: what a source holds about somebody, and what an erasure would do. Changes nothing."""

from datetime import date
from itertools import islice
from typing import TYPE_CHECKING, Any

from dsar.sources.files import SampledTable, Trial
from dsar.sources.sql.selecting import Known

if TYPE_CHECKING:
    from dsar.sources.sql.source import SqlSource

ROWS = 3  # of each table


def try_out(source: "SqlSource", who: Known, today: date) -> Trial:
    """Return counts, a few masked rows, and the plan. Raises SourceError."""
    counts = source.counts(who)
    tables = []
    with source.database.reading() as connection:
        for one in source.tables.parents_first:
            rows = [
                tuple((column.label, masked(row.values[column.key])) for column in one.columns)
                for row in islice(source.rows(connection, one, who), ROWS)
            ]
            labels = tuple(column.label for column in one.columns)
            tables.append(SampledTable(one.name, one.title, counts[one.name], labels, tuple(rows)))
    return Trial(tuple(tables), tuple(source.planned(who, today)))


def masked(value: Any) -> str:
    """Return enough of a value to see of which kind it is: its first letter and its length."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, date):
        return f"{value.year}-••-••"
    text = str(value)
    if len(text) < 3:
        return "•" * len(text) or "–"
    return text[:1] + "•" * min(len(text) - 1, 7)
