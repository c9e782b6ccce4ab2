"""What machines look for at fixed addresses: our stance on signals, mining, and whom to tell."""

from datetime import date, timedelta

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from portal.lib import reservations
from portal.lib.office.contacts import controller

# The day from which what gpc.json says has held; change it with the statement, never without.
GPC_SINCE = date(2026, 11, 23)
# RFC 9116 asks for less than a year, so that a site left alone does not go on naming a contact.
CONTACT_HOLDS = timedelta(days=180)


@login_not_required
@require_safe
@cache_control(public=True, max_age=3600)
def gpc(request: HttpRequest) -> JsonResponse:
    """Say that the Global Privacy Control is honoured (GPC draft, April 2026)."""
    return JsonResponse({"gpc": True, "lastUpdate": GPC_SINCE.isoformat()})


@login_not_required
@require_safe
@cache_control(public=True, max_age=3600)
def tdmrep(request: HttpRequest) -> JsonResponse:
    """Say for which paths the right to mine text and data is reserved (TDMRep)."""
    return JsonResponse(reservations.tdmrep(), safe=False)


@login_not_required
@require_safe
@cache_control(public=True, max_age=3600)
def tdm_policy(request: HttpRequest) -> JsonResponse:
    """Say under which condition, and of whom, mining can be asked for (ODRL)."""
    return JsonResponse(reservations.policy(), content_type="application/ld+json")


@login_not_required
@require_safe
@cache_control(public=True, max_age=3600)
def robots(request: HttpRequest) -> HttpResponse:
    """Serve robots.txt, with what may be learnt from (RFC 9309, AIPREF attach-05)."""
    return HttpResponse(reservations.robots(), content_type="text/plain; charset=utf-8")


@login_not_required
@require_safe
@cache_control(public=True, max_age=3600)
def security(request: HttpRequest) -> HttpResponse:
    """Say whom to tell of a weakness (RFC 9116)."""
    expires = (timezone.now() + CONTACT_HOLDS).strftime("%Y-%m-%dT00:00:00Z")
    site, contact = settings.SITE_URL.rstrip("/"), controller()
    lines = [
        f"Contact: mailto:{contact['email'] or contact['dpo_email']}",
        f"Expires: {expires}",
        f"Canonical: {site}/.well-known/security.txt",
        f"Preferred-Languages: {', '.join(code for code, _name in settings.LANGUAGES)}",
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")
