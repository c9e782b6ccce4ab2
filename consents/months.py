"""The monthly partitions of the table of uses (see migration 0002). Months are those of UTC."""

import logging
from collections.abc import Iterable
from datetime import UTC, date

from django.db import IntegrityError, connection, transaction
from django.utils import timezone

log = logging.getLogger(__name__)

# Months before or after these have no partition of their own: their uses go to the default one.
BACK, AHEAD = 120, 3
LOCK = 0x5265_6761_7264  # any number that only this lock has


def month_of(day: date, ahead: int = 0) -> date:
    """Return the first day of the month that lies ``ahead`` months after that of ``day``."""
    years, month = divmod(day.month - 1 + ahead, 12)
    return date(day.year + years, month + 1, 1)


def today() -> date:
    """Return the day it is in UTC."""
    return timezone.now().astimezone(UTC).date()


def ensure(days: Iterable[date]) -> None:
    """Make the partitions of the months in which the days lie, where there are none yet."""
    first, last = month_of(today(), -BACK), month_of(today(), AHEAD)
    wanted = sorted(month for month in {month_of(day) for day in days} if first <= month <= last)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT month FROM unnest(%s::date[]) month"
            " WHERE to_regclass('consents_use_' || to_char(month, 'YYYY_MM')) IS NULL",
            [wanted],
        )
        missing = [month for (month,) in cursor.fetchall()]
    for month in missing:
        _make(month)


def prepare() -> None:
    """Make the partitions of this month and of the coming ones, before the first use needs them."""
    ensure(month_of(today(), ahead) for ahead in range(AHEAD + 1))


def hold() -> None:
    """Let no partition be made until the transaction ends.

    To make one locks the uses and then what they refer to, the training runs among them; who writes
    both in the other order would block it and be blocked by it.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [LOCK])


def _make(month: date) -> None:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
            # The function looks first and makes then. Only with this lock does it see what another
            # transaction has just made, and not what this connection remembers.
            cursor.execute("LOCK TABLE consents_use IN ACCESS EXCLUSIVE MODE")
            cursor.execute("SELECT consents_use_partition(%s)", [month])
    except IntegrityError:
        # The default partition already holds uses of this month: then it takes the others too.
        log.warning("No partition for the uses of %s: the default one holds some", month)
