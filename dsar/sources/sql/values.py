"""Values of a database as JSON, dates or instants: what the copy can hold."""

import base64
import math
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta, tzinfo
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID


def plain(value: Any, zone: tzinfo) -> Any:
    """Return a value as the copy holds it.

    Numbers with decimals stay exact, as text. Bytes are base64, with their length before it. An
    instant without a zone is one of ``zone``. What nobody foresaw is given as the driver writes it.
    """
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, str):
        return value.replace("\0", "")
    if isinstance(value, datetime):
        return _in(value, value.tzinfo or zone)
    if isinstance(value, date):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    return _other(value, zone)


def _other(value: Any, zone: tzinfo) -> Any:
    if isinstance(value, bytes | bytearray | memoryview):
        content = bytes(value)
        return f"{len(content)} bytes, base64: {base64.b64encode(content).decode()}"
    if isinstance(value, timedelta):
        return duration(value)
    if isinstance(value, Enum):
        return plain(value.value, zone)
    if isinstance(value, Mapping):
        return {str(key): inner(one, zone) for key, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [inner(one, zone) for one in value]
    if isinstance(value, time):
        return value.isoformat()
    if isinstance(value, Decimal | UUID):
        return str(value)
    return str(value)


def inner(value: Any, zone: tzinfo) -> Any:
    """Return a value within another: there dates and instants are text too."""
    found = plain(value, zone)
    return found.isoformat() if isinstance(found, date) else found


def duration(value: timedelta) -> str:
    """Return an interval as ISO 8601: ``P1DT2H``, ``-PT30S``."""
    sign, left = ("-", -value) if value < timedelta(0) else ("", value)
    hours, rest = divmod(left.seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    parts = [f"{hours}H" if hours else "", f"{minutes}M" if minutes else ""]
    if seconds or left.microseconds:
        parts.append(f"{seconds + left.microseconds / 1_000_000:g}S")
    clock = "".join(parts)
    days = f"{left.days}D" if left.days else ""
    return f"{sign}P{days}{'T' + clock if clock else ''}" if days or clock else "PT0S"


def day_of(value: Any, zone: tzinfo) -> date | None:
    """Return the day that a column says, also where it says it as text; None where it says none."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value.strip())
        except ValueError:
            return None
    if isinstance(value, datetime):
        return (value.astimezone(zone) if value.tzinfo else value).date()
    return value if isinstance(value, date) else None


def _in(value: datetime, zone: tzinfo) -> datetime | str:
    """Return an instant in a zone; at the ends of the calendar, which no zone holds, as text."""
    if not date.min.year < value.year < date.max.year:
        return value.isoformat()
    return value.replace(tzinfo=zone)
