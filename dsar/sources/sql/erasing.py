"""Erasing rows of a database: children before their parents, in pages, as the mapping says."""

import secrets
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, TableClause, and_, delete, or_, select, update

from dsar.grounds import Cause
from dsar.sources.base import SourceError
from dsar.sources.sql.mapping import HASH, Fixed, TableMap, Tables
from dsar.sources.sql.selecting import Keys, among, day_column, keys_of, pages

ERASED = "erased-"
RANDOM = 8  # bytes; what a hash leaves is chosen anew for each row, so nothing leads back
Due = Callable[[Any], bool]


class Eraser:
    """Erases what it is told to within one transaction, and counts rows by table."""

    def __init__(self, connection: Connection, tables: Tables) -> None:
        self._connection, self._tables = connection, tables
        self.rows: dict[str, int] = {}

    def delete(self, one: TableMap, condition: ColumnElement[bool], due: Due | None = None) -> None:
        """Delete the rows of a condition, those for which ``due`` is true; before each, whatever
        refers to it.

        Raises:
            SourceError: the database let a row stay.
        """
        at = self._tables.place(one.name)
        wanted: list[ColumnElement[Any]] = [at.c[name] for name in self._tables.keys_of(one.name)]
        wanted += [day_column(one, self._tables)] if due else []
        for page in pages(self._connection, at, one.primary_key, condition, wanted):
            rows = [row for row in page if due is None or due(row)]
            if rows:
                self._release(one, rows)
                self._delete(one, at, [_primary(one, row) for row in rows])

    def anonymise(self, one: TableMap, condition: ColumnElement[bool]) -> None:
        """Take out of the rows what names the person."""
        at = self._tables.place(one.name)
        primary = [at.c[name] for name in one.primary_key]
        left = and_(condition, is_named(one, at))
        for page in pages(self._connection, at, one.primary_key, left, primary):
            self._fill(one, at, [_primary(one, row) for row in page])
            self._count(one, len(page))

    def _release(self, one: TableMap, rows: Sequence[Any]) -> None:
        """Empty, anonymise or delete what refers to some rows that are about to go."""
        for child, reference in self._tables.referring_to(one.name):
            at = self._tables.place(child.name)
            theirs = among(at, reference.columns, keys_of(reference, rows))
            if not reference.followed:
                nothing = dict.fromkeys(reference.columns)
                self._connection.execute(update(at).where(theirs).values(nothing))
            elif child.anonymise is not None:
                self.anonymise(child, theirs)
            else:
                self.delete(child, theirs)

    def _delete(self, one: TableMap, at: TableClause, keys: list[Keys]) -> None:
        gone = among(at, one.primary_key, keys)
        self._connection.execute(delete(at).where(gone))
        primary = [at.c[name] for name in one.primary_key]
        if self._connection.execute(select(*primary).where(gone).limit(1)).first():
            raise SourceError(Cause.STILL_THERE)  # a rule of the database kept it
        self._count(one, len(keys))

    def _fill(self, one: TableMap, at: TableClause, keys: list[Keys]) -> None:
        """Write what remains. Each row gets a hash of its own, for columns that must be unique."""
        filled = one.anonymise or {}
        plain = {
            name: how.value if isinstance(how, Fixed) else how
            for name, how in filled.items()
            if how != HASH
        }
        hashed = [name for name, how in filled.items() if how == HASH]
        if plain:
            rows = among(at, one.primary_key, keys)
            for name, value in plain.items():
                # What is NULL already says nothing; to fill it would only make it look known.
                named = rows if value is None else and_(rows, at.c[name].is_not(None))
                self._connection.execute(update(at).where(named).values({name: value}))
        for key in keys if hashed else []:
            row = among(at, one.primary_key, [key])
            for name in hashed:
                value = ERASED + secrets.token_hex(RANDOM)
                named = and_(row, at.c[name].is_not(None))
                self._connection.execute(update(at).where(named).values({name: value}))

    def _count(self, one: TableMap, rows: int) -> None:
        self.rows[one.name] = self.rows.get(one.name, 0) + rows


def is_named(one: TableMap, at: TableClause) -> ColumnElement[bool]:
    """Return the condition that a row still holds something that was to be taken out."""
    return or_(*(_differs(at.c[name], how) for name, how in (one.anonymise or {}).items()))


def _differs(column: ColumnElement[Any], how: Any) -> ColumnElement[bool]:
    if how is None:
        return column.is_not(None)
    if how == HASH:
        return and_(column.is_not(None), column.not_like(ERASED + "_" * (2 * RANDOM)))
    value = how.value if isinstance(how, Fixed) else how
    if value is None:
        return column.is_not(None)
    return and_(column.is_not(None), column != value)


def _primary(one: TableMap, row: Any) -> Keys:
    return tuple(row[name] for name in one.primary_key)
