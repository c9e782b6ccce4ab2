"""A refused rule becomes a page that says so."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render

from portal.lib.errors import DomainError


class RefusedRuleMiddleware:
    """Turn a :class:`DomainError` from a page into a 409 page with its sentence."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Return the page, or None for every other exception."""
        if isinstance(exception, DomainError):
            return render(request, "409.html", {"message": exception.message}, status=409)
        return None
