"""One list out of all append-only tables, newest first, page by page.

Events are ordered by time, then by family, then by key, each family from an index of its own: a
page costs one query for the keys and one for each family that has a row on it, at any size of the
tables.
"""

import base64
import binascii
import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db.models import F, IntegerField, Q, QuerySet, Value
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from portal.dashboard.log.families import FAMILIES
from portal.dashboard.log.families.base import Event, Family
from portal.dashboard.log.wanted import Wanted
from portal.lib import strict_json

SIZE = 50
AT_A_TIME = 2000  # of an export


@dataclass(frozen=True)
class Place:
    """Where a page begins: after (or before) the event of this time, family and key."""

    at: datetime
    rank: int
    id: int


@dataclass(frozen=True)
class Page:
    """Some events, newest first, and the cursors of the pages beside (empty: there is none)."""

    events: list[Event]
    newer: str
    older: str


def page(wanted: Wanted, *, older: str = "", newer: str = "", size: int = SIZE) -> Page:
    """Return the page older, or newer, than a cursor; the first without one, or with a bad one."""
    place = _read(older or newer)
    back = bool(newer and place)
    keys = _keys(wanted, place, back=back, limit=size + 1)
    more, keys = len(keys) > size, keys[:size]
    if back:
        keys.reverse()
    if not keys:
        return Page([], "", "")
    return Page(
        _loaded(keys),
        newer=_written(keys[0]) if (more if back else place) else "",
        older=_written(keys[-1]) if (more or back) else "",
    )


def walk(wanted: Wanted, *, after: str = "") -> Iterator[Event]:
    """Yield all events that are wanted, newest first, a fixed number of them in memory.

    ``after`` is the place (:func:`place_of`) of the last one that was read before.
    """
    place = _read(after)
    while keys := _keys(wanted, place, back=False, limit=AT_A_TIME):
        yield from _loaded(keys)
        place = keys[-1]


def place_of(event: Event) -> str:
    """Return where an event stands, for :func:`walk` to go on from there."""
    rank = next(n for n, family in enumerate(FAMILIES) if family.slug == event.family)
    return _written(Place(event.at, rank, event.id))


def _keys(wanted: Wanted, place: Place | None, *, back: bool, limit: int) -> list[Place]:
    """Return the places of the next events, in the order in which they are walked."""
    parts = [
        _part(family, rank, rows, place, back=back)[:limit]
        for rank, family in enumerate(FAMILIES)
        if (rows := family.found(wanted)) is not None
    ]
    if not parts:
        return []
    order = ("log_at", "-log_rank", "log_id") if back else ("-log_at", "log_rank", "-log_id")
    whole = parts[0].union(*parts[1:], all=True).order_by(*order) if len(parts) > 1 else parts[0]
    return [Place(at, rank, key) for rank, at, key in whole[:limit]]


def _part(
    family: Family, rank: int, rows: QuerySet[Any], place: Place | None, *, back: bool
) -> QuerySet[Any]:
    """Return the keys of one family beyond a place, in the order of its own index."""
    if place is not None:
        rows = rows.filter(_beyond(family, rank, place, back=back))
    order = (family.at, family.id) if back else (f"-{family.at}", f"-{family.id}")
    named = rows.annotate(
        log_rank=Value(rank, IntegerField()), log_at=F(family.at), log_id=F(family.id)
    )
    keys: QuerySet[Any] = named.order_by(*order).values_list("log_rank", "log_at", "log_id")
    return keys


def _beyond(family: Family, rank: int, place: Place, *, back: bool) -> Q:
    """Return the condition that an event of the family comes after the place on the way."""
    way = "gt" if back else "lt"
    if rank == place.rank:
        # The first condition is what the index can use; the second settles ties.
        tie = Q(**{f"{family.at}__{way}": place.at}) | Q(**{f"{family.id}__{way}": place.id})
        return Q(**{f"{family.at}__{way}e": place.at}) & tie
    still_there = (rank < place.rank) if back else (rank > place.rank)
    return Q(**{f"{family.at}__{way}{'e' if still_there else ''}": place.at})


def _loaded(keys: list[Place]) -> list[Event]:
    """Return the events at these places, in their order; one query for each family among them."""
    by_rank: dict[int, list[Place]] = defaultdict(list)
    for key in keys:
        by_rank[key.rank].append(key)
    found: dict[tuple[int, int], Event] = {}
    for rank, places in by_rank.items():
        family = FAMILIES[rank]
        rows = family.rows().filter(
            # The time finds the partition, where a table has some.
            **{f"{family.at}__in": [one.at for one in places]},
            **{f"{family.id}__in": [one.id for one in places]},
        )
        for row in rows.select_related(*family.related):
            event = family.event(row)
            found[rank, event.id] = event
    return [found[key.rank, key.id] for key in keys if (key.rank, key.id) in found]


def _written(place: Place) -> str:
    text = json.dumps([place.at.isoformat(), place.rank, place.id])
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _read(cursor: str) -> Place | None:
    """Return the place a cursor stands for; None for what :func:`_written` never wrote."""
    if not cursor:
        return None
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        at, rank, key = strict_json.loads(text)
        moment = parse_datetime(at) if isinstance(at, str) else None
        if moment is None or not (_is_key(rank) and _is_key(key)):
            return None
        aware = moment if timezone.is_aware(moment) else moment.replace(tzinfo=UTC)
        return Place(aware.astimezone(UTC), rank, key)
    except (binascii.Error, ValueError, TypeError, OverflowError):
        return None


def _is_key(value: object) -> bool:
    return type(value) is int and value.bit_length() <= 63
