"""What is asked of an officer who wants a report: one form a kind, each with what it needs."""

from datetime import date
from typing import Any

from django import forms
from django.conf import settings
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from portal.dashboard.models.reports import Report
from portal.dashboard.periods import DAY, Period, month_of, year_of
from portal.dashboard.reports.building import Asked

EARLIEST = date(2016, 1, 1)  # a report on the years before the GDPR can only be a mistake
LONGEST = 5 * 366  # days
MONTHS, YEARS = 36, 6  # offered


class ReportForm(forms.Form):
    """The part that all kinds share. ``today`` is of the controller's zone."""

    kind: str
    language = forms.ChoiceField(
        label=_("Language of the files"),
        choices=settings.LANGUAGES,
        help_text=_("The figures are the same in both."),
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {})["language"] = (get_language() or "en").split("-")[0]
        super().__init__(*args, **kwargs)
        self.today = today

    def period(self) -> Period:
        """Return the period that was typed; only of a valid form."""
        raise NotImplementedError

    def asked(self) -> Asked:
        """Return what is asked for."""
        given = self.cleaned_data
        return Asked(self.kind, self.period(), given["language"],
                     given.get("scope") or Report.Scope.ALL)  # fmt: skip


class MonthlyForm(ReportForm):
    """Which month."""

    kind = Report.Kind.MONTHLY
    month = forms.ChoiceField(label=_("Month"))
    field_order = ["month", "language"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        starts, one = [], self.today.replace(day=1)
        for _n in range(MONTHS):
            starts.append(one)
            one = (one - DAY).replace(day=1)
        self.fields["month"].choices = [  # type: ignore[attr-defined]
            (f"{one:%Y-%m}", _running(date_format(one, "YEAR_MONTH_FORMAT"), one == starts[0]))
            for one in starts
        ]
        self.initial.setdefault("month", f"{starts[1]:%Y-%m}")

    def period(self) -> Period:
        """Return the month."""
        return month_of(date.fromisoformat(f"{self.cleaned_data['month']}-01"))


class YearlyForm(ReportForm):
    """Which year."""

    kind = Report.Kind.YEARLY
    year = forms.TypedChoiceField(label=_("Year"), coerce=int)
    field_order = ["year", "scope", "language"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        this = self.today.year
        self.fields["year"].choices = [  # type: ignore[attr-defined]
            (year, _running(str(year), year == this)) for year in range(this, this - YEARS, -1)
        ]
        self.initial.setdefault("year", this - 1)

    def period(self) -> Period:
        """Return the year."""
        return year_of(self.cleaned_data["year"])


class CcpaForm(YearlyForm):
    """Which year, and whose requests."""

    kind = Report.Kind.CCPA
    scope = forms.ChoiceField(
        label=_("Whose requests"),
        choices=[
            (Report.Scope.CCPA, _("California, as § 7102 asks")),
            (Report.Scope.US, _("All states of the United States")),
            (Report.Scope.ALL, _("Everybody, which § 7102 allows if it is said")),
        ],
    )


class RangeForm(ReportForm):
    """From when to when."""

    kind = Report.Kind.RANGE
    first = forms.DateField(
        label=_("First day"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )
    last = forms.DateField(
        label=_("Last day"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        help_text=_("It may still be running: then the report says that it is provisional."),
    )  # fmt: skip
    field_order = ["first", "last", "language"]

    def clean_first(self) -> date:
        """Refuse a day that has not come, or lies before there was anything."""
        first: date = self.cleaned_data["first"]
        if first > self.today:
            raise forms.ValidationError(
                _("This day has not come yet. A report is about what happened.")
            )
        if first < EARLIEST:
            raise forms.ValidationError(_("Choose a day in 2016 or later."))
        return first

    def clean(self) -> dict[str, Any]:
        """Refuse an end before the beginning, in another month to come, or years away."""
        given: dict[str, Any] = super().clean() or {}
        first, last = given.get("first"), given.get("last")
        if first is None or last is None:
            return given
        if last < first:
            self.add_error("last", _("The last day is before the first. Change one of the two."))
        elif last > month_of(self.today).last:
            self.add_error("last", _("This day is too far ahead. The report ends with this month"
                                     " at the latest."))  # fmt: skip
        elif (last - first).days > LONGEST:
            self.add_error("last", _("A report covers five years at the most."))
        return given

    def period(self) -> Period:
        """Return the days."""
        return Period(self.cleaned_data["first"], self.cleaned_data["last"])


def _running(name: str, is_running: bool) -> str:  # noqa: FBT001
    return str(_("%(period)s (still running)") % {"period": name}) if is_running else name


FORMS: dict[str, type[ReportForm]] = {
    form.kind: form for form in (MonthlyForm, YearlyForm, CcpaForm, RangeForm)
}
