"""Which days the trends are about, and how they are cut into steps.

Days are those of the controller's zone, both ends included. Nothing in here asks the clock.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from consents.forms import DayField
from dsar.laws import LAWS
from portal.dashboard.periods import DAY, Period, month_of, month_starts
from portal.lib.days import day_label, month_label

FIRST = date(2000, 1, 1)
LONGEST = 3660  # days: ten years, more than anything is kept for
BY_DAY, BY_WEEK = 45, 200  # longer periods are cut into weeks, and into months

SPANS: dict[str, Promise | str] = {
    "month": _("Last 30 days"),
    "quarter": _("This quarter"),
    "last-quarter": _("Last quarter"),
    "year": _("This year"),
    "months": _("Last 12 months"),
}
USUAL = "months"


@dataclass(frozen=True)
class Step:
    """One step of a chart: its days and its short name."""

    first: date
    last: date
    label: str


def cut(period: Period) -> list[Step]:
    """Cut a period into days, weeks that begin on its first day, or months."""
    if period.days > BY_WEEK:
        return [_month(period, first) for first in month_starts(period)]
    width = 1 if period.days <= BY_DAY else 7
    firsts = (period.first + n * DAY for n in range(0, period.days, width))
    return [Step(one, min(one + (width - 1) * DAY, period.last), day_label(one)) for one in firsts]


def _month(period: Period, first: date) -> Step:
    """Return what of a month lies in the period."""
    day = max(first, period.first)
    return Step(day, min(month_of(first).last, period.last), month_label(day))


def span(code: str, today: date) -> Period:
    """Return the period that a code of ``SPANS`` names, to the present day."""
    quarter = date(today.year, (today.month - 1) // 3 * 3 + 1, 1)
    if code == "month":
        return Period(today - 29 * DAY, today)
    if code == "quarter":
        return Period(quarter, today)
    if code == "last-quarter":
        last = quarter - DAY
        return Period(date(last.year, last.month - 2, 1), last)
    if code == "year":
        return Period(date(today.year, 1, 1), today)
    return Period(_a_year_before(today) + DAY, today)


def _a_year_before(day: date) -> date:
    is_leap_day = (day.month, day.day) == (2, 29)
    return day.replace(year=day.year - 1, day=28 if is_leap_day else day.day)


class _Day(DayField):
    """A day whose limits are the form's, with sentences of their own."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.validators = []


class PeriodForm(forms.Form):
    """What the page of trends is asked for. Empty: the last twelve months, every law."""

    NOT_A_DAY = _("This is no day of the calendar. Write it as year-month-day, like 2026-05-01.")

    span = forms.ChoiceField(choices=list(SPANS.items()), required=False)
    since = _Day(
        label=pgettext_lazy("a day", "From"),
        required=False,
        error_messages={"invalid": NOT_A_DAY},
    )
    until = _Day(
        label=pgettext_lazy("a day", "To"), required=False, error_messages={"invalid": NOT_A_DAY}
    )
    regime = forms.ChoiceField(
        label=_("Law"),
        required=False,
        choices=[
            ("", pgettext_lazy("laws", "All")),
            *((code.value, law.short) for code, law in LAWS.items()),
        ],
    )

    def __init__(self, data: Any, *, today: date) -> None:
        """Take what was asked for; ``today`` is the last day that can be."""
        super().__init__(data)
        self.today = today

    def clean_since(self) -> date | None:
        """Refuse a first day of which nothing can be known."""
        return self._possible(self.cleaned_data["since"])

    def clean_until(self) -> date | None:
        """Refuse a last day that has not come yet."""
        return self._possible(self.cleaned_data["until"])

    def _possible(self, day: date | None) -> date | None:
        if day and day > self.today:
            raise forms.ValidationError(
                _("This day has not come yet: figures are of what has happened.")
            )
        if day and day < FIRST:
            raise forms.ValidationError(_("Choose a day from 1 January 2000 on."))
        return day

    def clean(self) -> dict[str, Any]:
        """Refuse a period that ends before it begins, or has no end."""
        given = super().clean() or self.cleaned_data
        since, until = given.get("since"), given.get("until")
        if since and until and since > until:
            raise forms.ValidationError(
                _("The first day (%(since)s) lies after the last one (%(until)s)."),
                params={"since": date_format(since), "until": date_format(until)},
            )
        if since and ((until or self.today) - since).days >= LONGEST:
            raise forms.ValidationError(_("Choose at most ten years at once."))
        return given

    @property
    def period(self) -> Period:
        """The days that were asked for, of a form that is right."""
        since, until = self.cleaned_data.get("since"), self.cleaned_data.get("until")
        if not since and not until:
            return span(self.cleaned_data.get("span") or USUAL, self.today)
        until = until or self.today
        return Period(since or _a_year_before(until) + DAY, until)

    @property
    def chosen(self) -> str:
        """The code of the span that is shown; empty for days that were chosen one by one."""
        if not self.is_valid() or self.cleaned_data.get("since") or self.cleaned_data.get("until"):
            return ""
        return self.cleaned_data.get("span") or USUAL
