"""The page of trends, and the lists of rows behind its figures."""

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.timezone import get_default_timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from accounts.roles import SignedInRequest, dpo_required
from portal.dashboard.cards import choice_trends, rollups, rows, trends
from portal.dashboard.cards.periods import SPANS, PeriodForm
from portal.dashboard.periods import Period

TITLES = {
    "choices": _("Acts of choice"),
    "uses": _("Uses of documents"),
    "gate": _("Answers of the gate"),
    "standing": _("How customers stand"),
    "canaries": _("Checks with canaries"),
}
STANDS = {
    "refused": _("refused"),
    "allowed": _("allowed"),
    "separately": _("chosen separately"),
    "undecided": _("nothing chosen"),
}
BACK = {"standing": "dashboard", "canaries": "dashboard"}
FIELDS = ("span", "since", "until", "regime")


@dpo_required
@require_safe
def index(request: SignedInRequest) -> HttpResponse:
    """Show how requests, choices and uses went over a period, beside the one before."""
    now = timezone.now()
    asked = {name: request.GET.get(name, "")[:40].replace("\0", "") for name in FIELDS}
    asked["span"] = asked["span"] if asked["span"] in SPANS else ""
    form = PeriodForm(asked, today=timezone.localdate(now, get_default_timezone()))
    context: dict[str, Any] = {"form": form, "spans": _spans(form, asked["regime"])}
    if form.is_valid():
        regime, period = form.cleaned_data["regime"], form.period
        compared = _compared(period, context)
        context |= _requests(period, regime, is_compared=compared["requests"]) | _choices(period)
        context |= {"period": period, "regime": regime, "compared": compared}
        context["is_begun"] = period.days == 1 and period.last == form.today
        context["as_of"] = rollups.as_of("requests", "choices", "uses", "gate")
    return render(request, "dashboard/trends.html", context)


def _compared(period: Period, context: dict[str, Any]) -> dict[str, bool]:
    """Return of which figures the days before the period are known whole."""
    context["begun"] = begun = rollups.begun()
    first = period.before.first
    return {name: day is not None and day <= first for name, day in begun.items()}


def _spans(form: PeriodForm, regime: str) -> list[tuple[str, Any, str]]:
    """Return the address of each span, its name, and whether it is the one that is shown."""
    return [
        (
            f"?{urlencode({'span': code} | ({'regime': regime} if regime else {}))}",
            label,
            "page" if form.chosen == code else "",
        )
        for code, label in SPANS.items()
    ]


def _requests(period: Period, regime: str, *, is_compared: bool) -> dict[str, Any]:
    return {
        "flow": trends.flow(period, regime),
        "received": trends.received_chart(period, regime, is_compared=is_compared),
        "days": trends.days_to_answer(period, regime),
        "request_trends": [
            trends.by_kind(period, regime),
            trends.by_end(period, regime),
            trends.by_channel(period, regime),
            trends.by_regime(period, regime),
        ],
    }


def _choices(period: Period) -> dict[str, Any]:
    known = choice_trends.titles(timezone.now())
    return {
        "choice_trends": [
            choice_trends.by_purpose(period, known),
            choice_trends.by_act(period),
            choice_trends.by_source(period),
        ],
        "uses": choice_trends.uses(period, known),
        "gate": choice_trends.gate(period),
    }


@dpo_required
@require_safe
def choices(request: SignedInRequest) -> HttpResponse:
    """List acts of choice; whose they are is not said."""
    return _list(request, "choices", rows.choices)


@dpo_required
@require_safe
def uses(request: SignedInRequest) -> HttpResponse:
    """List uses of documents."""
    return _list(request, "uses", rows.uses)


@dpo_required
@require_safe
def gate(request: SignedInRequest) -> HttpResponse:
    """List answers of the gate."""
    return _list(request, "gate", rows.gate)


@dpo_required
@require_safe
def standing(request: SignedInRequest) -> HttpResponse:
    """List standing choices about one purpose, or the accounts that have none."""
    return _list(request, "standing", rows.standing)


@dpo_required
@require_safe
def canaries(request: SignedInRequest) -> HttpResponse:
    """List checks of the gate with canaries."""
    return _list(request, "canaries", rows.canaries)


def _list(
    request: SignedInRequest, what: str, find: Callable[[rows.Asked], QuerySet[Any]]
) -> HttpResponse:
    asked = rows.Asked.read(request.GET)
    older, newer = request.GET.get("older", ""), request.GET.get("newer", "")
    page = rows.page(find(asked), older=older, newer=newer)
    titles = rows.named(page.rows, timezone.now())
    kept = asked.query()
    context = {
        "what": what,
        "title": TITLES[what],
        "purpose": titles.get(asked.purpose, ""),
        "stand": STANDS.get(asked.stand, ""),
        "back": BACK.get(what, "dashboard-trends"),
        "asked": asked,
        "rows": page.rows,
        "is_first": not (older or newer),
        "first": f"?{urlencode(kept)}",
        "older": f"?{urlencode(kept | {'older': page.older})}" if page.older else "",
        "newer": f"?{urlencode(kept | {'newer': page.newer})}" if page.newer else "",
    }
    return render(request, "dashboard/rows.html", context)
