"""ISO 8601 durations in whole years, months and days, as people say them."""

import re

from django.utils.translation import ngettext

# A number of nine digits is no time that anything is kept; it stands as it was typed.
FORM = re.compile(r"P(?:(?P<years>\d{1,8})Y)?(?:(?P<months>\d{1,8})M)?(?:(?P<days>\d{1,8})D)?")


def in_words(duration: str) -> str:
    """Return "5 years" for ``P5Y``, in the active language; what cannot be read as it stands."""
    found = FORM.fullmatch(duration)
    years, months, days = (int(one or 0) for one in found.groups()) if found else (0, 0, 0)
    said = []
    if years:
        said.append(ngettext("%(n)d year", "%(n)d years", years) % {"n": years})
    if months:
        said.append(ngettext("%(n)d month", "%(n)d months", months) % {"n": months})
    if days:
        said.append(ngettext("%(n)d day", "%(n)d days", days) % {"n": days})
    return ", ".join(said) or duration
