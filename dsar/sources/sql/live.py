"""Does a mapping fit its database? Every table, column and reference is looked at; nothing written.

What is wrong would make a step fail. A warning would not, but somebody should know: a table that
nobody described may hold the person's data too.
"""

import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from sqlalchemy import Inspector, String, false, inspect, select
from sqlalchemy.exc import SAWarning
from sqlalchemy.types import TypeEngine

from dsar.sources.base import SourceError
from dsar.sources.files import Reached
from dsar.sources.problems import Problems
from dsar.sources.sql.causes import causes
from dsar.sources.sql.erasing import ERASED, RANDOM
from dsar.sources.sql.mapping import HASH, Fixed, TableMap

if TYPE_CHECKING:
    from dsar.sources.sql.source import SqlSource

HASH_LENGTH = len(ERASED) + 2 * RANDOM
Place = tuple[str | None, str]


def look(source: "SqlSource") -> Reached:
    """Compare a mapping with its database. Raises SourceError where that cannot be reached."""
    found = Reached(Problems(source.described.path.name), Problems(source.described.path.name))
    with source.database.reading() as connection, causes(), warnings.catch_warnings():
        # Of indexes it cannot read SQLAlchemy warns; that one is missing is then said by us.
        warnings.simplefilter("ignore", SAWarning)
        inspector: Inspector = inspect(connection)
        there = [
            one
            for one in source.tables.by_name.values()
            if _Look(source, one, inspector, found).all_is_there()
        ]
        _undescribed(source, inspector, found.warnings)
    for one in there:
        _readable(source, one, found.problems)
    return found


@dataclass
class _Look:
    """One table of the mapping beside the one of the database."""

    source: "SqlSource"
    one: TableMap
    inspector: Inspector
    found: Reached

    def all_is_there(self) -> bool:
        """Whether the table and all its columns are there; says what is not, and what is odd."""
        one, problems = self.one, self.found.problems
        kinds = self.inspector
        if not kinds.has_table(one.table, one.schema) and one.table not in kinds.get_view_names(
            one.schema
        ):
            words = _("The database has no table “%(table)s”.")
            problems.add(one.line, words, table=_name(one))
            return False
        columns = {each["name"]: each for each in kinds.get_columns(one.table, one.schema)}
        wanted = [column.name for column in self.source.tables.place(one.name).columns]
        missing = [name for name in wanted if name not in columns]
        for name in missing:
            words = _("“%(table)s” has no column “%(column)s”.")
            problems.add(one.line, words, table=_name(one), column=name)
        if not missing:
            self._fillable(columns)
            self._primary_key()
            self._indexed()
        return not missing

    def _fillable(self, columns: dict[str, Any]) -> None:
        """What an anonymised field is to hold must fit into it; what is emptied may be NULL."""
        for name, how in (self.one.anonymise or {}).items():
            wrong = _misfit(columns[name], how)
            if wrong is not None:
                self.found.problems.add(self.one.line, wrong[0], column=name, **wrong[1])
        for reference in self.one.references:
            for name in () if reference.followed else reference.columns:
                if not columns[name]["nullable"]:
                    words = _("“%(column)s” must not be NULL, so it cannot be emptied.")
                    self.found.problems.add(reference.line, words, column=name)

    def _primary_key(self) -> None:
        """Two rows with one key would be erased as one."""
        keys = [set(one) for one in self._unique()]
        if not any(key <= set(self.one.primary_key) for key in keys if key):
            words = _("Nothing in the database makes the key of “%(table)s” unique.")
            self.found.problems.add(self.one.line, words, table=_name(self.one))

    def _unique(self) -> Iterator[list[Any]]:
        at = (self.one.table, self.one.schema)
        yield self.inspector.get_pk_constraint(*at)["constrained_columns"]
        for constraint in self.inspector.get_unique_constraints(*at):
            yield constraint["column_names"]
        for index in self.inspector.get_indexes(*at):
            if index["unique"]:
                yield index["column_names"]

    def _indexed(self) -> None:
        """A search without an index reads the whole table, for each request."""
        at = (self.one.table, self.one.schema)
        first = {one[0] for one in self._unique() if one}
        for index in self.inspector.get_indexes(*at):
            # An index of an expression, such as lower(email), names none of its columns.
            texts = index.get("expressions") or index["column_names"]
            first |= {index["column_names"][0], str(texts[0])} if texts else set()
        sought = [*self.one.emails, *self.one.numbers]
        sought += [reference.columns[0] for reference in self.one.followed]
        for name in dict.fromkeys(sought):
            if not any(name in str(text) for text in first if text):
                words = _("“%(column)s” of “%(table)s” has no index: each search reads it all.")
                line = self.one.line
                self.found.warnings.add(line, words, column=name, table=_name(self.one))


def _misfit(column: Any, how: Any) -> tuple[str | Promise, dict[str, object]] | None:
    """Return the words for a value that does not fit into a column, or None."""
    value = how.value if isinstance(how, Fixed) else how
    kind: TypeEngine[Any] = column["type"]
    if value is None:
        words = _("“%(column)s” must not be NULL. Choose another value.")
        return None if column["nullable"] else (words, {})
    if not isinstance(value, str):
        return None
    if not isinstance(kind, String):
        words = _("“%(column)s” holds no text: %(kind)s. Choose another value.")
        return words, {"kind": str(kind)}
    length = HASH_LENGTH if how == HASH else len(value)
    if kind.length and length > kind.length:
        words = _("“%(column)s” takes %(most)s characters, and %(length)s are needed.")
        return words, {"most": kind.length, "length": length}
    return None


def _undescribed(source: "SqlSource", inspector: Inspector, warnings: Problems) -> None:
    """Name the tables that refer to a described one and are not described."""
    ours: dict[Place, TableMap] = {
        (one.schema, one.table): one for one in source.tables.by_name.values()
    }
    for schema in {one.schema for one in ours.values()}:
        for table in inspector.get_table_names(schema):
            if (schema, table) in ours:
                continue
            for key in inspector.get_foreign_keys(table, schema):
                of = ours.get((key["referred_schema"] or schema, key["referred_table"]))
                if of is not None:
                    words = _("“%(table)s” refers to “%(to)s” and is not described.")
                    warnings.add(of.line, words, table=table, to=_name(of))


def _readable(source: "SqlSource", one: TableMap, problems: Problems) -> None:
    """Ask for no row at all: that needs the right to read all the same."""
    nothing = select(*source.tables.place(one.name).columns).where(false())
    try:
        with source.database.reading() as connection, causes():
            connection.execute(nothing).all()
    except SourceError as error:
        words = _("“%(table)s” cannot be read: %(cause)s.")
        problems.add(one.line, words, table=_name(one), cause=error.cause.label)


def _name(one: TableMap) -> str:
    return f"{one.schema}.{one.table}" if one.schema else one.table
