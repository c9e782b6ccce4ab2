"""The rules of requests. An action calls its rule; a page asks all of them what is allowed now."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from dsar import states
from dsar.models import Step, SubjectRequest
from dsar.models.requests import Kind
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


class AlreadyExtended(DomainError):
    """Art. 12(3) knows one extension."""

    code = "already_extended"


class TooLateToExtend(DomainError):
    """The person must hear of it within the first month."""

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
ESSENTIAL = frozenset({Step.Kind.PACKAGE, Step.Kind.CERTIFICATE})


def staff_of_another(request: SubjectRequest, by: User) -> None:
    """Let support and the DPO pass, but not for a request of their own."""
    if not by.is_support:
        raise StaffOnly(_("Only support or the data protection officer may do this."))
    if by.pk == request.person_id:
        raise NotYourOwn(_("This is your own request: a colleague has to work on it."))


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


def may_start(request: SubjectRequest, by: User, today: date) -> None:
    """Support starts what did not come by a signed-in session."""
    staff_of_another(request, by)
    states.require(Status(request.status), Status.SEARCHING)
    if request.status != Status.RECEIVED:
        raise states.IllegalMove(_("The search has already begun."))


def may_approve(request: SubjectRequest, by: User, today: date) -> None:
    """Support approves what is ready for review."""
    staff_of_another(request, by)
    if request.status != Status.REVIEW:
        raise states.IllegalMove(_("This request is not ready for review."))
    if request.kind == Kind.ERASURE and _open_ones(request, Kind.ACCESS):
        raise CopyFirst(_("This person also asked for a copy, which has to be answered first."))
    if any(step.kind in ESSENTIAL for step in unseen_gaps(request)):
        raise HasGaps(_("The answer itself could not be made: try that step again."))


def may_open(request: SubjectRequest, by: User) -> None:
    """The person, or support for them, opens a request; not while they are being erased."""
    if by.pk != request.person_id:
        staff_of_another(request, by)
    erasures = request.person.subject_requests.filter(kind=Kind.ERASURE)
    carried_out = erasures.filter(items__done_at__isnull=False)
    if request.person.erased_at is not None or carried_out.exists():
        raise BeingErased(_("Your data is being erased: there is nothing left to ask for."))


def may_refuse(request: SubjectRequest, by: User, today: date) -> None:
    """Support refuses, with ground and evidence, while nothing has been erased."""
    staff_of_another(request, by)
    states.require(Status(request.status), Status.REFUSED)
    nothing_carried_out(request)


def may_withdraw(request: SubjectRequest, by: User, today: date) -> None:
    """The person takes the request back while nothing has been erased."""
    if by.pk != request.person_id:
        raise NotYours(_("Only the person who made the request can withdraw it."))
    states.require(Status(request.status), Status.WITHDRAWN)
    nothing_carried_out(request)


def may_extend(request: SubjectRequest, by: User, today: date) -> None:
    """Support extends once, and inside the first month (art. 12(3))."""
    staff_of_another(request, by)
    still_open(request)
    if request.extended_at is not None:
        raise AlreadyExtended(_("This request has already been given more time."))
    if today > request.due_on:
        raise TooLateToExtend(
            _("The person must hear of an extension within the first month (art. 12(3) GDPR).")
        )


def may_write(request: SubjectRequest, by: User, today: date) -> None:
    """The person and staff write to each other; after an erasure there is nobody to write to."""
    if by.pk != request.person_id:
        staff_of_another(request, by)
    if request.person.erased_at is not None:
        raise Closed(_("The account has been erased: a message would reach nobody."))


def _open_ones(request: SubjectRequest, kind: Kind) -> bool:
    return request.person.subject_requests.open().filter(kind=kind).exists()


RULES: dict[str, Callable[[SubjectRequest, User, date], None]] = {
    "take": may_take,
    "start": may_start,
    "approve": may_approve,
    "extend": may_extend,
    "refuse": may_refuse,
    "withdraw": may_withdraw,
    "write": may_write,
}


@dataclass(frozen=True)
class Verdict:
    """Whether an act is allowed now, and the sentence that says why not."""

    act: str
    allowed: bool
    why_not: str | Promise = ""


def acts(request: SubjectRequest, by: User) -> dict[str, Verdict]:
    """Return, for each act, whether ``by`` may do it now; pages grey out the others."""
    today = timezone.localdate()
    return {act: _verdict(act, rule, request, by, today) for act, rule in RULES.items()}


def _verdict(
    act: str,
    rule: Callable[[SubjectRequest, User, date], None],
    request: SubjectRequest,
    by: User,
    today: date,
) -> Verdict:
    try:
        rule(request, by, today)
    except DomainError as refusal:
        return Verdict(act, allowed=False, why_not=refusal.message)
    return Verdict(act, allowed=True)


def needs_review(request: SubjectRequest, *, always: bool) -> bool:
    """Return whether a person must look before the answer goes out.

    An erasure always; a copy when a source failed or declined, or the operator wants it always.
    """
    return request.kind == Kind.ERASURE or always or bool(unseen_gaps(request))
