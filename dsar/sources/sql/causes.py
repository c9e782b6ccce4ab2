"""What an error of a database means for a step. Its message may hold data, so it goes nowhere."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import (
    DBAPIError,
    InterfaceError,
    NoSuchModuleError,
    OperationalError,
    SQLAlchemyError,
)

from dsar.grounds import Cause
from dsar.sources.base import SourceError

# SQLSTATE by its first two characters, and those that differ from their class.
STATES = {
    "08": Cause.UNAVAILABLE,
    "28": Cause.REFUSED,
    "3D": Cause.MAPPING,
    "3F": Cause.MAPPING,
    "42": Cause.MAPPING,
    "22": Cause.MAPPING,
    "23": Cause.MAPPING,
    "25": Cause.REFUSED,
    "40": Cause.UNAVAILABLE,
    "53": Cause.UNAVAILABLE,
    "55": Cause.UNAVAILABLE,
    "57": Cause.UNAVAILABLE,
    "42501": Cause.REFUSED,
}
# Errors of MySQL and MariaDB by number.
NUMBERS = {
    **dict.fromkeys((1044, 1045, 1142, 1143, 1227, 1370, 1698, 1792, 3118), Cause.REFUSED),
    **dict.fromkeys((1049, 1054, 1109, 1146, 1048, 1062, 1217, 1406, 1451, 1452), Cause.MAPPING),
    **dict.fromkeys((1040, 1205, 1213, 1969, 2002, 2003, 2006, 2013, 3024), Cause.UNAVAILABLE),
}
# What a driver says where it has no code: SQLite always, psycopg where it does not get in.
WORDS = (
    ("no such table", Cause.MAPPING),
    ("no such column", Cause.MAPPING),
    ("constraint failed", Cause.MAPPING),
    ("readonly", Cause.REFUSED),
    ("authentication failed", Cause.REFUSED),
    ("no password supplied", Cause.REFUSED),
    ("no pg_hba.conf entry", Cause.REFUSED),
    ("permission denied for database", Cause.REFUSED),
    ('role "', Cause.REFUSED),
    ('database "', Cause.MAPPING),
    ("not a database", Cause.MAPPING),
)


@contextmanager
def causes() -> Iterator[None]:
    """Turn every error of a database into a SourceError with its cause."""
    try:
        yield
    except SQLAlchemyError as error:
        cause = cause_of(error)
        again = cause in (Cause.UNAVAILABLE, Cause.REFUSED)
        # Without its own error: that one may quote what a row holds.
        raise SourceError(cause, final=not again) from None
    except ImportError:
        raise SourceError(Cause.MISSING_PART, final=True) from None


def cause_of(error: SQLAlchemyError) -> Cause:
    """Return the cause that an error stands for."""
    if isinstance(error, NoSuchModuleError):
        return Cause.MISSING_PART
    if not isinstance(error, DBAPIError):
        return Cause.MAPPING
    inner = error.orig
    state = str(getattr(inner, "sqlstate", "") or "")
    number = inner.args[0] if inner is not None and inner.args else None
    known = STATES.get(state) or STATES.get(state[:2])
    if known is None and isinstance(number, int):
        known = NUMBERS.get(number)
    said = str(inner)
    known = known or next((cause for words, cause in WORDS if words in said), None)
    if known is not None:
        return known
    is_down = isinstance(error, OperationalError | InterfaceError)
    return Cause.UNAVAILABLE if is_down else Cause.MAPPING
