"""How often a machine client may call."""

from typing import Any

from django.conf import settings
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from portal.lib import counting


class ClientThrottle(BaseThrottle):
    """``API_CALLS_PER_MINUTE`` for each client; the answer beyond is 429 with Retry-After.

    The limit protects the house from a client in a loop. Zero switches it off.
    """

    def allow_request(self, request: Request, view: Any) -> bool:
        """Count the call; refuse it when the client had its share of this minute."""
        allowed: int = settings.API_CALLS_PER_MINUTE
        return not allowed or counting.count(f"api:{request.user}") <= allowed

    def wait(self) -> float:
        """Return the seconds until calls are counted anew."""
        return counting.seconds_left()
