"""Webhooks for alarms: adding one, its secret shown once, its messages, a test."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.reauthentication import reauthentication_required
from accounts.roles import SignedInRequest, dpo_required
from consents.queries.deliveries import cause
from portal.dashboard.alarms import hooks
from portal.dashboard.alarms.forms import HookForm, KnownHookForm
from portal.dashboard.models import AlarmHook

SHOWN = 50
# What only a webhook for alarms can fail by.
OFF = "off"


@dpo_required
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: SignedInRequest) -> HttpResponse:
    """Add a webhook, and show its secret, once."""
    if request.method != "POST":
        return _ask(request, HookForm())
    form = HookForm(request.POST)
    return _add(request) if form.is_valid() else _ask(request, form)


@dpo_required
@require_http_methods(["GET", "HEAD", "POST"])
def hook(request: SignedInRequest, uid: UUID) -> HttpResponse:
    """Show a webhook with its messages, and change it."""
    found = get_object_or_404(AlarmHook, uid=uid)
    now = {"name": found.name, "url": found.url, "is_on": found.is_on}
    form = KnownHookForm(request.POST if request.method == "POST" else None, initial=now)
    return _change(request, found, form) if form.is_valid() else _page(request, found, form)


def _page(request: SignedInRequest, found: AlarmHook, form: KnownHookForm) -> HttpResponse:
    rows = [
        (one, words)
        for one in found.messages.order_by("-id")[:SHOWN]
        for words in [_why(one.error)]
    ]
    context = {"hook": found, "form": form, "rows": rows, "why": _why(found.error)}
    status = 422 if form.errors else 200
    return render(request, "dashboard/alarms/hook.html", context, status=status)


@dpo_required
@require_POST
def secret(request: SignedInRequest, uid: UUID) -> HttpResponse:
    """Make a new secret and show it, once."""
    return _renew(request, get_object_or_404(AlarmHook, uid=uid))


@dpo_required
@require_POST
def try_out(request: SignedInRequest, uid: UUID) -> HttpResponse:
    """Send a test to it."""
    found = get_object_or_404(AlarmHook, uid=uid)
    hooks.try_out(found, by=request.user)
    messages.success(request, _("A test is on its way; how it went stands below."))
    return redirect("dashboard-alarm-hook", uid)


@reauthentication_required
@never_cache
def _add(request: SignedInRequest) -> HttpResponse:
    form = HookForm(request.POST)
    if form.is_valid():  # it was before the officer proved who they are, and is looked at again
        try:
            made, words = hooks.register(**form.cleaned_data, by=request.user)
        except hooks.NotCallable as refusal:
            form.add_error("url", str(refusal.message))
        else:
            return render(request, "dashboard/alarms/secret.html", {"hook": made, "secret": words})
    return _ask(request, form)


@reauthentication_required
def _change(request: SignedInRequest, found: AlarmHook, form: KnownHookForm) -> HttpResponse:
    """Where alarms go, and that they go nowhere, is as much as adding a place."""
    try:
        hooks.change(found, **form.cleaned_data, by=request.user)
    except hooks.NotCallable as refusal:
        form.add_error("url", str(refusal.message))
        return _page(request, found, form)
    messages.success(request, _("Saved."))
    return redirect("dashboard-alarm-hook", found.uid)


@reauthentication_required
@never_cache
def _renew(request: SignedInRequest, found: AlarmHook) -> HttpResponse:
    words = hooks.renew_secret(found, by=request.user)
    return render(request, "dashboard/alarms/secret.html", {"hook": found, "secret": words})


def _ask(request: SignedInRequest, form: HookForm) -> HttpResponse:
    status = 422 if form.is_bound else 200
    return render(request, "dashboard/alarms/hook_new.html", {"form": form}, status=status)


def _why(code: str) -> str:
    """Return the words for a code of an error."""
    if code == OFF:
        return _("The webhook was switched off.")
    found = cause(code)
    return str(found.words) if found else ""
