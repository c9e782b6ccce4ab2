"""How sure it is who asks: asked for by a link, confirmed, or known from a session.

Whoever has not shown that they are the person gets nothing, changes nothing and learns nothing; and
nobody is asked for more than the kind of request needs (art. 12(6), 11 GDPR; standards § 7.1).
"""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.actions import address_for
from accounts.models import User
from accounts.proven import person_for_proven_address
from dsar import agents, letters, rules
from dsar.actions import clock, engine, identity_links, proofs
from dsar.actions.lifecycle import Code, lock, move, note
from dsar.kinds import nature
from dsar.models import Note, Pause, SubjectRequest
from dsar.models.requests import Identity
from dsar.rules_identity import (
    NOT_WAITING,
    ONLY_THE_PERSON,
    WAITING,
    How,
    NothingAsked,
    waits_for_a_link,
)
from dsar.states import Status


def begin(request: SubjectRequest, *, by: User | None) -> SubjectRequest:
    """Begin the work on a locked request of which we know whose it is.

    What was searched before the question came up is not searched again.
    """
    worked_on = [Status.SEARCHING, Status.REVIEW]
    if request.events.filter(new_status__in=worked_on).exists():
        return move(request, Status.REVIEW, code=Code.REVIEWABLE, by=by)
    return engine.begin(request, by=by)


def ask(request: SubjectRequest, *, by: User | None) -> None:
    """Ask the person of a locked request, by a link to their address, whether it is theirs.

    The clock stands still as far as the law allows it.
    """
    move_to_identity(request, by=by)
    letters.ask_identity(request, identity_links.new_link(request))


def move_to_identity(request: SubjectRequest, *, by: User | None) -> None:
    """Put on record that a locked request waits for a proof of who asks."""
    clock.wait_on(request)
    request.identity, request.identity_asked_at = Identity.ASKED, timezone.now()
    move(request, Status.IDENTITY, code=Code.IDENTITY_ASKED, by=by)
    if not request.pauses.filter(answered_at=None).exists():
        clock.stop_clock(request, by=by, reason=Pause.Reason.IDENTITY)


@transaction.atomic
def prove_by_session(request: SubjectRequest, *, by: User) -> SubjectRequest:
    """Confirm one's own request from a signed-in session: that is proof enough of the address.

    Raises:
        NotYours: somebody else tries. NothingAsked: it does not wait, or waits for more.
    """
    request = lock(request)
    if by.pk != request.person_id:
        raise rules.NotYours(ONLY_THE_PERSON)
    if not waits_for_a_link(request):
        raise NothingAsked(NOT_WAITING)
    return proven(request, by=by, how="session")


def prove_for(request: SubjectRequest, *, by: User | None, how: str) -> SubjectRequest:
    """Confirm a locked request that waits for a link: ``how`` says who vouched for the person."""
    return proven(hand_to_owner(request), by=by, how=how)


@transaction.atomic
def confirm_identity(request: SubjectRequest, *, by: User, how: How, words: str) -> SubjectRequest:
    """Put on record that staff are sure who asks, and what showed it; the work goes on.

    Documents sent as proof are destroyed with it.

    Raises:
        StaffOnly, NotYourOwn: see ``rules``. NothingAsked: it does not wait for it.
        EvidenceMissing: nothing says what showed it.
    """
    request = lock(request)
    rules.staff_of_another(request, by)
    if request.status not in WAITING:
        raise NothingAsked(NOT_WAITING)
    if not words.strip():
        raise rules.EvidenceMissing(_("Say in a sentence what showed you who asks."))
    Note.objects.create(request=request, by=by, text=words.strip())
    rules.may_open(request, None)
    return proven(hand_to_owner(request), by=by, how=How(how).value)


def hand_to_owner(request: SubjectRequest) -> SubjectRequest:
    """Make a locked request of which it is known who asks that of who has the address.

    The address becomes theirs, with what lies under it: what is searched for is found by it.

    Raises:
        AlreadyOpen: they have one under way themselves.
    """
    address = address_for(request.person.email or "")
    owner = person_for_proven_address(address, language=request.language)
    if owner.pk != request.person_id:
        _no_other(request, owner)
        request.person = owner
        request.save(update_fields=["person"])
    return request


def _no_other(request: SubjectRequest, owner: User) -> None:
    others = SubjectRequest.objects.open().filter(person=owner, kind=request.kind)
    other = others.exclude(pk=request.pk).first()
    if other is not None and nature(request).searches:
        raise rules.AlreadyOpen(other)


def proven(request: SubjectRequest, *, by: User | None, how: str) -> SubjectRequest:
    """Put on record that a locked request is the person's, and go on with it."""
    rules.may_open(request, None)
    _no_other(request, request.person)
    now = timezone.now()
    request.identity, request.identity_proven_at = Identity.PROVEN, now
    request.save(update_fields=["identity", "identity_proven_at"])
    note(request, Code.IDENTITY_PROVEN, by=by, how=how)
    identity_links.end_links(request, now)
    proofs.destroy(request, by=by)
    clock.wait_on(request)
    clock.start_clock(request, by=by)
    if hasattr(request, "mandate") and request.mandate.is_claimed:
        agents.tell(request, "confirmed", unique="")
    return begin(request, by=None)
