"""A person's own pages: overview, profile, who looked at their file, a code to go on."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from allauth.account.internal.flows.reauthentication import resume_request
from allauth.account.models import EmailAddress
from allauth.core import ratelimit
from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import activate, gettext
from django.views.decorators.cache import never_cache

from accounts import organisations, places
from accounts.forms import CodeForm, ProfileForm
from accounts.models import AccessEvent, User
from accounts.reauthentication import CodeByMail, is_only_reachable_by_mail
from portal.lib import keyset

LOOKS_ON_A_PAGE = 50


@dataclass(frozen=True)
class Look:
    """One line of the list of looks, as the person reads it."""

    at: datetime
    role: str
    name: str
    what: str
    reference: str
    reason: str


def overview(request: HttpRequest) -> HttpResponse:
    """Show what the account knows and how it is protected, with the way to each."""
    person = cast(User, request.user)
    factors = set(Authenticator.objects.filter(user=person).values_list("type", flat=True))
    context = {
        "person": person,
        "country": places.country_name(person.country) if person.country else "",
        "addresses": EmailAddress.objects.filter(user=person).order_by("-primary", "email"),
        "has_app": Authenticator.Type.TOTP in factors,
        "has_passkey": Authenticator.Type.WEBAUTHN in factors,
        "memberships": organisations.of(person),
        "invitations": organisations.invitations_for(person),
        "last_look": person.looks_at_my_file.order_by("-at", "-pk").first(),
    }
    return render(request, "accounts/overview.html", context)


def profile(request: HttpRequest) -> HttpResponse:
    """Show and save name, language, time zone and country."""
    form = ProfileForm(request.POST or None, instance=cast(User, request.user))
    if request.method == "POST" and form.is_valid():
        person = form.save()
        if person.language:
            activate(person.language)  # or the page would answer in the old one
        messages.success(request, gettext("Saved."))
        return redirect("accounts:profile")
    return render(request, "accounts/profile.html", {"form": form})


def access(request: HttpRequest) -> HttpResponse:
    """List every look, and every act, of staff at the person's file (invariant 14)."""
    looks = cast(User, request.user).looks_at_my_file.select_related("by")
    page = keyset.page(
        looks,
        by="at",
        size=LOOKS_ON_A_PAGE,
        older=request.GET.get("older", ""),
        newer=request.GET.get("newer", ""),
    )
    context = {
        "looks": [_as_read(event) for event in page.rows],
        "newer": f"?newer={page.newer}" if page.newer else "",
        "older": f"?older={page.older}" if page.older else "",
    }
    return render(request, "accounts/access.html", context)


def _as_read(event: AccessEvent) -> Look:
    """Name staff by role and first name: enough to ask about them, no more than that."""
    return Look(
        at=event.at,
        role=event.by.get_role_display(),
        name=event.by.name.partition(" ")[0],
        what=event.get_kind_display(),
        reference=event.reference,
        reason=event.reason,
    )


@never_cache
def reauthenticate(request: HttpRequest) -> HttpResponseBase:
    """Send a code, and take it, from a person who has neither password nor second factor."""
    person = cast(User, request.user)
    if not is_only_reachable_by_mail(person):
        return redirect("account_reauthenticate")
    code = CodeByMail(request, person)
    form = CodeForm(request.POST if "code" in request.POST else None)
    if request.method == "POST":
        if limited := ratelimit.consume_or_429(request, action="reauthenticate", user=person):
            return cast(HttpResponse, limited)
        if not form.is_bound:
            code.send()
        elif form.is_valid():
            if code.accept(form.cleaned_data["code"]):
                resumed: Any = resume_request(request)
                return cast(HttpResponseBase, resumed or redirect("accounts:overview"))
            form.add_error("code", gettext("This code is not right, or it is too old."))
    context = {"form": form, "is_sent": code.is_sent, "next": request.GET.get("next", "")}
    return render(request, "accounts/reauthenticate.html", context)
