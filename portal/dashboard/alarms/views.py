"""Alarms: what stands, what is watched, who is told, what was raised."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.changes.actions import DraftOpen, second_person_needed
from accounts.changes.models import OPEN, Change
from accounts.models import User
from accounts.roles import Role, SignedInRequest, dpo_required
from portal.dashboard.alarms import digest as digests
from portal.dashboard.alarms import quieting, rounds, setting
from portal.dashboard.alarms.forms import DigestForm, OffForm, RuleForm
from portal.dashboard.alarms.rules import RULES, Rule
from portal.dashboard.models import AlarmHook, AlarmRule, RaisedAlarm
from portal.lib.errors import DomainError
from portal.lib.keyset import page

SHOWN = 100  # alarms that stand
SIZE = 50


@dataclass(frozen=True)
class Row:
    """One alarm as a page shows it."""

    alarm: RaisedAlarm
    rule: str
    sentence: str
    path: str


@dataclass(frozen=True)
class Watched:
    """One rule as the list shows it."""

    rule: AlarmRule
    known: Rule
    explained: str
    standing: int


@dpo_required
@require_safe
def index(request: SignedInRequest) -> HttpResponse:
    """Show what stands now, then the rules and whom they tell."""
    rounds.ensure()
    standing = RaisedAlarm.objects.filter(over_at=None).select_related("rule")
    found = list(standing.order_by("-raised_at", "-pk")[: SHOWN + 1])
    total = len(found) if len(found) <= SHOWN else standing.count()
    context = {
        "rows": _rows(found[:SHOWN]),
        "total": total,
        "more": max(0, total - SHOWN),
        "rules": _watched(found),
        "hooks": AlarmHook.objects.all(),
        "digest": digests.wish_of(request.user),
        "now": timezone.now(),
    }
    return render(request, "dashboard/alarms/index.html", context)


@dpo_required
@require_safe
def history(request: SignedInRequest) -> HttpResponse:
    """List every alarm there was, the newest first."""
    older, newer = (request.GET.get(name, "") for name in ("older", "newer"))
    found = page(
        RaisedAlarm.objects.select_related("rule"),
        by="raised_at", size=SIZE, older=older, newer=newer,
    )  # fmt: skip
    context = {
        "rows": _rows(found.rows),
        "older": f"?older={found.older}" if found.older else "",
        "newer": f"?newer={found.newer}" if found.newer else "",
    }
    return render(request, "dashboard/alarms/history.html", context)


@dpo_required
@require_http_methods(["GET", "HEAD", "POST"])
def rule(request: SignedInRequest, code: str) -> HttpResponse:
    """Show a rule, and set it."""
    found, known = _rule(code)
    sent = request.POST if request.method == "POST" else None
    form = RuleForm(sent, known=known, rule=found, officers=_officers())
    if sent is not None and form.is_valid():
        try:
            if setting.is_silencing(found, form.wish(), by=request.user):
                change = quieting.ask(found, form.wish(), by=request.user)
                return redirect("dashboard-change", change.uid)
            setting.change(found, form.wish(), by=request.user)
        except setting.OutOfBounds as refusal:
            form.add_error("threshold", str(refusal.message))
        except DomainError as refusal:
            form.add_error("to_all", str(refusal.message))
        else:
            return _said(request, code, _("Saved. It holds from the next round on."))
    return _page(request, found, known, form, OffForm())


@dpo_required
@require_POST
def switch(request: SignedInRequest, code: str) -> HttpResponse:
    """Turn a rule on at once, or ask a second person to turn it off."""
    found, known = _rule(code)
    if not found.is_on:
        setting.switch_on(found, by=request.user)
        return _said(request, code, _("The alarm is on."))
    off = OffForm(request.POST)
    if off.is_valid():
        try:
            change = setting.switch_off(found, by=request.user, reason=off.cleaned_data["reason"])
            return redirect("dashboard-change", change.uid)
        except DraftOpen as refusal:
            off.add_error("reason", str(refusal.message))
    form = RuleForm(known=known, rule=found, officers=_officers())
    return _page(request, found, known, form, off)


@dpo_required
@require_POST
def try_out(request: SignedInRequest, code: str) -> HttpResponse:
    """Send a test the way an alarm would go."""
    found, _known = _rule(code)
    n = setting.try_out(found, by=request.user)
    said = ngettext(
        "A test is on its way to %(n)d place.", "A test is on its way to %(n)d places.", n
    )
    return _said(request, code, said % {"n": n})


@dpo_required
@require_http_methods(["GET", "HEAD", "POST"])
def digest(request: SignedInRequest) -> HttpResponse:
    """Show and set one's own digest."""
    wish = digests.wish_of(request.user)
    form = DigestForm(request.POST if request.method == "POST" else None, instance=wish)
    if form.is_bound and form.is_valid():
        digests.wish(request.user, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("dashboard-alarm-digest")
    context = {
        "form": form,
        "found": digests.summary(timezone.now()),
        "zone": str(digests.zone_of(request.user)),
    }
    return render(request, "dashboard/alarms/digest.html", context)


def _rule(code: str) -> tuple[AlarmRule, Rule]:
    """Return a rule's row, made on first sight, and what it watches."""
    known = RULES.get(code)
    if known is None:
        raise Http404
    rounds.ensure()
    return get_object_or_404(AlarmRule, code=code), known


def _officers() -> Any:
    return User.objects.filter(role=Role.DPO, is_active=True).exclude(email=None).order_by("name")


def _page(
    request: SignedInRequest, found: AlarmRule, known: Rule, form: RuleForm, off: OffForm
) -> HttpResponse:
    open_change = Change.objects.filter(kind=setting.KIND, subject=found.code, status__in=OPEN)
    standing = found.raised.filter(over_at=None).order_by("-raised_at", "-pk")[:SHOWN]
    context = {
        "rule": found,
        "known": known,
        "explained": known.explained(found.threshold),
        "form": form,
        "off": off,
        "rows": _rows(list(standing.select_related("rule"))),
        "open_change": open_change.first(),
        "quieting": quieting.open_of(found),
        "needs_second": second_person_needed(),
    }
    status = 422 if form.errors or off.errors else 200
    return render(request, "dashboard/alarms/rule.html", context, status=status)


def _said(request: SignedInRequest, code: str, words: str) -> HttpResponse:
    messages.success(request, words)
    return redirect("dashboard-alarm-rule", code)


def _rows(alarms: list[RaisedAlarm]) -> list[Row]:
    return [
        Row(
            one,
            str(RULES[one.rule.code].label),
            RULES[one.rule.code].said(one.data),
            RULES[one.rule.code].path(one.data),
        )
        for one in alarms
        if one.rule.code in RULES
    ]


def _watched(standing: list[RaisedAlarm]) -> list[Watched]:
    """Return the rules in the order in which they are known."""
    rows = AlarmRule.objects.prefetch_related("hooks", "readers__reader")
    by_code = {row.code: row for row in rows}
    counts: dict[str, int] = {}
    for one in standing:
        counts[one.rule.code] = counts.get(one.rule.code, 0) + 1
    return [
        Watched(by_code[code], known, known.explained(by_code[code].threshold), counts.get(code, 0))
        for code, known in RULES.items()
        if code in by_code
    ]
