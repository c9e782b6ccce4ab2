"""Close a training run: record that it used what is in its manifest.

A run is closed for one moment (``trained_at``): when its documents were read. Who refused before
that moment is heard, also where the refusal is still being written; who refuses after it was used
before they refused, and can read so. What really happened can always be recorded; what has not
happened yet is not recorded against a refusal.
"""

import hashlib
import time
from collections.abc import Iterable
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from consents import months
from consents.actions import uses
from consents.actions.runs import (
    BATCH,
    ImpossibleTime,
    RunIsClosed,
    batches,
    by_reference,
    check,
    training_purpose,
)
from consents.models import TrainingRun
from consents.reports import UseReport
from portal.lib.errors import DomainError

# How long closing waits for changes that began before its moment and are not written yet, seconds.
PATIENCE = 5.0


class ManifestDiffers(DomainError):
    """The hash is not that of the documents that the portal holds as the run's."""

    code = "manifest_differs"


class Refused(DomainError):
    """Documents of the manifest may not be used any more: they must leave it first."""

    code = "documents_refused"


class NotAUse(DomainError):
    """A line cannot be recorded as a use (see ``uses.Fault``)."""

    code = "not_recordable"


class Busy(DomainError):
    """Other changes are still being written; whether one is a refusal is not known yet."""

    code = "try_again"


def close(
    run: TrainingRun,
    *,
    manifest_sha256: str,
    trained_at: datetime | None = None,
    closed_at: datetime | None = None,
    client: str,
) -> TrainingRun:
    """Record that the run used every document of its manifest, and what that manifest was.

    Without ``trained_at`` the documents are about to be used now: if any may not be, nothing is
    recorded and they are marked. With it, the run says what happened at that moment: what was told
    to go only later is recorded as used. Closing again with the same hash changes nothing.

    Raises:
        RunIsClosed: it is closed, with another manifest.
        ImpossibleTime: the times are not in their order, or lie in the future.
        Refused: documents may not be used now; ``exclusions`` has them.
        ManifestDiffers: the hash is not that of the manifest.
        NotAUse: a document did not exist at that time.
        Busy: see there.
    """
    moment = timezone.now()
    _require_order(run, trained_at, closed_at, moment)
    months.ensure([(trained_at or moment).date()])
    if trained_at is None:
        _wait_for_writers()
    with transaction.atomic():
        run = TrainingRun.objects.select_for_update(no_key=True).get(pk=run.pk)
        if run.closed_at is not None:
            return _same(run, manifest_sha256)
        newly = check(run, moment, client=client)
        if trained_at is not None or not newly:
            run.trained_at, run.closed_at = trained_at or moment, closed_at or moment
            _record(run, run.trained_at, manifest_sha256)
            return run
    # Said only now: what was marked stays marked.
    raise Refused(_("Documents of the manifest may not be used any more; they must leave it."))


def _require_order(
    run: TrainingRun, trained_at: datetime | None, closed_at: datetime | None, now: datetime
) -> None:
    times = [run.started_at, trained_at or now, closed_at or now]
    if run.started_at > now:  # a clock ahead of ours, by less than ``uses.SKEW``
        times[0] = now
    if times != sorted(times) or times[-1] > now:
        raise ImpossibleTime(_("A run starts, reads its documents and ends, in this order."))


def _same(run: TrainingRun, manifest_sha256: str) -> TrainingRun:
    if run.manifest_sha256 != manifest_sha256:
        raise RunIsClosed(_("This run is closed, with another manifest."))
    return run


def _record(run: TrainingRun, trained_at: datetime, manifest_sha256: str) -> None:
    """Write the uses of all lines, batch by batch, and the hash that they add up to."""
    # What was told to go after the documents were read had been read.
    is_in = Q(excluded="") | Q(checked_at__gt=trained_at) | Q(used_at__isnull=False)
    rows = by_reference(run.lines.filter(is_in)).values_list("document__reference", "used_at")
    purpose, digest, is_first = training_purpose(), hashlib.sha256(), True
    for part in batches(rows.iterator(chunk_size=BATCH)):
        lines = [reference for reference, _used_at in part]
        digest.update("\n".join(lines if is_first else ["", *lines]).encode())
        is_first = False
        done = uses.record([
            UseReport(reference, purpose, trained_at, run.system.slug, run.reference)
            for reference, used_at in part
            if used_at is None  # else it has been reported already
        ])  # fmt: skip
        if done.faults:
            raise NotAUse(next(iter(done.faults.values())).label)
    if digest.hexdigest() != manifest_sha256:
        raise ManifestDiffers(_("The hash is not that of the manifest that the portal holds."))
    run.manifest_sha256 = manifest_sha256
    run.save(update_fields=["trained_at", "closed_at", "manifest_sha256"])


def manifest_hash(references: Iterable[str]) -> str:
    """Return the SHA-256 (hex) of the references, sorted by code point, joined by LF, in UTF-8."""
    return hashlib.sha256("\n".join(sorted(references)).encode()).hexdigest()


def _wait_for_writers() -> None:
    """Wait until every transaction of this database that writes now has ended.

    A refusal takes its time (``at``) after its first lock, so one whose time lies before now has
    either ended or is among these: once they are over, the gate knows of it. Refusals that begin
    later need not be waited for, nor do they wait for us.

    Raises:
        Busy: one of them does not end.
    """
    writing, until = _writers(), time.monotonic() + PATIENCE
    while writing:
        if time.monotonic() > until:
            raise Busy(_("Other changes are still being written. Close the run again in a moment."))
        time.sleep(0.02)
        writing &= _writers()


def _writers() -> set[tuple[int, str]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT l.pid, l.transactionid::text FROM pg_locks l"
            " JOIN pg_stat_activity a ON a.pid = l.pid AND a.datname = current_database()"
            " WHERE l.locktype = 'transactionid' AND l.mode = 'ExclusiveLock' AND l.granted"
            " AND l.pid <> pg_backend_pid()"
        )
        return set(cursor.fetchall())
