"""A way into somebody else's database: read-only unless asked, with time-outs, errors as causes."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import quote

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import NullPool

from dsar.grounds import Cause
from dsar.sources.base import SourceError
from dsar.sources.options import Missing, SecretRef
from dsar.sources.sql.causes import causes
from dsar.sources.sql.endless import reads_every_day

CONNECT_SECONDS = 5
# The drivers we bring or name; what an address says without one.
DRIVERS = {
    "postgresql": "postgresql+psycopg",
    "mysql": "mysql+pymysql",
    "mariadb": "mysql+pymysql",
    "sqlite": "sqlite",
}
# After so many steps of its machine SQLite lets us look at the clock.
SQLITE_STEPS = 10_000
PAUSE = 0.5  # seconds; a longer gap between two looks was ours


@dataclass(frozen=True)
class Database:
    """Where the database is, and how long a statement may take, in seconds."""

    address: SecretRef
    time_out: int
    _lasting: dict[str, Any] = field(default_factory=dict, compare=False)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection that cannot write, in one transaction, streaming what it reads.

        Raises:
            SourceError: with the cause, for whatever the database refuses.
        """
        with causes(), self._engine.connect() as connection:
            self._begin(connection, read_only=True)
            yield connection.execution_options(stream_results=True, yield_per=500)

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give a connection whose changes are all kept at the end, or none of them.

        Raises:
            SourceError: with the cause, for whatever the database refuses.
        """
        with causes(), self._engine.connect() as connection:
            self._begin(connection, read_only=False)
            yield connection
            connection.commit()

    @cached_property
    def _engine(self) -> Engine:
        """Return what makes connections; each is closed after use, for they are rarely needed."""
        with causes():
            return make_engine(self._url(), self.time_out)

    def _url(self) -> URL:
        try:
            url = make_url(self.address.value())
            if url.drivername == "postgres":  # what many hosts still hand out
                url = url.set(drivername="postgresql")
        except Missing:
            raise SourceError(Cause.NOT_CONFIGURED, final=True) from None
        except ArgumentError:
            raise SourceError(Cause.MAPPING, final=True) from None
        if url.get_backend_name() not in DRIVERS:
            raise SourceError(Cause.MAPPING, final=True)
        plain = "+" not in url.drivername
        return url.set(drivername=DRIVERS[url.get_backend_name()]) if plain else url

    def _begin(self, connection: Connection, *, read_only: bool) -> None:
        kind, seconds = connection.dialect.name, self.time_out
        if kind == "postgresql":
            mode = "REPEATABLE READ, READ ONLY" if read_only else "READ COMMITTED, READ WRITE"
            connection.execute(text(f"SET TRANSACTION ISOLATION LEVEL {mode}"))
            connection.execute(text(f"SET LOCAL statement_timeout = {seconds * 1000}"))
            connection.execute(text(f"SET LOCAL lock_timeout = {seconds * 1000}"))
        elif kind in ("mysql", "mariadb"):
            maria = bool(getattr(connection.dialect, "is_mariadb", False))
            for statement in mysql_session(seconds, read_only=read_only, maria=maria):
                connection.execute(text(statement))
            connection.rollback()  # the mode holds from the next transaction on
        else:
            connection.execute(text(f"PRAGMA query_only = {'ON' if read_only else 'OFF'}"))


def mysql_session(seconds: int, *, read_only: bool, maria: bool) -> list[str]:
    """Return what a session of MySQL or MariaDB begins with."""
    mode = "READ ONLY" if read_only else "READ WRITE"
    patience = (
        f"SET SESSION max_statement_time = {seconds}"
        if maria
        else f"SET SESSION max_execution_time = {seconds * 1000}"
    )
    return [
        patience,
        f"SET SESSION innodb_lock_wait_timeout = {seconds}",
        f"SET SESSION TRANSACTION {mode}",
    ]


def make_engine(url: URL, time_out: int) -> Engine:
    """Return an engine for one of the kinds we know; it opens nothing yet."""
    if url.get_backend_name() == "sqlite":
        engine = create_engine(
            "sqlite://",
            creator=lambda: _sqlite(url, time_out),
            poolclass=NullPool,
            hide_parameters=True,
        )
        event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
        return engine
    known: dict[str, Any] = {"connect_timeout": CONNECT_SECONDS}
    if url.drivername == DRIVERS["postgresql"]:
        known["prepare_threshold"] = None  # a pooler in between may hand out another session
    elif url.drivername == DRIVERS["mysql"]:
        known |= {"read_timeout": time_out + 5, "write_timeout": time_out + 5}
    engine = create_engine(url, connect_args=known, poolclass=NullPool, hide_parameters=True)
    if url.drivername == DRIVERS["postgresql"]:
        event.listen(engine, "connect", reads_every_day)
    return engine


def _sqlite(url: URL, time_out: int) -> sqlite3.Connection:
    """Open a file that is there; SQLite would make a new one for a mistyped name."""
    if not url.database or url.database == ":memory:":
        raise SourceError(Cause.MAPPING, final=True)
    uri = f"file:{quote(url.database)}?mode=rw"
    # Without a level: we say where a transaction begins, the driver would not hold reads in one.
    connection = sqlite3.connect(
        uri, uri=True, timeout=time_out, isolation_level=None, check_same_thread=False
    )
    connection.execute("PRAGMA foreign_keys = ON")
    connection.set_progress_handler(_Patience(time_out).is_over, SQLITE_STEPS)
    return connection


class _Patience:
    """Counts the time SQLite works; that in which we are busy with what it gave does not count."""

    def __init__(self, seconds: float) -> None:
        self._left, self._last = seconds, time.monotonic()

    def is_over(self) -> bool:
        """Whether SQLite has worked for longer than it may."""
        now = time.monotonic()
        self._left -= min(now - self._last, PAUSE)
        self._last = now
        return self._left < 0
