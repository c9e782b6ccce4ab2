"""Which rows are a person's: conditions made of a mapping, as SQLAlchemy Core writes them."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    String,
    TableClause,
    and_,
    cast,
    false,
    func,
    null,
    or_,
    select,
    tuple_,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from accounts.models import User
from dsar.sources.sql.mapping import Condition, Reference, TableMap, Tables

CHUNK = 500  # keys in one statement
Keys = tuple[Any, ...]


@dataclass(frozen=True)
class Known:
    """By what a person is known outside. Addresses only that they have proven; in lower case."""

    emails: tuple[str, ...]
    numbers: tuple[str, ...] = ()
    # Rows found before, of a table, in chunks: looked at again although no way may lead to them.
    found: Callable[[str], Iterator[list[dict[str, Any]]]] = lambda _place: iter(())


class lowered(FunctionElement[str]):  # noqa: N801 - reads like the function it is
    """A text in lower case, compared letter by letter.

    MySQL and MariaDB compare by the column's collation, to most of which "josé@" is "jose@":
    somebody else's rows.
    """

    type = String()
    inherit_cache = True


@compiles(lowered)
def _lowered(element: Any, compiler: Any, **options: Any) -> str:
    return f"lower({compiler.process(element.clauses, **options)})"


@compiles(lowered, "mysql", "mariadb")
def _lowered_in_bytes(element: Any, compiler: Any, **options: Any) -> str:
    return f"CAST(CONVERT({_lowered(element, compiler, **options)} USING utf8mb4) AS BINARY)"


def known(person: User) -> Known:
    """Return the proven addresses of a person, and their number here."""
    emails = person.addresses.exclude(email=None).values_list("email", flat=True)
    return Known(tuple(sorted(str(email).lower() for email in emails)), (str(person.uid),))


def of_person(one: TableMap, tables: Tables, who: Known) -> ColumnElement[bool]:
    """Return the condition for a row to be the person's now, by whichever way."""
    at = tables.place(one.name)
    ways: list[ColumnElement[bool]] = [
        lowered(at.c[name]).in_(who.emails) for name in one.emails if who.emails
    ]
    ways += [
        func.lower(cast(at.c[name], String)).in_(who.numbers) for name in one.numbers if who.numbers
    ]
    for reference in one.followed:
        keys = select(*_columns(tables.place(reference.to), reference.keys))
        theirs = keys.where(of_person(tables[reference.to], tables, who))
        ways.append(_one_or_many(_columns(at, reference.columns)).in_(theirs))
    return and_(or_(*ways) if ways else false(), *(_holds(at, one_) for one_ in one.where))


def ways_to(one: TableMap, tables: Tables, who: Known) -> Iterator[ColumnElement[bool]]:
    """Yield the conditions that together find every row: as it is now, and by what was found."""
    yield of_person(one, tables, who)
    at = tables.place(one.name)
    holds = [_holds(at, each) for each in one.where]
    for reference in one.followed:
        for chunk in who.found(reference.to):
            theirs = [tuple(row.get(key) for key in reference.keys) for row in chunk]
            yield and_(among(at, reference.columns, theirs), *holds)
    for chunk in who.found(one.name):
        yield among(at, one.primary_key, [_keys(row, one.primary_key) for row in chunk])


def among(at: TableClause, names: Sequence[str], keys: Sequence[Keys]) -> ColumnElement[bool]:
    """Return the condition that the columns hold one of the keys; keys with NULL match nothing."""
    whole = [key for key in keys if None not in key]
    if not whole:
        return false()
    plain = whole if len(names) > 1 else [key[0] for key in whole]
    found: ColumnElement[bool] = _one_or_many(_columns(at, names)).in_(plain)
    return found


def pages(
    connection: Connection,
    at: TableClause,
    primary_key: Sequence[str],
    condition: ColumnElement[bool],
    wanted: Sequence[ColumnElement[Any]],
) -> Iterator[list[Any]]:
    """Yield the rows of a condition, a few hundred at a time, by their primary key.

    Each page is a statement of its own: what is changed in between hides nothing and repeats
    nothing. ``wanted`` are the columns a row has; those of the primary key are among them.
    """
    primary = _columns(at, primary_key)
    page = select(*wanted).where(condition).order_by(*primary).limit(CHUNK)
    last: Keys | None = None
    while True:
        now = page if last is None else page.where(_after(primary, last))
        rows = connection.execute(now).mappings().all()
        if not rows:
            return
        yield list(rows)
        last = _keys(rows[-1], primary_key)


def day_column(one: TableMap, tables: Tables) -> ColumnElement[Any]:
    """Return what says from which day a kept row is kept, under the name ``regard_kept_from``."""
    keep = one.keep
    if keep is None or not keep.column:
        return null().label("regard_kept_from")
    at = tables.place(one.name)
    if keep.via is None:
        return at.c[keep.column].label("regard_kept_from")
    parent = tables.place(keep.via.to).alias("of_parent")
    same = [
        parent.c[key] == at.c[name]
        for key, name in zip(keep.via.keys, keep.via.columns, strict=True)
    ]
    # Keys need not be unique where nothing makes them so: the latest day counts.
    found: Select[Any] = select(func.max(parent.c[keep.column])).where(*same)
    return found.correlate(at).scalar_subquery().label("regard_kept_from")


def keys_of(reference: Reference, rows: Iterable[Any]) -> list[Keys]:
    """Return what rows of the table referred to are referred to by."""
    return [_keys(row, reference.keys) for row in rows]


def _keys(row: Any, names: Sequence[str]) -> Keys:
    return tuple(row[name] for name in names)


def _columns(at: Any, names: Iterable[str]) -> list[ColumnElement[Any]]:
    return [at.c[name] for name in names]


def _one_or_many(columns: list[ColumnElement[Any]]) -> Any:
    return columns[0] if len(columns) == 1 else tuple_(*columns)


def _after(columns: list[ColumnElement[Any]], last: Keys) -> ColumnElement[bool]:
    """Return the condition to come after a key, column by column, as every database reads it."""
    return or_(
        *(
            and_(*(columns[before] == last[before] for before in range(at)), columns[at] > last[at])
            for at in range(len(columns))
        )
    )


def _holds(at: TableClause, one: Condition) -> ColumnElement[bool]:
    """Return a condition of ``where``; NULL is never equal to a value, and never different."""
    left = at.c[one.column]
    if one.how == "is":
        return left.is_(None) if one.value is None else left == one.value
    if one.how == "is_not":
        return left.is_not(None) if one.value is None else or_(left != one.value, left.is_(None))
    if one.how == "in":
        return left.in_(one.value)
    found: ColumnElement[bool] = left < one.value if one.how == "before" else left >= one.value
    return found
