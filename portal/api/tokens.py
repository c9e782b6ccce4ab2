"""Where a machine client gets its token: allauth's endpoint, for client credentials alone."""

from allauth.account.adapter import get_adapter
from allauth.idp.oidc import views
from allauth.idp.oidc.models import Client
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from portal.lib import counting


@csrf_exempt
@login_not_required
@require_POST
def token(request: HttpRequest) -> HttpResponse:
    """Answer ``grant_type=client_credentials`` (RFC 6749 §4.4).

    Each try costs a slow hash, so they are counted per network address. The grants for people
    (codes, devices, refresh) are refused before allauth looks at them.
    """
    address = get_adapter(request).get_client_ip(request)
    if counting.count(f"token:{address}") > settings.TOKENS_PER_MINUTE:
        return JsonResponse(
            {"error": "slow_down"},
            status=429,
            headers={"Retry-After": str(counting.seconds_left())},
        )
    if request.POST.get("grant_type") != Client.GrantType.CLIENT_CREDENTIALS:
        return JsonResponse({"error": "unsupported_grant_type"}, status=400)
    answer: HttpResponse = views.token(request)
    return answer


urlpatterns = [
    path("token", token, name="oauth-token"),
    path("revoke", views.revoke, name="oauth-revoke"),
]
