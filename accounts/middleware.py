"""What holds for every request of a signed-in person."""

from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

from allauth.mfa.models import Authenticator
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.http import urlencode

from accounts.second_factor import SecondFactor, shown

GetResponse = Callable[[HttpRequest], HttpResponseBase]

# Reached by staff in any case: to show the factor they have, to leave, to read in their language.
ALWAYS = {
    "account_logout",
    "account_reauthenticate",
    "accounts:reauthenticate",
    "mfa_reauthenticate",
    "mfa_reauthenticate_webauthn",
    "set_language",
    "set_theme",
}
# And by staff who have none yet. Who has one must show it first: else a stolen password could set
# up another one, or read the recovery codes.
SET_UP = ALWAYS | {
    "mfa_index",
    "mfa_activate_totp",
    "mfa_list_webauthn",
    "mfa_add_webauthn",
}


class PersonalSettingsMiddleware:
    """Answer in the language and time zone that the person chose, if they chose any."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        user = request.user
        if user.is_authenticated:
            if user.language:
                translation.activate(user.language)
                request.LANGUAGE_CODE = user.language
            if user.time_zone:
                with timezone.override(ZoneInfo(user.time_zone)):
                    return self.get_response(request)
        return self.get_response(request)


class StaffSecondFactorMiddleware:
    """Lead staff to set up, or to show, a second factor; until then they reach nothing else."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: Any
    ) -> HttpResponse | None:
        """Return the way to the factor, or None to go on."""
        if not request.user.is_authenticated or not request.user.is_staff:
            return None
        state = shown(request, request.user)
        allowed = {SecondFactor.MISSING: SET_UP, SecondFactor.UNUSED: ALWAYS}.get(state)
        match = request.resolver_match
        if allowed is None or (match and match.view_name in allowed):
            return None
        if state is SecondFactor.MISSING:
            return HttpResponseRedirect(reverse("mfa_activate_totp"))
        return _show(request)


def _show(request: HttpRequest) -> HttpResponse:
    """Ask for the factor, and come back to where the person was going."""
    has_app = Authenticator.objects.filter(user=request.user.pk, type=Authenticator.Type.TOTP)
    page = "mfa_reauthenticate" if has_app.exists() else "mfa_reauthenticate_webauthn"
    back = request.get_full_path() if request.method == "GET" else "/"
    return HttpResponseRedirect(f"{reverse(page)}?{urlencode({'next': back})}")
