"""What support and the DPO do: take, approve, extend, refuse, ask a source again."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from dsar import letters, reckoning, rules, rules_desk, staff_mail
from dsar.actions import engine, grace, restriction
from dsar.actions.lifecycle import Code, lock, move, note
from dsar.grounds import ExtensionReason, RefusalGround
from dsar.models import Approval, Step, SubjectRequest
from dsar.states import Status


@transaction.atomic
def take(request: SubjectRequest, *, by: User) -> SubjectRequest:
    """Make the request one's own work; taking it from a colleague is allowed and seen."""
    request = lock(request)
    rules.may_take(request, by, timezone.localdate())
    if request.assignee_id != by.pk:
        note(request, Code.TAKEN, by=by)
        request.assignee = by
        request.save(update_fields=["assignee"])
    return request


@transaction.atomic
def assign(request: SubjectRequest, *, by: User, to: User) -> SubjectRequest:
    """Give the request to a colleague, who is told by mail; to oneself it is :func:`take`.

    Raises:
        StaffOnly, NotYourOwn: the colleague may not work on it.
        Closed: it has been answered, refused or withdrawn.
    """
    if to.pk == by.pk:
        return take(request, by=by)
    request = lock(request)
    rules_desk.may_assign(request, by, timezone.localdate())
    rules.staff_of_another(request, to)
    if request.assignee_id != to.pk:
        event = note(request, Code.ASSIGNED, by=by, to=to.pk)
        request.assignee = to
        request.save(update_fields=["assignee"])
        staff_mail.announce_assignment(request, event.pk)
    return request


@transaction.atomic
def release(request: SubjectRequest, *, by: User) -> SubjectRequest:
    """Give the request back to the queue."""
    request = lock(request)
    rules.may_take(request, by, timezone.localdate())
    if request.assignee_id is not None:
        note(request, Code.RELEASED, by=by)
        request.assignee = None
        request.save(update_fields=["assignee"])
    return request


@transaction.atomic
def approve(request: SubjectRequest, *, by: User, accept_gaps: bool = False) -> SubjectRequest:
    """Approve the search (access) or the plan (erasure): the worker carries it out.

    An erasure can still be taken back for a while (``dsar.actions.grace``).

    Raises:
        HasGaps: a source failed and ``accept_gaps`` does not say that the answer shall name it.
        IllegalMove: it is not ready for review.
    """
    request = lock(request)
    rules.may_approve(request, by, timezone.localdate())
    missing = rules.unseen_gaps(request)
    if missing and not accept_gaps:
        raise rules.HasGaps(_("A source failed. Ask it again, or say that the answer has gaps."))
    request.approved_by, request.approved_at = by, timezone.now()
    request.steps.filter(pk__in=[step.pk for step in missing]).update(accepted_at=timezone.now())
    sources = [step.source for step in missing]
    return grace.begin(request, by=by, gaps=sources)


@transaction.atomic
def extend(
    request: SubjectRequest,
    *,
    by: User,
    reason: ExtensionReason,
    note_to_person: str,
    second: Approval | None = None,
) -> SubjectRequest:
    """Take the more time that the law gives, counted from receipt, and tell the person why.

    Raises:
        NothingToExtend: the law gives no more time for this.
        TooLateToExtend: the first month, or the law's other first time, is over.
        AlreadyExtended: it has been done before.
        EvidenceMissing: the person is owed the reason in words.
        SecondPersonNeeded: nobody else has agreed (see ``actions.approvals``).
    """
    request = lock(request)
    rules.may_extend(request, by, timezone.localdate())
    rules_desk.second_person(request, Approval.Act.EXTEND, second)
    if not note_to_person.strip():
        raise rules.EvidenceMissing(_("Say in a sentence why more time is needed."))
    request.extended_at, request.extension_reason = timezone.now(), reason
    request.extension_note = note_to_person.strip()
    old = request.due_on
    request.due_on = reckoning.dates(request, reckoning.office_today()).due_on
    request.save()
    dates = {"old_due_on": old.isoformat(), "due_on": request.due_on.isoformat()}
    note(request, Code.EXTENDED, by=by, reason=reason, **dates)
    letters.announce_extension(request)
    return request


@transaction.atomic
def refuse(
    request: SubjectRequest,
    *,
    by: User,
    ground: RefusalGround,
    evidence: str,
    second: Approval | None = None,
) -> SubjectRequest:
    """Refuse, with the ground, what shows it, and where to complain (art. 12(4)).

    Raises:
        EvidenceMissing: the controller bears the burden of proof (art. 12(5)).
        AlreadyCarriedOut: something has been erased.
        IllegalMove: it is closed or being carried out.
        SecondPersonNeeded: nobody else has agreed (see ``actions.approvals``).
    """
    request = lock(request)
    rules.may_refuse(request, by, timezone.localdate())
    rules_desk.second_person(request, Approval.Act.REFUSE, second)
    if not evidence.strip():
        raise rules.EvidenceMissing(_("A refusal needs what shows its ground, in words."))
    request.refusal_ground, request.refusal_evidence = ground, evidence.strip()
    move(request, Status.REFUSED, code=Code.REFUSED, by=by, ground=ground)
    restriction.end_with(request, by=by)
    engine.discard_parts(request)
    letters.explain_refusal(request)
    return request


@transaction.atomic
def retry(step: Step, *, by: User) -> Step:
    """Ask again a source that failed or gave too little, from the first attempt.

    Raises:
        NothingToRetry: the step did not fail.
        Closed: the request has been closed.
        IllegalMove: what is searched for now would come too late for the answer.
    """
    request = lock(step.request_id)
    rules.staff_of_another(request, by)
    rules.still_open(request)
    step = request.steps.select_for_update().get(pk=step.pk)
    if not step.is_gap:
        raise rules.NothingToRetry(_("This step has not failed."))
    rules_desk.in_time_to_retry(request, step)
    engine.requeue(request, step, by=by)
    return step
