"""What a browser says by itself about its person's choices."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import get_language

from accounts.models import User
from consents.actions.gpc import heed
from portal.lib import gpc

# In the session: the signal was on at its last request, and has been taken as a refusal.
HEEDED = "gpc_heeded"


class GlobalPrivacyControlMiddleware:
    """Take the signal of a signed-in person's browser as their refusal, once each time it appears.

    Within a session the signal counts when it comes up, not on every request: whoever then allows
    something by their own act, with the signal before their eyes, has decided the conflict
    (11 CCR §7025(c)(3) lets us ask). The next sign-in brings the signal anew, and it wins again: of
    the readings that the law leaves, the more private one.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Heed the signal before anything else is done with the request."""
        user = request.user
        if user.is_authenticated and isinstance(user, User):
            self._meet(request, user)
        return self.get_response(request)

    def _meet(self, request: HttpRequest, person: User) -> None:
        is_on, was_on = gpc.is_on(request), HEEDED in request.session
        if is_on and not was_on:
            heed(person, language=(get_language() or "en").split("-")[0])
            request.session[HEEDED] = True
        elif was_on and not is_on:
            del request.session[HEEDED]
