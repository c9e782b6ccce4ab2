"""One moment of the database, for answers about many documents: nothing changes between the lines.

Whatever the gate's rule reads leaves a :class:`PermitChange` when it changes, so the changes that a
snapshot sees *are* its state. Two more things change answers without any write, and are the ground
of the state: the rule itself (a new release), a version of a purpose that takes effect, and
evidence that expires.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import connection, transaction

from consents import permits
from consents.models import Evidence, Purpose, PurposeVersion

# No single statement about some thousand documents takes as long (milliseconds).
STATEMENT_TIMEOUT = 30_000
SLOTS = 7_463_001  # names our advisory locks, among whatever others there are

# The id of the cluster: in another one (a restored copy), numbers of transactions mean nothing.
CLOCK = """
SELECT transaction_timestamp(), pg_snapshot_xmin(pg_current_snapshot())::text::bigint,
    (SELECT system_identifier::text FROM pg_control_system())
"""
# What is settled is known by its last row, for nothing comes before it any more; the rest by name.
SEEN = """
SELECT coalesce((
    SELECT transaction || '.' || id FROM consents_permitchange
    WHERE transaction < %(horizon)s AND (purpose_id IS NULL OR purpose_id = %(purpose)s)
    ORDER BY transaction DESC, id DESC LIMIT 1
), ''), coalesce((
    SELECT string_agg(id::text, ',' ORDER BY id) FROM consents_permitchange
    WHERE transaction >= %(horizon)s AND (purpose_id IS NULL OR purpose_id = %(purpose)s)
), '')
"""


class Busy(Exception):
    """As many questions about many documents are being answered as we can do at once."""


@dataclass(frozen=True)
class Moment:
    """A state of the database in which a purpose is asked about.

    ``now`` is the database's clock (aware): several web servers have several clocks. Transactions
    before ``horizon`` are over for good. ``cluster`` and ``ground`` are short hashes (hex).
    """

    purpose: Purpose
    now: datetime
    horizon: int
    cluster: str
    ground: str

    @property
    def state(self) -> str:
        """The SHA-256 (hex) of all that the answers rest on; while it is the same, so are they."""
        with connection.cursor() as cursor:
            cursor.execute(SEEN, {"horizon": self.horizon, "purpose": self.purpose.pk})
            seen = cursor.fetchone() or ("", "")
        return _sha256(self.purpose.slug, self.cluster, self.ground, *seen)


@contextmanager
def one_state(*, limited: bool = True) -> Iterator[None]:
    """Hold one read-only snapshot of the database for the block (PostgreSQL's repeatable read).

    Raises:
        Busy: ``limited``, and ``BULK_AT_ONCE`` others hold one: people's pages go first.
        DatabaseError: the database did not answer; every document must be treated as denied.
    """
    with transaction.atomic(durable=True):
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            cursor.execute(f"SET LOCAL statement_timeout = {STATEMENT_TIMEOUT:d}")
        if limited and not _takes_a_slot():
            raise Busy
        yield


def _takes_a_slot() -> bool:
    """Return whether one of the slots was free; the end of the transaction gives it back."""
    with connection.cursor() as cursor:
        for slot in range(settings.BULK_AT_ONCE):
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [SLOTS, slot])
            if cursor.fetchone() == (True,):
                return True
    return False


def clock() -> datetime:
    """Return the database's time at the start of the transaction (aware)."""
    return _read_clock()[0]


def moment_of(
    purpose: Purpose, *, now: datetime | None = None, horizon: int | None = None
) -> Moment:
    """Return the present moment of the transaction. ``now`` and ``horizon`` are for trials."""
    at, settled, cluster = _read_clock()
    at, settled = now or at, horizon or settled
    versions = PurposeVersion.objects.effective(at).filter(purpose=purpose)
    in_effect = [str(pk) for pk in versions.order_by("pk").values_list("pk", flat=True)]
    proven = str(Evidence.objects.valid(at).filter(purpose=purpose).exists())
    ground = _sha256(permits.RULE, purpose.slug, proven, *in_effect)[:16]
    return Moment(purpose, at, settled, _sha256(cluster)[:8], ground)


def _read_clock() -> tuple[datetime, int, str]:
    with connection.cursor() as cursor:
        cursor.execute(CLOCK)
        row: tuple[datetime, int, str] | None = cursor.fetchone()
    if row is None:  # a SELECT without FROM always has one
        raise RuntimeError("the database has no clock")
    return row


def _sha256(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
