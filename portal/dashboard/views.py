"""The data protection officer's dashboard, first version."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.timezone import get_default_timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.roles import dpo_required
from consents.permits import Reason
from consents.queries.canaries import watch
from dsar.models.requests import Kind
from portal.dashboard import queries
from portal.dashboard.charts import Chart, Series

GATE_DAYS = 30
ANSWER_DAYS = 365
AHEAD_DAYS = 14


@require_safe
@dpo_required
def dashboard(request: HttpRequest) -> HttpResponse:
    """Show whether the law is being kept today, and the figures behind that sentence."""
    zone = get_default_timezone()
    today = timezone.localdate(timezone=zone)
    year_ago = datetime.combine(today - timedelta(days=ANSWER_DAYS), time.min, zone)
    gate_since = today - timedelta(days=GATE_DAYS - 1)
    now = timezone.now()
    context: dict[str, Any] = {
        "today": today,
        "workload": queries.workload(today),
        "answers": queries.answers(year_ago, settings.TIME_ZONE),
        "answers_since": year_ago.date(),
        "choosing": queries.choosing(timezone.now()),
        "machinery": queries.machinery(),
        "watch": watch(now),
        "canary_day": queries.canary_day(now - timedelta(days=1)),
        "gate": _gate_chart(queries.gate_days(gate_since, today, settings.TIME_ZONE)),
        "gate_since": gate_since,
        "gate_reasons": _reasons(datetime.combine(gate_since, time.min, zone)),
        "received": _received_chart(today),
        "due": _due_chart(today),
    }
    context["gate_asked"] = sum(times for _label, _open, times in context["gate_reasons"])
    context["gate_denied"] = sum(
        times for _label, is_open, times in context["gate_reasons"] if not is_open
    )
    return render(request, "dashboard/index.html", context)


def _reasons(since: datetime) -> list[tuple[str, bool, int]]:
    return [
        (str(Reason(code).label), is_open, times)
        for code, is_open, times in queries.gate_reasons(since)
    ]


def _gate_chart(days: list[queries.GateDay]) -> Chart:
    return Chart(
        name=_("What the gate was asked, per day"),
        labels=[date_format(one.day, "j M") for one in days],
        series=[
            Series(_("denied"), [one.denied for one in days]),
            Series(_("allowed"), [one.allowed for one in days]),
        ],
    )


def _received_chart(today: date) -> Chart:
    """Draw the last twelve months, months without a request included."""
    first = date(today.year - 1, today.month, 1) + timedelta(days=31)
    months = _months(first.replace(day=1), today)
    found = {
        (month, kind): times for month, kind, times in queries.received_by_month(months[0], today)
    }
    return Chart(
        name=_("Requests received, per month"),
        labels=[date_format(month, "M Y") for month in months],
        series=[
            Series(str(kind.label), [found.get((month, kind.value), 0) for month in months])
            for kind in Kind
        ],
    )


def _due_chart(today: date) -> Chart:
    days = [today + timedelta(days=n) for n in range(AHEAD_DAYS)]
    due = queries.due_by_day(days[0], days[-1])
    return Chart(
        name=_("Answers due, in the coming two weeks"),
        labels=[date_format(day, "j M") for day in days],
        series=[Series(_("due"), [due.get(day, 0) for day in days])],
    )


def _months(first: date, last: date) -> list[date]:
    """Return the first day of each month from ``first`` on, to that of ``last``."""
    months = [first]
    while (following := (months[-1] + timedelta(days=31)).replace(day=1)) <= last:
        months.append(following)
    return months
