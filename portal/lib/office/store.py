"""The versions: written once, in one order, and held by each process until there is a newer one.

The newest row's id names the state of all keys. Whoever publishes holds a lock to the end of the
transaction, so ids are committed in order and the newest id never hides an older row that is still
on its way. A request or a job asks for that id once (:func:`begin`), and keeps to what it found;
outside of those every reading asks. Nothing is ever stale by time.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from threading import local
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone

from portal.lib.models import OfficeVersion

TABLE = "kernel_officeversion"
ORDER = 0x0FF1CE  # the advisory lock of all who publish


@dataclass(frozen=True)
class Version:
    """What holds for one key. ``value`` None: what was first, from the environment, holds again."""

    number: int
    value: Any
    change: UUID | None  # of ``accounts.changes``: who drafted it, who agreed, and why
    at: datetime


@dataclass(frozen=True)
class State:
    """All keys as of one row of the table."""

    newest: int
    versions: Mapping[str, Version]


EMPTY = State(0, {})


class _Process:
    """What this process knows; replaced whole, so threads need no lock."""

    state = EMPTY
    has_table = False


class _Here(local):
    """What the request or job of this thread has found, once it has asked."""

    is_within = False
    found: State | None = None


_here = _Here()


def current(key: str) -> Version | None:
    """Return the version of ``key`` that holds; None if none was ever published.

    Before the table exists (during the first ``migrate``) nothing was.
    """
    return _state().versions.get(key)


def below(prefix: str) -> dict[str, Version]:
    """Return the versions that hold of all keys that begin with ``prefix``, by what follows it."""
    found = _state().versions.items()
    return {key.removeprefix(prefix): one for key, one in found if key.startswith(prefix)}


def held(key: str) -> Version | None:
    """Return what this process has last seen, without asking: for when the database has failed."""
    return _Process.state.versions.get(key)


def begin(**_signal: Any) -> None:
    """Let what follows, a request or a job, ask once and keep to it."""
    _here.is_within, _here.found = True, None


def end(**_signal: Any) -> None:
    """Let every reading ask again: nothing marks out a unit of work any more."""
    _here.is_within, _here.found = False, None


@contextmanager
def settled() -> Iterator[None]:
    """Let what is done within, outside of a request or job too, ask once and keep to it."""
    if _here.is_within:
        yield
        return
    begin()
    try:
        yield
    finally:
        end()


@contextmanager
def supposing(key: str, value: Any) -> Iterator[None]:
    """Let what is read within, in this thread, be as if ``value`` held for ``key`` (None: what was
    first). Nothing is written: it is for showing what a draft would do."""
    state, was = _state(), (_here.is_within, _here.found)
    number = state.versions[key].number + 1 if key in state.versions else 1
    supposed = Version(number, value, None, timezone.now())
    _here.is_within, _here.found = True, State(state.newest, {**state.versions, key: supposed})
    try:
        yield
    finally:
        _here.is_within, _here.found = was


def made(**_signal: Any) -> None:
    """Remember that the tables are there: ``migrate`` has run in this process."""
    _Process.has_table = _exists()


@transaction.atomic
def publish(key: str, value: Any, *, change: UUID | None = None) -> OfficeVersion:
    """Write the next version of ``key`` and return it. Its rules are its kind's: see ``accounts``.

    It counts for others once the caller's transaction is committed.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ORDER])
    last = OfficeVersion.objects.filter(key=key).aggregate(last=Max("number"))["last"] or 0
    end()  # should this be rolled back, the rest of the request must not go on with it
    return OfficeVersion.objects.create(key=key, number=last + 1, value=value, change=change)


def _state() -> State:
    if _here.found is not None:
        return _here.found
    found = _fresh()
    if _here.is_within:
        _here.found = found
    return found


def _fresh() -> State:
    if not (_Process.has_table or _exists()):
        return EMPTY
    _Process.has_table = True
    newest = OfficeVersion.objects.aggregate(newest=Max("pk"))["newest"] or 0
    if newest != _Process.state.newest:
        _Process.state = _load() if newest else EMPTY
    return _Process.state


def _load() -> State:
    """Return the state of all keys, in one statement: of one moment."""
    rows = list(OfficeVersion.objects.order_by("key", "-number").distinct("key"))
    versions = {row.key: Version(row.number, row.value, row.change, row.at) for row in rows}
    return State(max((row.pk for row in rows), default=0), versions)


def _exists() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [TABLE])
        return bool(cursor.fetchone()[0])
