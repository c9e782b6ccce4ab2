"""Answering in words what a person decides: corrections, pauses, objections, reviews, appeals."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from dsar import letters, rules, rules_kinds
from dsar.actions.lifecycle import Code, lock, move, note
from dsar.models import SubjectRequest
from dsar.models.requests import Kind
from dsar.states import Outcome, Status
from portal.lib.errors import DomainError

# What an answer may amount to. A first decision can only be confirmed where there was one.
DONE = (Outcome.FULFILLED, Outcome.PARTLY)
CHECKED = (Outcome.CONFIRMED, Outcome.FULFILLED, Outcome.PARTLY)
OUTCOMES: dict[Kind, tuple[Outcome, ...]] = {
    Kind.HUMAN_REVIEW: CHECKED,
    Kind.APPEAL: CHECKED,
}
# Of a request that was searched for and reopened by a reply.
REOPENED = (*DONE, Outcome.WITH_GAPS, Outcome.NOTHING_FOUND)


class WrongOutcome(DomainError):
    """This kind of request cannot end so."""

    code = "wrong_outcome"


def outcomes(request: SubjectRequest) -> tuple[Outcome, ...]:
    """Return what an answer in words to this request may amount to."""
    usual = OUTCOMES.get(Kind(request.kind), DONE)
    if request.reopened_on is None or request.kind in OUTCOMES:
        return usual
    # Never "done" while a source failed or declined (invariant 8), or what was to go is not proven
    # gone (invariant 9).
    if rules.gaps(request) or request.items.filter(proven_at=None).exists():
        return (Outcome.WITH_GAPS,)
    return REOPENED if _was_made(request) else (Outcome.PARTLY, Outcome.WITH_GAPS)


def _was_made(request: SubjectRequest) -> bool:
    """Whether the copy, or the erasure with its certificate, was once made."""
    return hasattr(request, "package") or hasattr(request, "certificate")


@transaction.atomic
def resolve(request: SubjectRequest, *, by: User, outcome: Outcome, text: str) -> SubjectRequest:
    """Answer a request in words: what was done and why. The person gets them by letter and page.

    Raises:
        EvidenceMissing: the person is owed the reasons in words.
        WrongOutcome: this kind cannot end so, or gaps would be hidden (invariant 8).
        SameHand: who decided the first request decides about its appeal.
        StaffOnly, NotYourOwn: ``by`` may not answer it.
        IllegalMove: it is not under review.
    """
    request = answer(request, by=by, outcome=outcome, text=text)
    letters.resolved(request)
    return request


def answer(request: SubjectRequest, *, by: User, outcome: Outcome, text: str) -> SubjectRequest:
    """Lock, check and answer a request without its letter; for :func:`resolve` and its kin."""
    request = lock(request)
    rules_kinds.may_resolve(request, by, timezone.localdate())
    if not text.strip():
        raise rules.EvidenceMissing(_("Say in words what was done, and why."))
    if outcome not in outcomes(request):
        raise WrongOutcome(_("A request of this kind cannot be answered like this."))
    request.resolution, request.outcome = text.strip(), outcome
    request.approved_by, request.approved_at = by, timezone.now()
    note(request, Code.RESOLVED, by=by, outcome=outcome)
    return move(request, Status.ANSWERED, code=Code.ANSWERED, by=by, outcome=outcome)
