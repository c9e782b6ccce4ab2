"""What the pages have in common: whom they serve, what htmx gets, and the way back after an act."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language
from django_htmx.middleware import HtmxDetails

from accounts import roles
from consents.models import ChoiceEvent

SAVED = "saved_choice"


class SignedInRequest(roles.SignedInRequest):
    """A request behind the sign-in, with what htmx said of it."""

    htmx: HtmxDetails


class SeeOther(HttpResponseRedirect):
    """303: the act is done, look at the page again (RFC 9110, 15.4.4)."""

    status_code = 303


def page(request: SignedInRequest, template: str, context: Mapping[str, Any]) -> HttpResponse:
    """Return the page, or for htmx its content alone. It is nobody else's, nor to be kept."""
    part = "#content" if request.htmx and not request.htmx.history_restore_request else ""
    response = render(request, template + part, dict(context))
    patch_vary_headers(response, ["HX-Request"])
    return personal(response)


def personal(response: HttpResponse) -> HttpResponse:
    """Return the answer so that no cache keeps it, the browser's neither after signing out."""
    patch_cache_control(response, private=True, no_store=True)
    return response


def remember_saved(request: HttpRequest, event: ChoiceEvent) -> None:
    """Keep which act was just saved, for the page that confirms it in its place."""
    request.session[SAVED] = str(event.uid)


def just_saved(request: HttpRequest) -> str | None:
    """Return the uid of the act saved a moment ago, once."""
    uid: str | None = request.session.pop(SAVED, None)
    return uid


def back(request: HttpRequest, default: str) -> str:
    """Return the page the person came from, if it is one of ours."""
    path = request.POST.get("next", "")
    mine = url_has_allowed_host_and_scheme(
        path, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return path.partition("#")[0] if mine and path.startswith("/") else default


def language() -> str:
    """Return the language the page was shown in, as its two letters."""
    return (get_language() or "en").split("-")[0]
