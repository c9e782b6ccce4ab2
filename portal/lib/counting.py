"""Counts calls per minute, exactly and in one statement, whichever process takes them."""

import time

from django.db import connection
from django.utils.crypto import salted_hmac

from portal.lib.models import CallCount

WINDOW = 60  # seconds

COUNT = """
    INSERT INTO kernel_callcount AS known (who, minute, calls) VALUES (%s, %s, 1)
    ON CONFLICT (who, minute) DO UPDATE SET calls = known.calls + 1
    RETURNING calls
"""


def count(who: str) -> int:
    """Count one more call of ``who`` in the present minute, and return how many there are.

    ``who`` may be a network address: the table holds a keyed hash of it (invariant 12).
    """
    name = salted_hmac("portal.lib.counting", who, algorithm="sha256").hexdigest()
    with connection.cursor() as cursor:
        cursor.execute(COUNT, [name, _minute()])
        [calls] = cursor.fetchone() or [0]
    return int(calls)


def seconds_left() -> int:
    """Return how long the present minute still lasts: what Retry-After says."""
    return WINDOW - int(time.time()) % WINDOW


def forget_past() -> None:
    """Delete the counts of minutes that are over."""
    CallCount.objects.filter(minute__lt=_minute()).delete()


def _minute() -> int:
    return int(time.time()) // WINDOW
