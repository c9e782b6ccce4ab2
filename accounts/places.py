"""Languages, time zones and countries that a person can choose from, in the page's language."""

import unicodedata
from functools import lru_cache
from itertools import groupby
from zoneinfo import available_timezones

from babel import Locale
from django.conf import settings
from django.utils.translation import get_language, gettext

Choice = tuple[str, str]

# CLDR also names unions, parts of countries and codes for tests; continents have three digits.
NOT_COUNTRIES = frozenset(
    ["AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"]
)

# Of the tz database: the names by region; "EST5EDT", "Etc/GMT+2" and the like are for machines.
REGIONS = (
    "Africa",
    "America",
    "Antarctica",
    "Arctic",
    "Asia",
    "Atlantic",
    "Australia",
    "Europe",
    "Indian",
    "Pacific",
)


def languages() -> list[Choice]:
    """Return the languages of the portal, each in its own tongue, after "no choice"."""
    codes = [code for code, _name in settings.LANGUAGES]
    own = [(code, (_locale(code).get_display_name() or code).capitalize()) for code in codes]
    return [("", gettext("As my browser says")), *own]


def time_zones() -> list[tuple[str, str | list[Choice]]]:
    """Return the zones of the tz database, grouped by region, after "no choice"."""
    default = gettext("The office’s: %(zone)s") % {"zone": _spoken(settings.TIME_ZONE)}
    return [("", default), *_zones()]


def countries() -> list[Choice]:
    """Return the ISO 3166-1 countries with their names, sorted by name, after "not said"."""
    return [("", gettext("I do not say")), *_countries(get_language() or settings.LANGUAGE_CODE)]


def country_name(code: str) -> str:
    """Return the name of a country in the page's language."""
    names = _locale(get_language() or settings.LANGUAGE_CODE).territories
    return str(names.get(code, code))


def _locale(language: str) -> Locale:
    return Locale.parse(language, sep="-")


def _spoken(zone: str) -> str:
    return zone.partition("/")[2].replace("_", " ") or zone


@lru_cache(maxsize=1)
def _zones() -> list[tuple[str, str | list[Choice]]]:
    names = sorted(zone for zone in available_timezones() if zone.startswith(tuple(REGIONS)))
    return [
        (region, [(zone, _spoken(zone)) for zone in zones])
        for region, zones in groupby(names, key=lambda zone: zone.partition("/")[0])
    ]


@lru_cache(maxsize=8)
def _countries(language: str) -> list[Choice]:
    names = _locale(language).territories
    real = [(c, n) for c, n in names.items() if len(c) == 2 and c not in NOT_COUNTRIES]
    return sorted(real, key=lambda choice: _sortable(choice[1]))


def _sortable(name: str) -> str:
    """Put Åland and États-Unis where a reader looks for them."""
    decomposed = unicodedata.normalize("NFKD", name)
    return "".join(c for c in decomposed if not unicodedata.combining(c)).casefold()
