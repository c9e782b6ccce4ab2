"""Which days are closed in the controller's country: public holidays, and what the office adds."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache

import holidays
from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from portal.lib.office import store

# Of the office's versions: "calendar:FR-2026-05-04" is one day of one country.
KEY = "calendar:"
# The longest term we know (CCPA, 90 days) and a long pause stay within these years after receipt.
YEARS_AHEAD = 2
YEARS = range(2000, 2100)  # whose days can be corrected


def closed_days(received: date, country: str = "") -> Mapping[date, str]:
    """Return the public holidays, and their names, from the year of receipt on.

    Regulation 1182/71 art. 2: those of the State where the act is to be done, the controller's.
    What the office has published adds a day, or takes one away that the library has wrong.
    """
    country = country or settings.CONTROLLER["country"]
    years = range(received.year, received.year + YEARS_AHEAD + 1)
    days = dict(public_holidays(country, years, get_language() or ""))
    for day, override in corrections(country).items():
        if day.year not in years:
            continue
        if override.value["is_closed"]:
            days[day] = override.value["name"] or _("public holiday")
        else:
            days.pop(day, None)
    return days


def corrections(country: str) -> dict[date, store.Version]:
    """Return what the office says of single days, where it differs from the library."""
    found = {}
    for subject, version in store.below(f"{KEY}{country}-").items():
        if version.value is not None:
            found[date.fromisoformat(subject)] = version
    return found


def day_of(subject: str) -> tuple[str, date] | None:
    """Return country and day of "FR-2026-05-04"; None if it is neither."""
    country, _dash, text = subject.partition("-")
    if not (len(country) == 2 and country.isascii() and country.isupper() and len(text) == 10):
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    # One day has one subject: "2026-W19-1" is the same day in another way of writing.
    return (country, day) if day.isoformat() == text and day.year in YEARS else None


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
    override: store.Version | None = None


def of_year(year: int, country: str = "") -> list[CalendarDay]:
    """Return the public holidays of a year, with what the office has corrected, in order."""
    country = country or settings.CONTROLLER["country"]
    days = {
        day: CalendarDay(day, name, is_closed=True)
        for day, name in public_holidays(
            country, range(year, year + 1), get_language() or ""
        ).items()
    }
    for day, one in corrections(country).items():
        if day.year != year:
            continue
        known = days.get(day)
        name = one.value["name"] or (known.name if known else _("public holiday"))
        days[day] = CalendarDay(day, name, is_closed=one.value["is_closed"], override=one)
    return [days[day] for day in sorted(days)]
