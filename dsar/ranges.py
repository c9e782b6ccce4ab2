"""Filters of the queue by days: received, due, closed between two days, answered after so many.

Days are those of the controller's zone, both ends included. In an address they are
``received_from=2026-05-01``; what is no day, or no number, is left out.
"""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import F, Q, QuerySet
from django.db.models.functions import TruncDate
from django.utils.dateparse import parse_date
from django.utils.timezone import get_default_timezone

from dsar.models import SubjectRequest

DAYS = ("received", "due", "closed")
TOOK = "took"  # whole days from receipt to the end
RANGES = [f"{what}_{end}" for what in (*DAYS, TOOK) for end in ("from", "to")]
FIRST, LAST = date(1990, 1, 1), date(2199, 12, 31)  # nothing of ours happens before or after
LONGEST = 36_500


def dated(found: QuerySet[SubjectRequest]) -> QuerySet[SubjectRequest]:
    """Name what the conditions speak of: the day a request ended, and how long that took."""
    zone = get_default_timezone()
    return found.alias(closed_on=TruncDate("closed_at", tzinfo=zone)).alias(
        took=F("closed_on") - F("received_on")
    )


def read_ranges(query: Mapping[str, Any]) -> dict[str, str]:
    """Return the ranges of an address or a saved filter, each as it stands in an address."""
    read = {name: _read(name, str(query.get(name, ""))[:20].strip()) for name in RANGES}
    return {name: value for name, value in read.items() if value}


def _read(name: str, text: str) -> str:
    if name.startswith(TOOK):
        is_number = text.isascii() and text.isdecimal() and len(text) < 6
        return str(int(text)) if is_number and int(text) <= LONGEST else ""
    day = day_of(text)
    return day.isoformat() if day else ""


def day_of(text: str) -> date | None:
    """Return the day written as 2026-05-01, None if it is none that can be."""
    try:
        day = parse_date(text)
    except ValueError:
        return None
    return day if day and FIRST <= day <= LAST else None


def within(ranges: Mapping[str, str]) -> Q:
    """Return the condition of ranges that were read."""
    wanted = Q()
    for name, text in ranges.items():
        what, _score, end = name.rpartition("_")
        if what == TOOK:
            value: Any = timedelta(days=int(text))
        else:
            value = date.fromisoformat(text)
        wanted &= _closed(value, end) if what == "closed" else _between(what, value, end)
    return wanted


def _between(what: str, value: Any, end: str) -> Q:
    field = TOOK if what == TOOK else f"{what}_on"
    return Q(**{f"{field}__{'gte' if end == 'from' else 'lte'}": value})


def _closed(day: date, end: str) -> Q:
    """By the instant, so that the index on it is used."""
    zone = get_default_timezone()
    if end == "from":
        return Q(closed_at__gte=datetime.combine(day, time.min, zone))
    return Q(closed_at__lt=datetime.combine(day + timedelta(days=1), time.min, zone))
