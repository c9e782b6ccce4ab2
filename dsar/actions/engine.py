"""What drives a request on: which steps it needs next, and what their end means for it.

Every function here is called with the request locked, inside the transaction that finishes a step
or takes a decision: a request and its steps can never tell different stories.
"""

from collections.abc import Iterable
from functools import partial

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from dsar import letters, office, parts, rules
from dsar.actions import objections, restriction
from dsar.actions.lifecycle import Code, move, note
from dsar.kinds import nature
from dsar.models import Step, SubjectRequest
from dsar.models.requests import Kind
from dsar.redaction import rules as redaction
from dsar.sources.base import registered
from dsar.states import Outcome, Status
from portal.lib.tasks import enqueue

RUN = "dsar.tasks.run_step"
COPIES = frozenset({Kind.ACCESS, Kind.PORTABILITY})
AT_ONCE = {Kind.OBJECTION: objections.obey, Kind.RESTRICTION: restriction.pause_use}


def begin(request: SubjectRequest, *, by: User | None) -> SubjectRequest:
    """Begin the search: one step for each source, all at once.

    What a person decides, with nothing to search for, goes to review instead; an objection and a
    pause take effect at once.
    """
    if at_once := AT_ONCE.get(Kind(request.kind)):
        return at_once(request, by=by)
    first = nature(request).first
    if first is None:
        return move(request, Status.REVIEW, code=Code.REVIEWABLE, by=by)
    move(request, Status.SEARCHING, code=Code.STARTED, by=by)
    add_steps(request, first, registered())
    return request


def add_steps(request: SubjectRequest, kind: Step.Kind, sources: Iterable[str]) -> None:
    """Add the steps of one kind, and queue them; a step that exists is left alone."""
    now, position = timezone.now(), request.steps.count()
    for offset, source in enumerate(sources):
        step, is_new = Step.objects.get_or_create(
            request=request,
            kind=kind,
            source=source,
            defaults={"position": position + offset, "not_before": now, "queued_at": now},
        )
        if is_new:
            enqueue(RUN, step.pk)


def advance(request: SubjectRequest) -> SubjectRequest:
    """Take the request as far as its finished steps allow; while one is under way, nowhere."""
    if request.steps.exclude(status=Step.Status.FINISHED).exists():
        return request
    if request.status == Status.SEARCHING:
        return _after_search(request)
    if request.status == Status.PREPARING:
        return _prepare(request)
    return request


def requeue(request: SubjectRequest, step: Step, *, by: User) -> None:
    """Put a failed step back to the start, and the request back to where that work is done."""
    searching = step.kind in (Step.Kind.COLLECT, Step.Kind.SCREEN, Step.Kind.PLAN)
    if step.kind == Step.Kind.COLLECT:
        redaction.forget(step)
    data = {"kind": step.kind, "source": step.source}
    if request.status == Status.REVIEW:
        back = Status.SEARCHING if searching else Status.PREPARING
        move(request, back, code=Code.STEP_RETRIED, by=by, **data)
    else:
        note(request, Code.STEP_RETRIED, by=by, **data)
    now = timezone.now()
    Step.objects.filter(pk=step.pk).update(
        status=Step.Status.WAITING,
        attempts=0,
        failures=0,
        not_before=now,
        queued_at=now,
        finished_at=None,
        outcome="",
        cause="",
        next_action="",
        accepted_at=None,
    )
    enqueue(RUN, step.pk)


def discard_parts(request: SubjectRequest) -> None:
    """Forget what was collected, key first: without it the sealed parts are noise."""
    held = request.steps.exclude(part="")
    names = list(held.values_list("part", flat=True))
    held.update(part="", part_key=None)
    # A file left behind by a crash between commit and this is swept up by dsar.tasks.tidy.
    for name in names:
        transaction.on_commit(partial(parts.delete, name))


def _after_search(request: SubjectRequest) -> SubjectRequest:
    """Look for data of others in what was collected, if need be; then let it out or to a person."""
    screened = request.steps.filter(kind=Step.Kind.SCREEN).exists()
    if not screened and redaction.has_something_to_screen(request):
        add_steps(request, Step.Kind.SCREEN, [""])
        return request
    if rules.needs_review(request, always=office.REVIEW_EVERY_COPY.now()):
        return move(request, Status.REVIEW, code=Code.REVIEWABLE, by=None)
    move(request, Status.PREPARING, code=Code.APPROVED, by=None)
    return _prepare(request)


def _prepare(request: SubjectRequest) -> SubjectRequest:
    """Add the steps of the next phase; after the last one, answer. A failure goes to review."""
    if rules.unseen_gaps(request):
        return move(request, Status.REVIEW, code=Code.REVIEWABLE, by=None)
    for kind, sources in _phases(request):
        known = set(request.steps.filter(kind=kind).values_list("source", flat=True))
        missing = [source for source in sources if source not in known]
        if missing:
            add_steps(request, kind, missing)
            return request
    return _answer(request)


def _phases(request: SubjectRequest) -> Iterable[tuple[Step.Kind, list[str]]]:
    """Yield the phases of carrying out, in order.

    Who the person is goes last: until the rest is proven gone, their addresses are what a new
    search looks for.
    """
    if request.kind in COPIES:
        yield Step.Kind.PACKAGE, [""]
        return
    # Also where nothing was found: something may have come in since.
    planned = request.steps.filter(
        kind=Step.Kind.PLAN, outcome__in=[Step.Outcome.DONE, Step.Outcome.NOT_FOUND]
    )
    slugs_planned = set(planned.values_list("source", flat=True))
    known = registered()
    sources = [s for s in known.values() if s.slug in slugs_planned]
    # One that was taken out of the settings since cannot be asked: its step says so, as a gap.
    lost = sorted(slugs_planned - known.keys())
    for identifying in (False, True):
        slugs = [source.slug for source in sources if source.identifies is identifying]
        slugs += [] if identifying else lost
        yield Step.Kind.ERASE, slugs
        yield Step.Kind.PROVE, slugs
    yield Step.Kind.CERTIFICATE, [""]


def _answer(request: SubjectRequest) -> SubjectRequest:
    """Close the request with what its answer amounts to, and say so to the person."""
    request.outcome = _outcome(request)
    missing = sorted({step.source for step in rules.gaps(request)})
    move(
        request,
        Status.ANSWERED,
        code=Code.ANSWERED,
        by=None,
        outcome=request.outcome,
        gaps=missing,
    )
    letters.answer(request, missing)
    return request


def _outcome(request: SubjectRequest) -> Outcome:
    """Return the outcome; never "fulfilled" while a source failed or declined (invariant 8)."""
    if rules.gaps(request):
        return Outcome.WITH_GAPS
    first = request.steps.filter(kind=nature(request).first)
    if not first.exclude(outcome=Step.Outcome.NOT_FOUND).exists():
        return Outcome.NOTHING_FOUND
    return Outcome.PARTLY if redaction.withholds_a_file(request) else Outcome.FULFILLED
