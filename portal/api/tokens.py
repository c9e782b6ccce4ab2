"""Where a machine client gets its token and gives it back: allauth's, with our own guard."""

import base64
import binascii
from collections.abc import Callable, Iterator
from functools import wraps

from allauth.account.adapter import get_adapter
from allauth.idp.oidc import views
from allauth.idp.oidc.models import Client
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import BadRequest, SuspiciousOperation
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.multipartparser import MultiPartParserError
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from portal.lib import counting
from portal.lib.strict_json import is_storable

View = Callable[[HttpRequest], HttpResponse]


def _guarded(view: View) -> View:
    """Let a call through that is not one of too many, and that the database can be asked about.

    Each try costs a slow hash, so they are counted per network address. What holds a NUL is no
    client's (RFC 6749 appendix A allows printable ASCII), and PostgreSQL fails on it.
    """

    @csrf_exempt
    @login_not_required
    @require_POST
    @wraps(view)
    def guarded(request: HttpRequest) -> HttpResponse:
        address = get_adapter(request).get_client_ip(request)
        if counting.count(f"token:{address}") > settings.TOKENS_PER_MINUTE:
            return JsonResponse(
                {"error": "slow_down"},
                status=429,
                headers={"Retry-After": str(counting.seconds_left())},
            )
        if not _is_readable(request):
            return JsonResponse({"error": "invalid_request"}, status=400)
        return view(request)

    return guarded


def _is_readable(request: HttpRequest) -> bool:
    """Whether the form is one, not too large, and holds nothing that cannot be stored."""
    try:
        return all(is_storable(text) for text in _said(request))
    except (BadRequest, MultiPartParserError, SuspiciousOperation):
        return False


def _said(request: HttpRequest) -> Iterator[str]:
    """Yield every text of the call: the form's, the query's, and the client's credentials."""
    for fields in (request.POST, request.GET):
        for _name, values in fields.lists():
            yield from map(str, values)
    _scheme, _space, credentials = request.headers.get("Authorization", "").partition(" ")
    try:
        yield base64.b64decode(credentials).decode(errors="replace")
    except (binascii.Error, ValueError):
        return  # no Basic credentials: allauth refuses them


@_guarded
def token(request: HttpRequest) -> HttpResponse:
    """Answer ``grant_type=client_credentials`` (RFC 6749 §4.4).

    The grants for people (codes, devices, refresh) are refused before allauth looks at them.
    """
    if request.POST.get("grant_type") != Client.GrantType.CLIENT_CREDENTIALS:
        return JsonResponse({"error": "unsupported_grant_type"}, status=400)
    answer: HttpResponse = views.token(request)
    return answer


@_guarded
def revoke(request: HttpRequest) -> HttpResponse:
    """Let a client give its token back (RFC 7009)."""
    answer: HttpResponse = views.revoke(request)
    return answer


urlpatterns = [
    path("token", token, name="oauth-token"),
    path("revoke", revoke, name="oauth-revoke"),
]
