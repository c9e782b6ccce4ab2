"""Days as the active language writes them, and where there is little room: below a chart's bars."""

from datetime import date

from django.utils.dateformat import DateFormat
from django.utils.formats import date_format, get_format
from django.utils.translation import get_language


def day_label(day: date) -> str:
    """Return "3 Dec" or "3 déc.", as the active language writes a short date without its year."""
    return date_format(day, get_format("SHORT_DATE_FORMAT").removesuffix(" Y"))


def month_label(day: date) -> str:
    """Return "Dec 2025" or "déc. 2025"."""
    return date_format(day, get_format("SHORT_DATE_FORMAT").removeprefix("j "))


NUMBER = DateFormat.j


def write_first_days_as_ordinals() -> None:
    """Let every date in French say "1er décembre", wherever and by whichever format it is written.

    Django's formats have no sign for an ordinal that only the first day of a month takes (Lexique
    des règles typographiques de l'Imprimerie nationale, "date"). All dates of pages, mails, letters
    and PDFs pass its one class, so that is where it is said: called once, when the site starts.
    """
    DateFormat.j = _day_of_month  # type: ignore[method-assign,assignment]


def _day_of_month(written: DateFormat) -> int | str:
    number = NUMBER(written)
    is_french = (get_language() or "").partition("-")[0] == "fr"
    return "1er" if is_french and number == 1 else number
