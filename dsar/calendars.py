"""Which days are closed in the controller's country: public holidays, and what the office adds."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache

import holidays
from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from dsar.models import HolidayOverride

# The longest term we know (CCPA, 90 days) and a long pause stay within these years after receipt.
YEARS_AHEAD = 2


def closed_days(received: date, country: str = "") -> Mapping[date, str]:
    """Return the public holidays, and their names, from the year of receipt on.

    Regulation 1182/71 art. 2: those of the State where the act is to be done, the controller's.
    A row of :class:`HolidayOverride` adds a day, or takes one away that the library has wrong.
    """
    country = country or settings.CONTROLLER["country"]
    years = range(received.year, received.year + YEARS_AHEAD + 1)
    days = dict(public_holidays(country, years, get_language() or ""))
    for override in HolidayOverride.objects.filter(country=country, day__year__in=years):
        if override.is_closed:
            days[override.day] = override.name or _("public holiday")
        else:
            days.pop(override.day, None)
    return days


@cache
def public_holidays(country: str, years: range, language: str = "") -> Mapping[date, str]:
    """Return a country's public holidays by the library's calendar; none for one it lacks.

    They are named in ``language``, or in the country's own where the library has no words for it.
    """
    if country not in holidays.list_supported_countries():
        return {}
    spoken = {"en": "en_US"}.get(language, language) or None
    found = holidays.country_holidays(country, years=years, language=spoken)
    return {day: name.replace("'", "’") for day, name in found.items()}


@dataclass(frozen=True)
class CalendarDay:
    """One day of the office's calendar. ``override`` is None where the library alone speaks.

    ``is_closed`` false: the library has a holiday there, and the office says that it is none.
    """

    day: date
    name: str
    is_closed: bool
    override: HolidayOverride | None = None


def of_year(year: int, country: str = "") -> list[CalendarDay]:
    """Return the public holidays of a year, with what the office has corrected, in order."""
    country = country or settings.CONTROLLER["country"]
    days = {
        day: CalendarDay(day, name, is_closed=True)
        for day, name in public_holidays(
            country, range(year, year + 1), get_language() or ""
        ).items()
    }
    for one in HolidayOverride.objects.filter(country=country, day__year=year):
        known = days.get(one.day)
        name = one.name or (known.name if known else _("public holiday"))
        days[one.day] = CalendarDay(one.day, name, is_closed=one.is_closed, override=one)
    return [days[day] for day in sorted(days)]
