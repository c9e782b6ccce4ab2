"""Days that Python's calendar has not: PostgreSQL's ``infinity``, and years after 9999, as text."""

from typing import Any

from psycopg import DataError
from psycopg.types.datetime import DateLoader, TimestampLoader, TimestamptzLoader


class _Day(DateLoader):
    def load(self, data: Any) -> Any:
        try:
            return super().load(data)
        except DataError:
            return bytes(data).decode()


class _Moment(TimestampLoader):
    def load(self, data: Any) -> Any:
        try:
            return super().load(data)
        except DataError:
            return bytes(data).decode()


class _Instant(TimestamptzLoader):
    def load(self, data: Any) -> Any:
        try:
            return super().load(data)
        except DataError:
            return bytes(data).decode()


def reads_every_day(connection: Any, _record: Any) -> None:
    """Let a connection read them: one such day must not hide all that a table holds."""
    for name, loader in (("date", _Day), ("timestamp", _Moment), ("timestamptz", _Instant)):
        connection.adapters.register_loader(name, loader)
