"""A mapping as the code reads it: tables, how rows belong to a person, what becomes of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from graphlib import TopologicalSorter
from typing import Any

from sqlalchemy import TableClause, column, table

from dsar.grounds import ErasureGround
from dsar.sources.base import Column, Words
from dsar.sources.options import Options

HASH = "hash"
FOLLOW, EMPTY = "follow", "empty"
GROUNDS = {"legal_duty": ErasureGround.LEGAL_DUTY, "legal_claims": ErasureGround.LEGAL_CLAIMS}


@dataclass(frozen=True)
class Fixed:
    """A value that everybody's field gets."""

    value: str | int | bool | None


@dataclass(frozen=True)
class Reference:
    """Rows of a table refer by ``columns`` to the rows of ``to`` that have the same in ``keys``.

    Who owns the row referred to owns the referring row, if it is ``followed``; if not, the columns
    are only emptied when that row is erased.
    """

    columns: tuple[str, ...]
    to: str
    keys: tuple[str, ...]
    followed: bool
    line: int


@dataclass(frozen=True)
class Condition:
    """``column`` compared with ``value`` by ``how``: is, is_not, in, before, from."""

    column: str
    how: str
    value: Any


@dataclass(frozen=True)
class Keep:
    """Kept for ``period`` (ISO 8601) from the day in ``column``; of the table itself if no ``via``.

    Without a ``column``, and where it is empty, from the day the request came in.
    """

    ground: ErasureGround
    period: str
    sentence: Words
    column: str = ""
    via: Reference | None = None


@dataclass(frozen=True)
class TableMap:
    """One table. Of ``anonymise`` and ``keep`` at most one is set; neither: rows are deleted."""

    name: str
    table: str
    schema: str | None
    title: Words
    about: Words
    primary_key: tuple[str, ...]
    emails: tuple[str, ...]
    numbers: tuple[str, ...]
    references: tuple[Reference, ...]
    where: tuple[Condition, ...]
    columns: tuple[Column, ...]
    screen: frozenset[str]
    portable: bool
    anonymise: Mapping[str, Any] | None
    keep: Keep | None
    line: int

    @property
    def followed(self) -> Iterable[Reference]:
        """Return the references by which rows belong to somebody."""
        return (reference for reference in self.references if reference.followed)

    @property
    def deletes(self) -> bool:
        """Whether its rows are deleted at once."""
        return self.anonymise is None and self.keep is None


@dataclass(frozen=True)
class Tables:
    """All tables of a mapping, by the name they have in it."""

    by_name: Mapping[str, TableMap] = field(default_factory=dict)

    def __getitem__(self, name: str) -> TableMap:
        return self.by_name[name]

    def __contains__(self, name: object) -> bool:
        return name in self.by_name

    @cached_property
    def children_first(self) -> list[TableMap]:
        """Return the tables, each before those it refers to: the order in which they are erased."""
        return list(reversed(self.parents_first))

    @cached_property
    def parents_first(self) -> list[TableMap]:
        """Return the tables, each after those it refers to, else in the order of the file."""
        graph = {
            one.name: [reference.to for reference in one.followed] for one in self.by_name.values()
        }
        return [self.by_name[name] for name in TopologicalSorter(graph).static_order()]

    def referring_to(self, name: str) -> list[tuple[TableMap, Reference]]:
        """Return each table that refers to one, with the reference."""
        return [
            (table, reference)
            for table in self.by_name.values()
            for reference in table.references
            if reference.to == name
        ]

    def keys_of(self, name: str) -> tuple[str, ...]:
        """Return the columns by which rows are found again: primary key, what is referred to."""
        names = dict.fromkeys(self[name].primary_key)
        for _child, reference in self.referring_to(name):
            names |= dict.fromkeys(reference.keys)
        return tuple(names)

    def place(self, name: str) -> TableClause:
        """Return the table as statements name it, always the same; what must be is quoted."""
        return self._places[name]

    @cached_property
    def _places(self) -> dict[str, TableClause]:
        return {
            name: table(one.table, *(column(each) for each in self._names(one)), schema=one.schema)
            for name, one in self.by_name.items()
        }

    def _names(self, one: TableMap) -> list[str]:
        """Return every column of a table that any statement may need."""
        names = [
            *self.keys_of(one.name),
            *(each.key for each in one.columns),
            *one.emails,
            *one.numbers,
            *(name for reference in one.references for name in reference.columns),
            *(condition.column for condition in one.where),
            *(one.anonymise or {}),
        ]
        for each in self.by_name.values():
            if each.keep is not None and each.keep.column:
                of = each.keep.via.to if each.keep.via else each.name
                names += [each.keep.column] if of == one.name else []
        return list(dict.fromkeys(names))


def tables_of(options: Options) -> Tables:
    """Return the tables of a mapping whose references are right."""
    sections: Options = options["tables"]
    return Tables({name: _table(name, one, sections) for name, one in sections.items()})


def reference_of(one: Options, sections: Mapping[str, Options]) -> Reference:
    """Return a reference; ``keys`` are those of the primary key where none are named.

    Raises:
        KeyError: it leads to no table of the mapping; the argument is that table's name.
    """
    columns = tuple(one["columns"] or [one["column"]])
    to, _dot, key = one["to"].partition(".")
    if to not in sections:
        raise KeyError(to)
    keys = tuple([key] if key else one["keys"] or sections[to]["primary_key"])
    return Reference(columns, to, keys, one["on_erase"] == FOLLOW, one.line)


def _table(name: str, one: Options, sections: Options) -> TableMap:
    references = tuple(reference_of(each, sections) for each in one["references"] or [])
    identity = one["identity"] or {}
    erase = one["erase"] if isinstance(one["erase"], Options) else {}
    fields: Options = one["fields"]
    return TableMap(
        name=name,
        table=one["table"] or name,
        schema=one["schema"] or None,
        title=one["title"],
        about=one["about"],
        primary_key=tuple(one["primary_key"]),
        emails=tuple(identity.get("email", ())),
        numbers=tuple(identity.get("regard_id", ())),
        references=references,
        where=tuple(_condition(each) for each in one["where"] or []),
        columns=tuple(_column(key, each) for key, each in fields.items()),
        screen=frozenset(key for key, each in fields.items() if each["screen"]),
        portable=one["portable"],
        anonymise=erase.get("anonymise"),
        keep=_keep(erase["keep"], references) if "keep" in erase else None,
        line=sections.line_of(name),
    )


def _column(key: str, one: Options) -> Column:
    label = one["label"]
    return Column(key, label, never_disclose=label if one["never_disclose"] else "")


def _condition(one: Options) -> Condition:
    how = next(key for key in one if key != "column")
    return Condition(one["column"], how, one[how])


def _keep(one: Options, references: tuple[Reference, ...]) -> Keep:
    table, _dot, column = one["from"].rpartition(".")
    via = next((each for each in references if each.followed and each.to == table), None)
    return Keep(GROUNDS[one["ground"]], one["until"], one["sentence"], column, via)
