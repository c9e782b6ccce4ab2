"""Periods: whole days of the controller's zone, both ends included. Pure: asks no clock."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils.formats import date_format
from django.utils.timezone import get_default_timezone
from django.utils.translation import gettext as _

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Period:
    """The days from ``first`` to ``last``."""

    first: date
    last: date

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.last - self.first).days + 1

    @property
    def start(self) -> datetime:
        """The instant it begins (aware, the controller's midnight)."""
        return datetime.combine(self.first, time.min, get_default_timezone())

    @property
    def end(self) -> datetime:
        """The instant it is over: the midnight after the last day."""
        return datetime.combine(self.last + DAY, time.min, get_default_timezone())

    @property
    def months(self) -> int:
        """How many whole months it is; 0 if it is none."""
        if self.first.day != 1 or (self.last + DAY).day != 1:
            return 0
        return (self.last.year - self.first.year) * 12 + self.last.month - self.first.month + 1

    @property
    def before(self) -> "Period":
        """The period as long as this one that ends the day before it: as many whole months, or,
        where it is no whole months, as many days."""
        last = self.first - DAY
        if not self.months:
            return Period(self.first - self.days * DAY, last)
        count = self.first.year * 12 + self.first.month - 1 - self.months
        return Period(date(count // 12, count % 12 + 1, 1), last)

    @property
    def words(self) -> str:
        """How it is called in the active language."""
        if self.months == 1:
            return date_format(self.first, "YEAR_MONTH_FORMAT")
        if self.months == 12 and self.first.month == 1:
            return str(self.first.year)
        first, last = date_format(self.first), date_format(self.last)
        return _("%(first)s to %(last)s") % {"first": first, "last": last}


def month_of(day: date) -> Period:
    """Return the calendar month in which the day lies."""
    return Period(day.replace(day=1), day.replace(day=monthrange(day.year, day.month)[1]))


def year_of(year: int) -> Period:
    """Return a calendar year."""
    return Period(date(year, 1, 1), date(year, 12, 31))


def month_starts(period: Period) -> list[date]:
    """Return the first day of each month that the period touches."""
    months = [period.first.replace(day=1)]
    while (following := (months[-1] + timedelta(days=31)).replace(day=1)) <= period.last:
        months.append(following)
    return months
