"""What holds for every answer: a refused rule says so, and nobody else keeps a person's page."""

from collections.abc import Callable

from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.cache import patch_cache_control

from portal.lib.errors import DomainError

GetResponse = Callable[[HttpRequest], HttpResponseBase]


class NoStoreMiddleware:
    """Forbid every cache to keep the answer to a signed-in person, unless the view said otherwise.

    Without it the browser's own copy could be read after they signed out, on a shared computer
    with its back button (OWASP ASVS 14.3.2). Files that belong to nobody do not pass here.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Look before and after: who signs out is somebody at first, who signs in at last."""
        before = request.user.is_authenticated
        response = self.get_response(request)
        after = SESSION_KEY in request.session  # the API sets request.user to nobody of ours
        if (before or after) and not response.has_header("Cache-Control"):
            patch_cache_control(response, private=True, no_store=True)
        if before and not after:
            # The pages they saw leave the browser's cache too, also those of the back button.
            response.headers["Clear-Site-Data"] = '"cache"'
        return response


class RefusedRuleMiddleware:
    """Turn a :class:`DomainError` from a page into a 409 page with its sentence."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Return the page, or None for every other exception."""
        if isinstance(exception, DomainError):
            return render(request, "409.html", {"message": exception.message}, status=409)
        return None
