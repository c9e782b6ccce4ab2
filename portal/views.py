"""Pages of no single app."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def stale_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form whose CSRF token is missing or too old: nothing was changed, send it again."""
    return render(request, "403_csrf.html", status=403)
