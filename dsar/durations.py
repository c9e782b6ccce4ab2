"""ISO 8601 durations in whole years, months and days, as retention rules write them."""

import re
from datetime import date

from dsar.deadlines import Term

FORM = re.compile(r"P(?:(?P<years>\d+)Y)?(?:(?P<months>\d+)M)?(?:(?P<days>\d+)D)?")


def term(duration: str) -> Term:
    """Return the term of ``P5Y``, ``P1Y6M``, ``P90D``.

    Raises:
        ValueError: not a duration in years, months and days.
    """
    match = FORM.fullmatch(duration)
    if match is None or duration == "P":
        raise ValueError(f"{duration!r} is no ISO 8601 duration in years, months and days")
    years, months, days = (int(match[name] or 0) for name in ("years", "months", "days"))
    return Term(months=12 * years + months, days=days)


def after(start: date, duration: str) -> date:
    """Return the day ``duration`` after ``start``."""
    return term(duration).after(start)
