"""A reply of the person opens an ended request again; and what can be done about it then."""

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from dsar import letters, rules_desk
from dsar.actions import clock, downloads, engine
from dsar.actions.lifecycle import Code, lock, move
from dsar.kinds import nature
from dsar.models import Message, Package, RequestEvent, Step, SubjectRequest
from dsar.sources.base import registered
from dsar.states import REOPENING, Status
from portal.lib.tasks import enqueue


def addressee(request: SubjectRequest) -> SubjectRequest:
    """Return the locked request that a reply to an ended one belongs to.

    Of a kind that may be open once only, that is the open one: two clocks for the same wish would
    promise two dates.
    """
    if request.status not in REOPENING or not nature(request).searches:
        return request
    same = request.person.subject_requests.open().filter(kind=request.kind)
    other = same.values_list("pk", flat=True).first()
    return lock(other) if other else request


def reopen(request: SubjectRequest, *, by: User) -> SubjectRequest:
    """Open a locked, ended request again; its clock runs anew from today.

    The end it had stays in the event as codes, and the words of a refusal among the messages: the
    person had read them.

    Raises:
        IllegalMove: it did not end in a way that a reply opens again.
    """
    ended = {"was": request.status, "outcome": request.outcome, "ground": request.refusal_ground}
    _keep_the_words(request)
    request.outcome = request.refusal_ground = request.refusal_evidence = ""
    # The extension was one of the answer that has been given; this one has time of its own.
    request.extended_at, request.extension_reason, request.extension_note = None, "", ""
    request.reopened_on = timezone.localdate(timezone=timezone.get_default_timezone())
    old = request.due_on.isoformat()
    move(request, Status.REVIEW, code=Code.REOPENED, by=by, old_due_on=old, **ended)
    clock.count_from_reply(request, by=by)
    letters.reopened(request)
    return request


@transaction.atomic
def search_again(request: SubjectRequest, *, by: User) -> SubjectRequest:
    """Ask every source again for a request that a reply has reopened.

    What was made for the first answer, and not handed over for good, is destroyed.

    Raises:
        IllegalMove: it was not reopened, or there is nothing to search for.
        AlreadyCarriedOut: something has been erased.
    """
    request = lock(request)
    rules_desk.may_search_again(request, by, timezone.localdate())
    engine.discard_parts(request)
    request.items.all().delete()
    for package in Package.objects.select_for_update().filter(request=request):
        if package.destroyed_at is None:
            downloads.destroy(package)
        package.delete()
    first = nature(request).first
    request.steps.exclude(kind=first).delete()
    move(request, Status.SEARCHING, code=Code.STARTED, by=by)
    for step in request.steps.all():
        _from_the_start(step)
    if first is not None:
        engine.add_steps(request, first, registered())
    return request


def _keep_the_words(request: SubjectRequest) -> None:
    """Keep what a refusal said, as a message from who refused."""
    refused = request.events.filter(code=RequestEvent.Code.REFUSED, by__isnull=False).last()
    if request.refusal_evidence and refused is not None and refused.by is not None:
        Message.objects.create(
            request=request,
            by=refused.by,
            from_staff=True,
            at=refused.at,
            text=request.refusal_evidence,
        )


def _from_the_start(step: Step) -> None:
    """Put a step back to its start, as if it had never been taken up."""
    now = timezone.now()
    Step.objects.filter(pk=step.pk).update(
        status=Step.Status.WAITING,
        attempts=0,
        failures=0,
        lease=None,
        leased_until=None,
        not_before=now,
        queued_at=now,
        finished_at=None,
        outcome="",
        cause="",
        next_action="",
        awaits="",
        accepted_at=None,
        records=0,
        files=0,
        tables=[],
    )
    enqueue(engine.RUN, step.pk)
