"""Ends that are no answer: asked twice, no request at all, not ours to decide about."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from dsar import letters, rules, states
from dsar.actions import engine, proofs
from dsar.actions.lifecycle import Code, lock, move
from dsar.models import SubjectRequest
from dsar.models.requests import Channel, Identity
from dsar.states import Status
from portal.lib.errors import DomainError


class NotTheSame(DomainError):
    """Only a request of the same person for the same thing can be a duplicate."""

    code = "not_the_same"


class NotSpam(DomainError):
    """The person has shown that it is theirs: they are owed an answer (art. 12(4))."""

    code = "not_spam"


def may_close_as_duplicate(request: SubjectRequest, of: SubjectRequest, by: User) -> None:
    """Staff say that a request repeats another one of the same person and kind.

    The other one is not itself closed as a duplicate, spam or unconfirmed: it has, or gets, an
    answer.
    """
    rules.staff_of_another(request, by)
    states.require(Status(request.status), Status.DUPLICATE)
    rules.nothing_carried_out(request)
    same = (of.person_id, of.kind) == (request.person_id, request.kind)
    if of.pk == request.pk or not same:
        raise NotTheSame(_("Only a request of the same person for the same thing can be repeated."))
    if of.status in (Status.DUPLICATE, Status.SPAM, Status.UNIDENTIFIED, Status.WITHDRAWN):
        raise NotTheSame(_("The other request gets no answer, so it cannot answer this one."))


def may_close_as_spam(request: SubjectRequest, by: User) -> None:
    """Staff say that something is no request about data; never what the person has confirmed."""
    rules.staff_of_another(request, by)
    states.require(Status(request.status), Status.SPAM)
    rules.nothing_carried_out(request)
    if request.identity == Identity.PROVEN or request.channel == Channel.PORTAL:
        raise NotSpam(_("The person has confirmed this request: refuse it, with its ground."))


def may_forward(request: SubjectRequest, by: User) -> None:
    """Staff pass a request on to the controller for whom we only process (art. 28(3)(e))."""
    rules.staff_of_another(request, by)
    states.require(Status(request.status), Status.FORWARDED)
    rules.nothing_carried_out(request)


@transaction.atomic
def close_as_duplicate(request: SubjectRequest, of: SubjectRequest, *, by: User) -> SubjectRequest:
    """Close a request as a repetition of another, and tell the person which one is answered.

    Raises:
        NotTheSame: it is no repetition of that one.
        IllegalMove, AlreadyCarriedOut, StaffOnly, NotYourOwn: see ``rules``.
    """
    request = lock(request)
    may_close_as_duplicate(request, of, by)
    request.duplicate_of = of
    move(request, Status.DUPLICATE, code=Code.DUPLICATE, by=by, of=of.reference)
    _end(request, by)
    letters.duplicate(request)
    return request


@transaction.atomic
def close_as_spam(request: SubjectRequest, *, by: User) -> SubjectRequest:
    """Close what is no request about data. Nobody is written to; a reply opens it again.

    Raises:
        NotSpam: the person has confirmed it.
        IllegalMove, AlreadyCarriedOut, StaffOnly, NotYourOwn: see ``rules``.
    """
    request = lock(request)
    may_close_as_spam(request, by)
    move(request, Status.SPAM, code=Code.SPAM, by=by)
    _end(request, by)
    return request


@transaction.atomic
def forward_to_controller(
    request: SubjectRequest, *, by: User, controller: str, note: str
) -> SubjectRequest:
    """Close a request that somebody else has to answer, and tell the person who.

    ``controller`` is their name and how to reach them; ``note`` what we pass on and still answer
    ourselves. The person reads both.

    Raises:
        EvidenceMissing: the person is owed who decides, and what happens now.
        IllegalMove, AlreadyCarriedOut, StaffOnly, NotYourOwn: see ``rules``.
    """
    request = lock(request)
    may_forward(request, by)
    if not controller.strip() or not note.strip():
        raise rules.EvidenceMissing(_("Say who decides about the data, and what happens now."))
    request.resolution = f"{controller.strip()}\n\n{note.strip()}"
    move(request, Status.FORWARDED, code=Code.FORWARDED, by=by)
    _end(request, by)
    letters.forwarded(request, controller.strip())
    return request


def _end(request: SubjectRequest, by: User) -> None:
    """Let go of what was collected or sent for a request that gets no answer of its own."""
    engine.discard_parts(request)
    proofs.destroy(request, by=by)
    request.confirmations.filter(used_at=None).update(used_at=timezone.now())
