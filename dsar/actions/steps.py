"""Taking up a step, keeping hold of it, and putting its end on record.

A step is claimed by a conditional update: whoever changes the row owns it, until the lease runs
out. All that a step achieves is written in the one transaction of :func:`settle`, and only under
the same lease, so a worker that was thought dead and comes back can do no harm.
"""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from dsar.actions import engine
from dsar.actions.lifecycle import Code, lock, note
from dsar.grounds import NEXT_ACTION, Awaited, Cause, NextAction
from dsar.models import OutsideTask, Step, SubjectRequest
from dsar.states import Status
from portal.lib.tasks import enqueue, queue_is_empty

WORKED_ON = (Status.SEARCHING, Status.PREPARING)
# A step at which this many workers died is the likely cause of their death. It may be innocent: of
# 120 workers killed every second (tests/faults) one long step met nineteen.
MOST_ATTEMPTS = 40
# A job may wait in a long queue; it is queued anew only when this many leases have passed.
REQUEUE_AFTER_LEASES = 5
SWEPT_AT_ONCE = 500

Effect = Callable[[SubjectRequest, Step], None]


class LeaseLost(Exception):
    """Another worker has taken the step up, or its request was closed: stop, write nothing."""


@dataclass
class Claim:
    """A step in one's hands. Long work calls :meth:`renew` as it goes along."""

    step: Step
    token: uuid.UUID
    until: datetime = field(default_factory=lambda: timezone.now() + lease())

    def renew(self) -> None:
        """Hold the step for another lease, if half of the present one is over.

        Raises:
            LeaseLost: somebody else holds it.
        """
        now = timezone.now()
        if self.until - now > lease() / 2:
            return
        mine = Step.objects.filter(pk=self.step.pk, lease=self.token)
        if not mine.update(leased_until=now + lease()):
            raise LeaseLost(f"step {self.step.pk}")
        self.until = now + lease()


def lease() -> timedelta:
    """Return for how long a worker holds a step without a sign of life."""
    return timedelta(seconds=settings.STEP_LEASE_SECONDS)


def claim(step_id: int) -> Claim | None:
    """Take the step up if it is due and nobody holds it, else return None."""
    now, token = timezone.now(), uuid.uuid4()
    free = Q(status=Step.Status.WAITING, not_before__lte=now) | Q(
        status=Step.Status.RUNNING, leased_until__lt=now
    )
    taken = Step.objects.filter(
        free, pk=step_id, request__status__in=WORKED_ON, attempts__lt=MOST_ATTEMPTS
    ).update(
        status=Step.Status.RUNNING,
        lease=token,
        leased_until=now + lease(),
        attempts=F("attempts") + 1,
        started_at=now,
    )
    if not taken:
        return None
    step = Step.objects.select_related("request__person").get(pk=step_id)
    return Claim(step, token, now + lease())


def require_held(request: SubjectRequest, held: Claim) -> Step:
    """Return the step, locked, if the claim still holds and its locked request is worked on.

    Raises:
        LeaseLost: somebody else has it, or the request was closed.
    """
    step = request.steps.select_for_update().filter(pk=held.step.pk, lease=held.token).first()
    if step is None or request.status not in WORKED_ON:
        raise LeaseLost(f"step {held.step.pk}")
    return step


@transaction.atomic
def settle(held: Claim, outcome: Step.Outcome, effect: Effect | None = None, **fields: Any) -> None:
    """Finish the step, with its effect, and drive its request on.

    Raises:
        LeaseLost: the step is no longer ours, or its request has been closed; nothing is written.
    """
    request = lock(held.step.request_id)
    step = require_held(request, held)
    if effect is not None:
        effect(request, step)
    _finish(request, step, outcome, **fields)


@transaction.atomic
def fail(held: Claim, cause: Cause, *, final: bool = False) -> None:
    """Put a failure on record: try again later, or after the last attempt say it failed.

    ``final``: there is no point in another attempt.

    Raises:
        LeaseLost: the step is no longer ours.
    """
    request = lock(held.step.request_id)
    step = require_held(request, held)
    step.failures += 1
    waits: list[int] = settings.STEP_BACKOFF_SECONDS
    if final or step.failures > len(waits):
        _finish(request, step, Step.Outcome.FAILED, cause=cause, failures=step.failures)
        return
    again = timezone.now() + timedelta(seconds=waits[step.failures - 1])
    step.status, step.lease, step.leased_until = Step.Status.WAITING, None, None
    step.not_before, step.cause, step.next_action = again, cause, NextAction.WAIT
    step.save()


@transaction.atomic
def postpone(held: Claim, awaits: Awaited, until: datetime) -> None:
    """Lay the step aside until somebody outside has answered; that is no attempt and no failure.

    Raises:
        LeaseLost: the step is no longer ours.
    """
    request = lock(held.step.request_id)
    step = require_held(request, held)
    step.status, step.lease, step.leased_until = Step.Status.WAITING, None, None
    step.attempts, step.awaits, step.not_before = 0, awaits, until
    # The answer may have come between the asking and this: nobody would wake the step any more.
    # Who brings an answer holds the lock of the step, too (dsar.actions.outside.accept).
    if OutsideTask.objects.filter(step=step).exclude(verdict="").exists():
        step.not_before = step.queued_at = timezone.now()
        enqueue(engine.RUN, step.pk)
    step.save()


@transaction.atomic
def wake(step_id: int) -> None:
    """Take a step that was laid aside up again now: what it waits for is there."""
    now = timezone.now()
    asleep = Step.objects.filter(pk=step_id, status=Step.Status.WAITING)
    if asleep.update(not_before=now, queued_at=now):
        enqueue(engine.RUN, step_id)


def sweep() -> int:
    """Queue what is due and not in anybody's hands; return how many steps were queued.

    That is: a step whose worker died (its lease ran out), one that waits for its next attempt, and
    one whose job was lost.
    """
    now = timezone.now()
    # A job that is not in the queue any more died with its worker.
    stale = now - (1 if queue_is_empty() else REQUEUE_AFTER_LEASES) * lease()
    due = Q(status=Step.Status.WAITING, not_before__lte=now) & (
        Q(queued_at__lt=F("not_before")) | Q(queued_at__lt=stale)
    )
    dead = Q(status=Step.Status.RUNNING, leased_until__lt=now) & (
        Q(queued_at__lt=F("leased_until")) | Q(queued_at__lt=stale)
    )
    left = Step.objects.filter(due | dead, request__status__in=WORKED_ON)
    for step in left.filter(attempts__gte=MOST_ATTEMPTS)[:SWEPT_AT_ONCE]:
        _give_up(step)
    with transaction.atomic():
        rows = left.filter(attempts__lt=MOST_ATTEMPTS).order_by("not_before")
        ids = [
            row.pk for row in rows.select_for_update(of=("self",), skip_locked=True)[:SWEPT_AT_ONCE]
        ]
        Step.objects.filter(pk__in=ids).update(queued_at=now)
        for pk in ids:
            enqueue(engine.RUN, pk)
    return len(ids)


@transaction.atomic
def _give_up(step: Step) -> None:
    """Say that a step failed because its workers died too often."""
    request = lock(step.request_id)
    step = request.steps.select_for_update().get(pk=step.pk)
    if step.status != Step.Status.FINISHED and request.status in WORKED_ON:
        _finish(request, step, Step.Outcome.FAILED, cause=Cause.LOST)


def _finish(
    request: SubjectRequest,
    step: Step,
    outcome: Step.Outcome,
    *,
    cause: Cause | str = "",
    **fields: Any,
) -> None:
    """Write the end of a locked step and its line of the timeline, and drive the request on."""
    step.status, step.outcome = Step.Status.FINISHED, outcome
    step.lease, step.leased_until, step.finished_at = None, None, timezone.now()
    step.awaits = ""
    step.cause, step.next_action = cause, NEXT_ACTION[Cause(cause)] if cause else ""
    for name, value in fields.items():
        setattr(step, name, value)
    step.save()
    data = {"kind": step.kind, "source": step.source, "outcome": outcome, "cause": cause}
    note(request, Code.STEP_FINISHED, by=None, **data, records=step.records, files=step.files)
    engine.advance(request)
