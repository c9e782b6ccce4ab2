"""Pages of no single app."""

from datetime import timedelta
from typing import cast

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST
from django.views.i18n import set_language

from accounts.models import User
from consents.views.home import home as customer_home
from consents.views.parts import SignedInRequest
from dsar.models import SubjectRequest
from dsar.queries import of_person
from portal.context import THEME_COOKIE, THEMES
from portal.lib.office.contacts import last_known_controller

YEAR = 365 * 24 * 60 * 60
LATELY = timedelta(days=30)


@login_not_required
def home(request: HttpRequest) -> HttpResponseBase:
    """Greet a visitor; lead everybody else to where their work or their documents are."""
    user = request.user
    if not user.is_authenticated:
        return render(request, "home.html")
    if user.is_dpo:
        return redirect("/dashboard/")
    if user.is_support:
        return redirect("/staff/")
    # Here, where both are known, what concerns requests is added to the customer's first page.
    return customer_home(cast(SignedInRequest, request), requests=_current_requests(user))


def _current_requests(person: User) -> list[SubjectRequest]:
    """Return the person's requests that are under way, have news, or were closed lately."""
    lately = timezone.now() - LATELY
    return [
        one
        for one in of_person(person)
        if one.is_open or one.unread_by_person or (one.closed_at and one.closed_at > lately)
    ]


@login_not_required
def help_page(request: HttpRequest) -> HttpResponse:
    """Answer the questions people ask first, and say who can be asked."""
    return render(request, "help.html")


@login_not_required
def accessibility(request: HttpRequest) -> HttpResponse:
    """State how accessible these pages are, and what to do where they are not."""
    return render(request, "accessibility.html")


@login_not_required
@require_POST
def choose_language(request: HttpRequest) -> HttpResponseBase:
    """Set the language of the pages, and remember it as the person's own when signed in."""
    code = request.POST.get("language", "")
    if request.user.is_authenticated and code in dict(settings.LANGUAGES):
        User.objects.filter(pk=request.user.pk).update(language=code)
    return set_language(request)


@login_not_required
@require_POST
def choose_theme(request: HttpRequest) -> HttpResponse:
    """Keep light or dark in a cookie for a year; neither means "as my device"."""
    theme, back = request.POST.get("theme", ""), request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}):
        back = "/"
    response = HttpResponseRedirect(back)
    if theme in THEMES:
        response.set_cookie(
            THEME_COOKIE, theme, YEAR, secure=settings.HTTPS, httponly=True, samesite="Lax"
        )
    else:
        response.delete_cookie(THEME_COOKIE)
    return response


def stale_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form whose CSRF token is missing or too old: nothing was changed, send it again."""
    return render(request, "403_csrf.html", status=403)


def server_error(request: HttpRequest) -> HttpResponse:
    """Apologise without asking the database anything: it may be what failed."""
    page = render_to_string("500.html", {"controller": last_known_controller()})
    return HttpResponse(page, status=500)
