"""The rules of requests. An action calls its rule; a page asks all of them (``dsar.allowed``)."""

from collections.abc import Callable
from datetime import date

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from dsar import reckoning, states
from dsar.deadlines import NONE
from dsar.kinds import nature
from dsar.models import RequestEvent, Step, SubjectRequest
from dsar.models.requests import Kind
from dsar.redaction import rules as redaction
from dsar.states import Status
from portal.lib.errors import DomainError


class AlreadyOpen(DomainError):
    """The person has an open request of this kind; ``request`` is it."""

    code = "already_open"

    def __init__(self, request: SubjectRequest) -> None:
        super().__init__(
            _("A request of this kind is already open: %(reference)s.")
            % {"reference": request.reference}
        )
        self.request = request


class NotYours(DomainError):
    """Only the person may do this."""

    code = "not_yours"


class NotYourOwn(DomainError):
    """Staff do not decide on their own requests."""

    code = "not_your_own"


class StaffOnly(DomainError):
    """Only support or the DPO may do this."""

    code = "staff_only"


class SameHand(DomainError):
    """Who decided the first request does not decide about its appeal."""

    code = "same_hand"


class AlreadyExtended(DomainError):
    """Art. 12(3) knows one extension."""

    code = "already_extended"


class NothingToExtend(DomainError):
    """The law gives no more time for this."""

    code = "nothing_to_extend"


class TooLateToExtend(DomainError):
    """The person must hear of it within the first month, or the law's other first time."""

    code = "too_late_to_extend"


class AlreadyCarriedOut(DomainError):
    """Something has been erased: that cannot be taken back or called refused."""

    code = "already_carried_out"


class HasGaps(DomainError):
    """A source failed; answering without it has to be said."""

    code = "has_gaps"


class CopyFirst(DomainError):
    """The person also asked for a copy: what it is to hold must not be erased before."""

    code = "copy_first"


class BeingErased(DomainError):
    """The person's erasure is being carried out: there will be nobody to answer."""

    code = "being_erased"


class NothingToRetry(DomainError):
    """The step did not fail."""

    code = "nothing_to_retry"


class EvidenceMissing(DomainError):
    """The controller bears the burden of proof (art. 12(5))."""

    code = "evidence_missing"


class Closed(DomainError):
    """The request has been answered, refused or withdrawn."""

    code = "closed"


# Without these there is no answer at all, so no gap to accept.
ESSENTIAL = frozenset({Step.Kind.SCREEN, Step.Kind.PACKAGE, Step.Kind.CERTIFICATE})


def staff_of_another(request: SubjectRequest, by: User) -> None:
    """Let support and the DPO pass, but not for a request of their own."""
    if not by.is_support:
        raise StaffOnly(_("Only support or the data protection officer may do this."))
    if by.pk == request.person_id:
        raise NotYourOwn(_("This is your own request: a colleague has to work on it."))


def of_another_hand(request: SubjectRequest, by: User) -> None:
    """Let pass who did not decide the request that this one contests, if it contests one."""
    deciding = ["approved", "refused", "resolved", "second_asked", "second_agreed"]
    first = request.parent
    if first is not None and first.events.filter(by=by, code__in=deciding).exists():
        raise SameHand(_("You decided the first request: a colleague has to look at the appeal."))


def still_open(request: SubjectRequest) -> None:
    """Let a request that waits for its answer pass."""
    if not request.is_open:
        raise Closed(_("This request is closed."))


def nothing_carried_out(request: SubjectRequest) -> None:
    """Let pass a request none of whose decisions has been carried out."""
    if request.items.filter(done_at__isnull=False).exists():
        raise AlreadyCarriedOut(_("Some of your data has already been erased."))


def gaps(request: SubjectRequest) -> list[Step]:
    """Return the steps that failed or that their source declined (invariant 8)."""
    return [step for step in request.steps.all() if step.is_gap]


def unseen_gaps(request: SubjectRequest) -> list[Step]:
    """Return the gaps that nobody has yet allowed the answer to go out with."""
    return [step for step in gaps(request) if step.accepted_at is None]


def may_take(request: SubjectRequest, by: User, today: date) -> None:
    """Support takes an open request up."""
    staff_of_another(request, by)
    still_open(request)


def searched_since_reopened(request: SubjectRequest) -> bool:
    """Whether every source was asked again after the last reply that reopened the request."""
    codes = [RequestEvent.Code.REOPENED, RequestEvent.Code.STARTED]
    last = request.events.filter(code__in=codes).order_by("-id").values_list("code", flat=True)
    return last.first() == RequestEvent.Code.STARTED


def may_start(request: SubjectRequest, by: User, today: date) -> None:
    """Support starts what did not come by a signed-in session."""
    staff_of_another(request, by)
    states.require(Status(request.status), Status.SEARCHING)
    if request.status != Status.RECEIVED:
        raise states.IllegalMove(_("The search has already begun."))


def copy_comes_first(request: SubjectRequest) -> bool:
    """Whether the person also asked for a copy of what this request erases."""
    copies = request.person.subject_requests.open().filter(kind__in=[Kind.ACCESS, Kind.PORTABILITY])
    # What others may have filed in their name, and they never confirmed, holds nothing up.
    copies = copies.exclude(status=Status.IDENTITY, identity_doubt="")
    return request.kind == Kind.ERASURE and copies.exists()


def may_approve(request: SubjectRequest, by: User, today: date) -> None:
    """Support approves what is ready for review."""
    staff_of_another(request, by)
    if request.status != Status.REVIEW:
        raise states.IllegalMove(_("This request is not ready for review."))
    if not nature(request).searches:
        raise states.IllegalMove(_("Decide, and say why in words."))
    if copy_comes_first(request):
        raise CopyFirst(_("This person also asked for a copy, which has to be answered first."))
    if request.reopened_on is not None and not searched_since_reopened(request):
        raise states.IllegalMove(_("Answered before: search again, or answer in words."))
    if any(step.kind in ESSENTIAL for step in unseen_gaps(request)):
        raise HasGaps(_("The answer itself could not be made: try that step again."))
    redaction.all_decided(request)


def may_open(request: SubjectRequest, by: User | None) -> None:
    """The person, or support for them, opens a request; not while they are being erased.

    ``by`` is None where nobody has proven yet to be the person.
    """
    if by is not None and by.pk != request.person_id:
        staff_of_another(request, by)
    erasures = request.person.subject_requests.filter(kind=Kind.ERASURE)
    carried_out = erasures.filter(items__done_at__isnull=False)
    if request.person.erased_at is not None or carried_out.exists():
        raise BeingErased(_("Your data is being erased: there is nothing left to ask for."))


def may_refuse(request: SubjectRequest, by: User, today: date) -> None:
    """Support refuses, with ground and evidence, while nothing has been erased."""
    staff_of_another(request, by)
    of_another_hand(request, by)
    states.require(Status(request.status), Status.REFUSED)
    nothing_carried_out(request)


def may_withdraw(request: SubjectRequest, by: User, today: date) -> None:
    """The person takes the request back while nothing has been erased."""
    if by.pk != request.person_id:
        raise NotYours(_("Only the person who made the request can withdraw it."))
    states.require(Status(request.status), Status.WITHDRAWN)
    nothing_carried_out(request)


def may_extend(request: SubjectRequest, by: User, today: date) -> None:
    """Support takes more time once, inside the first, where the law gives any (art. 12(3))."""
    staff_of_another(request, by)
    still_open(request)
    if request.law.extends(reckoning.asked_of(request.kind)) == NONE:
        raise NothingToExtend(_("The law gives no more time for this kind of request."))
    if request.extended_at is not None:
        raise AlreadyExtended(_("This request has already been given more time."))
    if today > request.due_on:
        raise TooLateToExtend(_("The person must hear of more time before the first time is over."))


def may_write(request: SubjectRequest, by: User, today: date) -> None:
    """The person and staff write to each other; after an erasure there is nobody to write to."""
    if by.pk != request.person_id:
        staff_of_another(request, by)
    if request.person.erased_at is not None:
        raise Closed(_("The account has been erased: a message would reach nobody."))


Rule = Callable[[SubjectRequest, User, date], None]


def needs_review(request: SubjectRequest, *, always: bool) -> bool:
    """Return whether a person must look before the answer goes out.

    An erasure always; a copy when a source failed or declined, when data of others was found in it,
    or the operator wants it always.
    """
    if request.kind == Kind.ERASURE or always:
        return True
    unseen = unseen_gaps(request) or redaction.undecided(request)
    return bool(unseen) or redaction.second_person_missing(request)
