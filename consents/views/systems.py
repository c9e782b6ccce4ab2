"""For the data protection officer: who must obey, where they are told, and with which secret."""

from typing import Any
from urllib.parse import urlsplit

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.reauthentication import reauthentication_required
from accounts.roles import SignedInRequest, dpo_required
from consents.actions import systems as actions
from consents.forms_systems import SystemForm
from consents.models import System
from consents.queries.deliveries import changes

EVENTS_SHOWN = 100


@require_safe
@dpo_required
def systems(request: SignedInRequest) -> HttpResponse:
    """List every system, with what it obeys."""
    rows = System.objects.prefetch_related("obeys").order_by("name", "pk")
    shown = [(one, urlsplit(one.webhook_url).netloc) for one in rows]
    return render(request, "consents/staff_systems.html", {"systems": shown})


@require_http_methods(["GET", "HEAD", "POST"])
@dpo_required
def new_system(request: SignedInRequest) -> HttpResponse:
    """Register a system; its secret is shown on the page that follows, once."""
    form = SystemForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        return _register(request)
    return _ask(request, form)


@require_http_methods(["GET", "HEAD", "POST"])
@dpo_required
def system(request: SignedInRequest, slug: str) -> HttpResponse:
    """Show one system, what changed about it, and change it."""
    found = get_object_or_404(System, slug=slug)
    form = SystemForm(request.POST or None, system=found)
    if request.method == "POST" and form.is_valid():
        actions.change(found, form.entry(), by=request.user)
        messages.success(request, _("Saved."))
        return redirect("consents:system", slug)
    status = 422 if form.is_bound else 200
    return render(request, "consents/staff_system.html", _context(found, form), status=status)


@require_POST
@dpo_required
@reauthentication_required
@never_cache
def new_secret(request: SignedInRequest, slug: str) -> HttpResponse:
    """Make a new secret and show it, once."""
    found = get_object_or_404(System, slug=slug)
    mark = request.POST.get("instead_of", "")
    secret = actions.renew_secret(found, instead_of=mark, by=request.user)
    return _show(request, found, secret, overlap=bool(found.webhook_secret))


@reauthentication_required
@never_cache
def _register(request: SignedInRequest) -> HttpResponse:
    form = SystemForm(request.POST)
    if form.is_valid():  # it was before the person proved who they are, and is looked at again
        try:
            made, secret = actions.register(form.entry(), by=request.user)
        except actions.KnownAlready as refused:
            form.add_error("slug", str(refused.message))
        else:
            return _show(request, made, secret, overlap=False)
    return _ask(request, form)


def _ask(request: SignedInRequest, form: SystemForm) -> HttpResponse:
    status = 422 if form.is_bound else 200
    return render(request, "consents/staff_system_new.html", {"form": form}, status=status)


def _show(request: SignedInRequest, made: System, secret: str, *, overlap: bool) -> HttpResponse:
    context = {"system": made, "secret": secret, "overlap": overlap}
    return render(request, "consents/staff_system_secret.html", context)


def _context(found: System, form: SystemForm) -> dict[str, Any]:
    return {
        "system": found,
        "form": form,
        "has_secret": bool(found.webhook_secret),
        "mark": actions.mark(found),
        "events": [
            (event, changes(event))
            for event in found.events.select_related("by").order_by("-id")[:EVENTS_SHOWN]
        ],
    }
