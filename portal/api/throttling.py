"""How often a machine client may call."""

import time
from typing import Any

from django.conf import settings
from django.core.cache import cache
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

WINDOW = 60  # seconds


def count(who: str) -> int:
    """Count one more call of ``who`` in the minute that the clock shows, and return the sum.

    Two calls in the same instant may be counted as one: the limit protects the house from a client
    in a loop, it is no quota.
    """
    key = f"calls:{who}:{int(time.time()) // WINDOW}"
    if cache.add(key, 1, timeout=2 * WINDOW):
        return 1
    try:
        return int(cache.incr(key))
    except ValueError:  # the row was culled in between
        return 1


def seconds_left() -> int:
    """Return how long the present minute still lasts: what Retry-After says."""
    return WINDOW - int(time.time()) % WINDOW


class ClientThrottle(BaseThrottle):
    """``API_CALLS_PER_MINUTE`` for each client; the answer beyond is 429 with Retry-After."""

    def allow_request(self, request: Request, view: Any) -> bool:
        """Count the call; refuse it when the client had its share of this minute."""
        if not settings.API_CALLS_PER_MINUTE:
            return True
        allowed: int = settings.API_CALLS_PER_MINUTE
        return count(str(request.user)) <= allowed

    def wait(self) -> float:
        """Return the seconds until calls are counted anew."""
        return seconds_left()
