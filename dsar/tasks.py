"""Jobs of the requests: the worker may run each more often than once; its effect counts once."""

import logging
from collections.abc import Callable
from datetime import timedelta

from django.core.files.storage import default_storage
from django.utils import timezone

from dsar import certificates, enclosures, erasure, packages, parts, searching
from dsar.actions import downloads, outside, restriction, steps
from dsar.grounds import Cause
from dsar.models import Package, Step
from dsar.redaction import screening
from dsar.sources.base import Declined, Pending, SourceError, place_of, source_of
from dsar.sources.sql import trails

log = logging.getLogger(__name__)

WORK: dict[str, Callable[[steps.Claim], None]] = {
    Step.Kind.COLLECT: searching.collect,
    Step.Kind.SCREEN: screening.screen,
    Step.Kind.PACKAGE: packages.build,
    Step.Kind.PLAN: searching.plan,
    Step.Kind.ERASE: erasure.carry_out,
    Step.Kind.PROVE: erasure.prove,
    Step.Kind.CERTIFICATE: certificates.issue,
}
# A file that no row names is left over from a worker that died; a younger one may be in the making.
LEFT_OVER_AFTER = timedelta(days=1)


def run_step(step_id: int) -> None:
    """Do one step, if it is due and nobody else is at it."""
    held = steps.claim(step_id)
    if held is None:
        return
    try:
        _make_ready(held)
        WORK[held.step.kind](held)
    except steps.LeaseLost:
        log.warning("step %s: the lease was lost, somebody else has it", step_id)
    except Pending as pending:
        _asleep(held, pending)
    except Declined as declined:
        _settled_without(held, declined)
    except SourceError as error:
        _failed(held, error.cause, final=error.final)
    # A source is foreign code. Whatever it raises, its step must say so, for the request to go on
    # and staff to see it; only here and where things end (dsar.erasure) is everything caught.
    except Exception as error:  # noqa: BLE001
        log.error("step %s: %s", step_id, place_of(error))
        _failed(held, Cause.UNEXPECTED)


def sweep() -> None:
    """Every minute: queue the steps that wait, and those whose worker died."""
    steps.sweep()


def end_what_is_due() -> int:
    """Every night: erase what was kept until today; return how many things ended."""
    return erasure.end_what_is_due(timezone.localdate())


def expire_packages() -> int:
    """Every hour: destroy the copies whose time is over, remind of those whose is nearly.

    Returns how many were destroyed.
    """
    destroyed = downloads.expire(timezone.now())
    downloads.remind(timezone.now())
    return destroyed


def mind_pauses() -> None:
    """Every five minutes: end the pauses whose announced day has come, and pause what came in since
    somebody paused everything."""
    restriction.lift_due(timezone.now())
    restriction.pause_new_documents()


def tidy() -> int:
    """Every night: delete sealed files that no row names, left by workers that died; and keys of
    rows outside that no open request and nothing kept needs. Return how many files there were."""
    trails.tidy()
    named = set(Step.objects.exclude(part="").values_list("part", flat=True))
    suffixed = {name + suffix for name in named for suffix in (parts.ROWS, parts.FILES)}
    gone = _tidy(parts.FOLDER, suffixed)
    kept = Package.objects.filter(destroyed_at=None).values_list("name", flat=True)
    gone += _tidy(packages.FOLDER, set(kept))
    gone += _tidy(enclosures.FOLDER, set(enclosures.kept_names()))
    return gone + _tidy(outside.FOLDER, outside.kept_names())


def _make_ready(held: steps.Claim) -> None:
    """Ask outside for what the step needs; not to erase what a hold keeps by now."""
    if held.step.kind == Step.Kind.ERASE:
        erasure.heed_hold(held)
    if held.step.source:
        source_of(held.step.source).ready(held.step)


def _asleep(held: steps.Claim, pending: Pending) -> None:
    try:
        steps.postpone(held, pending.awaits, pending.until)
    except steps.LeaseLost:
        log.warning("step %s: the lease was lost before it was laid aside", held.step.pk)


def _settled_without(held: steps.Claim, declined: Declined) -> None:
    try:
        steps.settle(held, Step.Outcome.EXCEPTION, cause=declined.cause)
    except steps.LeaseLost:
        log.warning("step %s: the lease was lost before its end was written", held.step.pk)


def _failed(held: steps.Claim, cause: Cause, *, final: bool = False) -> None:
    try:
        steps.fail(held, cause, final=final)
    except steps.LeaseLost:
        log.warning("step %s: the lease was lost before its failure was written", held.step.pk)


def _tidy(folder: str, named: set[str]) -> int:
    """Delete what lies two levels below a folder, is old, and has no row; return how many."""
    before, gone = timezone.now() - LEFT_OVER_AFTER, 0
    for request in _listdir(folder)[0]:
        for file in _listdir(f"{folder}/{request}")[1]:
            name = f"{folder}/{request}/{file}"
            if name not in named and default_storage.get_modified_time(name) < before:
                default_storage.delete(name)
                gone += 1
    return gone


def _listdir(path: str) -> tuple[list[str], list[str]]:
    try:
        return default_storage.listdir(path)
    except FileNotFoundError:
        return [], []
