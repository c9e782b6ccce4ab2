"""Asking for a report, and building it: by a worker that may die at any moment.

The row alone says how far it is. Whoever holds its lease works on it; each stage is written once,
under the lease, and a report that a dead worker left is taken up by the sweep where it stopped. A
job may run twice, its effect may not.
"""

import hashlib
import logging
import uuid
from dataclasses import dataclass
from datetime import date, timedelta

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from dsar.sources.base import place_of
from portal.dashboard.models.reports import Report, ReportFile
from portal.dashboard.periods import Period
from portal.dashboard.reports import counting, files, metrics, telling
from portal.dashboard.reports.figures import dumped
from portal.lib.canonical import sha256_of
from portal.lib.errors import DomainError
from portal.lib.tasks import enqueue

log = logging.getLogger(__name__)

BUILD = "portal.dashboard.reports.tasks.build"
FOLDER = "reports"
FORMATS = [one.value for one in ReportFile.Format]
STAGES = 1 + len(FORMATS)  # the figures, then each file
LEASE = timedelta(minutes=2)  # for one stage
REQUEUE_AFTER = timedelta(minutes=10)
MOST_ATTEMPTS = 10
State, Cause = Report.State, Report.Cause


class LeaseLost(Exception):
    """Another worker has taken the report up: stop, write nothing."""


class NotFailed(DomainError):
    """Only a report that has failed is tried again."""

    code = "report_not_failed"


@dataclass(frozen=True)
class Asked:
    """What a report is to be about."""

    kind: str
    period: Period
    language: str
    scope: str = Report.Scope.ALL


def ask(asked: Asked, *, by: User | None, today: date) -> tuple[Report, bool]:
    """Queue a report and return it, and whether it is new.

    The same one that is being built already is returned instead; by the schedule (``by`` is None)
    there is one for ever. ``today`` is of the controller's zone.
    """
    same = {
        "kind": asked.kind, "first": asked.period.first, "last": asked.period.last,
        "scope": asked.scope, "language": asked.language,
    }  # fmt: skip
    known = Q(state__in=[State.QUEUED, State.RUNNING])
    if by is None:
        known |= Q(asked_by=None)
    found = Report.objects.filter(known, **same).first()
    if found is not None:
        return found, False
    try:
        with transaction.atomic():
            report = Report.objects.create(asked_by=by, keep_until=_kept(today), **same)
            enqueue(BUILD, report.pk)
    except IntegrityError:  # somebody asked at the same instant
        return Report.objects.filter(known, **same).latest("pk"), False
    return report, True


def _kept(today: date) -> date:
    year = today.year + settings.REPORT_YEARS
    return date(year, today.month, min(today.day, 28))


@transaction.atomic
def retry(report: Report) -> Report:
    """Try a failed report again, from the stage that it had reached.

    Raises:
        NotFailed: it has not failed, or the same one is being built.
    """
    again = {"state": State.QUEUED, "cause": "", "attempts": 0, "queued_at": timezone.now()}
    try:
        with transaction.atomic():
            taken = Report.objects.filter(pk=report.pk, state=State.FAILED).update(**again)
    except IntegrityError:
        taken = 0
    if not taken:
        raise NotFailed(_("This report is being built already, or is done."))
    enqueue(BUILD, report.pk)
    return Report.objects.get(pk=report.pk)


def sweep() -> None:
    """Take up what a dead worker left, and what no job stands for any more."""
    now = timezone.now()
    left = Report.objects.filter(
        Q(state=State.RUNNING, leased_until__lt=now)
        | Q(state=State.QUEUED, queued_at__lt=now - REQUEUE_AFTER)
    )
    left.filter(attempts__gte=MOST_ATTEMPTS).update(
        state=State.FAILED, cause=Cause.INTERRUPTED, lease=None, leased_until=None
    )
    for pk in list(left.filter(attempts__lt=MOST_ATTEMPTS).values_list("pk", flat=True)):
        with transaction.atomic():
            Report.objects.filter(pk=pk).update(queued_at=now)
            enqueue(BUILD, pk)


def build(report_id: int) -> None:
    """Build a report as far as it is not built yet, if nobody else is at it."""
    lease = _claim(report_id)
    if lease is None:
        return
    try:
        for stage in range(Report.objects.get(pk=report_id).stage, STAGES):
            _do(stage, report_id, lease)
        _finish(report_id, lease)
    except LeaseLost:
        log.warning("report %s: the lease was lost, somebody else has it", report_id)
    except OSError as error:
        _fail(report_id, lease, Cause.STORAGE, error)
    # Whatever happens, the row must say so, for the officer to see a cause and what to do.
    except Exception as error:  # noqa: BLE001
        _fail(report_id, lease, Cause.UNEXPECTED, error)


def _claim(report_id: int) -> uuid.UUID | None:
    """Take the report up if it waits, or its worker died; return the lease."""
    now, lease = timezone.now(), uuid.uuid4()
    free = Q(state=State.QUEUED) | Q(state=State.RUNNING, leased_until__lt=now)
    taken = Report.objects.filter(free, pk=report_id, attempts__lt=MOST_ATTEMPTS).update(
        state=State.RUNNING, lease=lease, leased_until=now + LEASE, attempts=F("attempts") + 1
    )
    return lease if taken else None


def _do(stage: int, report_id: int, lease: uuid.UUID) -> None:
    report = Report.objects.get(pk=report_id)
    if stage == 0:
        _count(report, lease)
    else:
        _write(report, FORMATS[stage - 1], lease)


def _count(report: Report, lease: uuid.UUID) -> None:
    """Count the figures; from here on the report is about this moment, however long it takes."""
    now = timezone.now()
    period = Period(report.first, report.last)
    found = (
        dumped(metrics.gather(report.first.year, report.scope, now))
        if report.is_metrics
        else dumped(counting.gather(period, now))
    )
    _held(
        report.pk, lease, 1, figures=found, counted_at=now, is_provisional=now < period.end,
        fingerprint=fingerprint(report, found),
    )  # fmt: skip


def fingerprint(report: Report, found: dict[str, object]) -> str:
    """Return the SHA-256 over what was asked and what was counted.

    Without the language, which changes words alone, and the moment of counting.
    """
    asked = {"kind": report.kind, "first": report.first.isoformat(),
             "last": report.last.isoformat(), "scope": report.scope}  # fmt: skip
    return sha256_of({"asked": asked, "figures": {**found, "as_of": None}})


def _write(report: Report, format: str, lease: uuid.UUID) -> None:
    content = files.make(report, format)
    # A name of its own for each attempt: a worker that was thought dead overwrites nothing.
    name = f"{FOLDER}/{report.uid}/{uuid.uuid4()}.{format}"
    stored = default_storage.save(name, ContentFile(content))
    try:
        with transaction.atomic():
            _held(report.pk, lease, 1 + FORMATS.index(format) + 1)
            ReportFile.objects.create(
                report=report, format=format, stored=stored, size=len(content),
                sha256=hashlib.sha256(content).hexdigest(),
            )  # fmt: skip
    except LeaseLost:
        default_storage.delete(stored)
        raise


def _held(report_id: int, lease: uuid.UUID, stage: int, **fields: object) -> None:
    """Note that a stage is over and hold on for another, if the report is still ours.

    Raises:
        LeaseLost: it is not.
    """
    mine = Report.objects.filter(pk=report_id, state=State.RUNNING, lease=lease)
    if not mine.update(stage=stage, leased_until=timezone.now() + LEASE, **fields):
        raise LeaseLost(f"report {report_id}")


@transaction.atomic
def _finish(report_id: int, lease: uuid.UUID) -> None:
    mine = Report.objects.filter(pk=report_id, state=State.RUNNING, lease=lease, stage=STAGES)
    done = mine.update(
        state=State.DONE, lease=None, leased_until=None, finished_at=timezone.now()
    )  # fmt: skip
    if not done:
        raise LeaseLost(f"report {report_id}")
    report = Report.objects.get(pk=report_id)
    if report.asked_by_id is None:
        telling.tell_officers(report)


def _fail(report_id: int, lease: uuid.UUID, cause: Report.Cause, error: Exception) -> None:
    log.error("report %s: %s at %s", report_id, type(error).__name__, place_of(error))
    Report.objects.filter(pk=report_id, state=State.RUNNING, lease=lease).update(
        state=State.FAILED, cause=cause, lease=None, leased_until=None
    )
