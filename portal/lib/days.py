"""Days and months where there is little room: below the bars of a chart, in a narrow column."""

from datetime import date

from django.utils.formats import date_format, get_format


def day_label(day: date) -> str:
    """Return "3 Dec" or "3 déc.", as the active language writes a short date without its year."""
    return date_format(day, get_format("SHORT_DATE_FORMAT").removesuffix(" Y"))


def month_label(day: date) -> str:
    """Return "Dec 2025" or "déc. 2025"."""
    return date_format(day, get_format("SHORT_DATE_FORMAT").removeprefix("j "))
