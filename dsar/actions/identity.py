"""How sure it is who asks: asked for by a link, confirmed, doubted with a reason, given up.

Whoever has not shown that they are the person gets nothing, changes nothing and learns nothing; and
nobody is asked for more than the kind of request needs (art. 12(6), 11 GDPR; standards § 7.1).
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.actions import address_for
from accounts.models import User
from accounts.proven import person_for_proven_address
from dsar import enclosures, letters, office, rules
from dsar.actions import clock, engine
from dsar.actions.lifecycle import Code, lock, move, note
from dsar.kinds import Proof, nature
from dsar.models import Attachment, Confirmation, Note, Pause, SubjectRequest
from dsar.models.requests import Identity
from dsar.rules_identity import (
    NOT_WAITING,
    NOTHING_SENT,
    ONLY_THE_PERSON,
    WAITING,
    How,
    LinkEnded,
    LinkSpent,
    NoDoubt,
    NothingAsked,
    SignInFirst,
    asks_for_more_than_a_link,
    has_power_of_attorney,
    how_sure,
    needs_sign_in,
    state_of,
    waits_for_a_link,
    waits_for_proof,
)
from dsar.states import Status
from portal.lib import crypto

__all__ = [
    "NOTHING_SENT",
    "NOT_WAITING",
    "ONLY_THE_PERSON",
    "WAITING",
    "How",
    "LinkEnded",
    "LinkSpent",
    "NoDoubt",
    "NothingAsked",
    "SignInFirst",
    "ask",
    "asks_for_more_than_a_link",
    "begin",
    "by_token",
    "confirm",
    "confirm_identity",
    "deny",
    "destroy_old_proofs",
    "destroy_proofs",
    "doubt",
    "give_up",
    "hand_to_owner",
    "has_power_of_attorney",
    "how_sure",
    "move_to_identity",
    "needs_sign_in",
    "new_link",
    "proof_page",
    "prove_by_session",
    "prove_for",
    "remind",
    "send_again",
    "state_of",
    "waits_for_a_link",
    "waits_for_proof",
]

# A new link is not made sooner than this after the last one: its mail is on its way.
AGAIN_AFTER = timedelta(minutes=1)


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
    letters.ask_identity(request, new_link(request))


def move_to_identity(request: SubjectRequest, *, by: User | None) -> None:
    """Put on record that a locked request waits for a proof of who asks."""
    request.identity, request.identity_asked_at = Identity.ASKED, timezone.now()
    move(request, Status.IDENTITY, code=Code.IDENTITY_ASKED, by=by)
    if not request.pauses.filter(answered_at=None).exists():
        clock.stop_clock(request, by=by, reason=Pause.Reason.IDENTITY)


def new_link(request: SubjectRequest, *, is_reminder: bool = False) -> str:
    """Return the whole address (URL) of a new link of a locked request; older ones end."""
    now, token = timezone.now(), crypto.new_token()
    _end_links(request, now)
    Confirmation.objects.create(
        request=request,
        token_hash=crypto.hash_token(token),
        sent_at=now,
        expires_at=now + timedelta(days=office.IDENTITY_LINK_DAYS.now()),
        is_reminder=is_reminder,
    )
    return f"{settings.SITE_URL}{reverse('dsar:confirm', args=[token])}"


def by_token(token: str) -> Confirmation | None:
    """Return the link of a token, valid or not; None where we never made it."""
    links = Confirmation.objects.select_related("request__person")
    return links.filter(token_hash=crypto.hash_token(token)).first()


@transaction.atomic
def confirm(link: Confirmation, *, signed_in: User | None = None) -> SubjectRequest:
    """Confirm a request by the link, once; the work on it begins.

    ``signed_in`` is who has just proven who they are in this browser, for an erasure of an account
    that asks for more than a link.

    Raises:
        LinkSpent, LinkEnded, SignInFirst: see there.
        AlreadyOpen: the person has one under way; BeingErased: there is nothing left.
    """
    request, _link = _usable(link)
    rules.may_open(request, None)
    request.confirmations.filter(pk=link.pk).update(used_at=timezone.now())
    request = hand_to_owner(request)
    # Asked of whoever it belongs to now: they may have more to show than who it was filed for.
    if needs_sign_in(request) and (signed_in is None or signed_in.pk != request.person_id):
        raise SignInFirst(_("Sign in first: your account asks for more than a link."))
    return _proven(request, by=None, how="link")


@transaction.atomic
def deny(link: Confirmation) -> SubjectRequest:
    """Close a request of which the owner of the address says that it is not theirs.

    Raises:
        LinkSpent, LinkEnded: see there.
    """
    request, _link = _usable(link)
    request.confirmations.filter(pk=link.pk).update(used_at=timezone.now())
    if request.status == Status.IDENTITY:
        _give_up(request, denied=True)
    return request


@transaction.atomic
def send_again(link: Confirmation) -> None:
    """Send a new link to the person, and to nobody else, when this one has ended.

    Raises:
        LinkSpent: the request does not wait for it any more.
    """
    request = lock(link.request_id)
    if link.used_at is not None or not waits_for_a_link(request):
        raise LinkSpent(_("This request does not wait for a confirmation any more."))
    newest = request.confirmations.order_by("-pk").first()
    now = timezone.now()
    if newest is not None and now - newest.sent_at < AGAIN_AFTER:
        return
    request.identity_asked_at = now
    request.save(update_fields=["identity_asked_at"])
    letters.ask_identity(request, new_link(request))


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
    return _proven(request, by=by, how="session")


def prove_for(request: SubjectRequest, *, by: User | None, how: str) -> SubjectRequest:
    """Confirm a locked request that waits for a link: ``how`` says who vouched for the person."""
    return _proven(hand_to_owner(request), by=by, how=how)


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
    return _proven(hand_to_owner(request), by=by, how=How(how).value)


@transaction.atomic
def doubt(request: SubjectRequest, *, by: User, reason: str) -> SubjectRequest:
    """Ask for more, because of a doubt with its reason, in words that the person reads.

    Raises:
        NoDoubt: no reason; or nothing may be asked: an objection (art. 21; CCPA § 7060(b)), or a
            power of attorney was shown (CCPA § 7063(b)).
        IllegalMove: the request is not received or under review.
    """
    request = lock(request)
    rules.staff_of_another(request, by)
    if nature(request).proof == Proof.NONE:
        raise NoDoubt(_("Nobody has to show who they are to object."))
    if has_power_of_attorney(request):
        raise NoDoubt(_("A power of attorney was shown: nothing more may be demanded."))
    if not reason.strip():
        raise NoDoubt(_("Without a reason for the doubt nothing may be asked (art. 12(6) GDPR)."))
    request.identity_doubt = reason.strip()
    if request.status != Status.IDENTITY:
        move_to_identity(request, by=by)
    else:
        request.identity_asked_at = timezone.now()
        request.save(update_fields=["identity_doubt", "identity_asked_at"])
        note(request, Code.IDENTITY_ASKED, by=by)
        _end_links(request, timezone.now())
    letters.ask_identity(request, proof_page(request))
    return request


def proof_page(request: SubjectRequest) -> str:
    """Return the whole address of the page where the person answers a doubt, signed in."""
    return f"{settings.SITE_URL}{reverse('dsar:proof', args=[request.reference])}"


@transaction.atomic
def remind(pk: int) -> bool:
    """Ask once more, half-way; return whether the person was asked."""
    request = lock(pk)
    asked = request.identity_asked_at
    if request.status != Status.IDENTITY or asked is None or _has_answered(request):
        return False
    if request.confirmations.filter(is_reminder=True, sent_at__gte=asked).exists():
        return False
    link = new_link(request, is_reminder=True)
    letters.remind_identity(request, proof_page(request) if request.identity_doubt else link)
    return True


@transaction.atomic
def give_up(pk: int) -> bool:
    """Close a request that nobody confirmed in time; a link or a reply opens it again.

    Who answered a doubt in time waits for us, and is not told that nobody did.
    """
    request = lock(pk)
    if request.status != Status.IDENTITY or _has_answered(request):
        return False
    _give_up(request, denied=False)
    return True


@transaction.atomic
def destroy_old_proofs(pk: int) -> int:
    """Destroy what is left of the proofs of a request; return how many files there were."""
    return destroy_proofs(lock(pk), by=None)


def destroy_proofs(request: SubjectRequest, *, by: User | None) -> int:
    """Destroy what was sent to show who asks; return how many files there were."""
    proofs = request.attachments.filter(role=Attachment.Role.PROOF, destroyed_at=None)
    destroyed = sum(enclosures.destroy(one) for one in proofs)
    if destroyed:
        note(request, Code.PROOF_DELETED, by=by, files=destroyed)
    return destroyed


def _usable(link: Confirmation) -> tuple[SubjectRequest, Confirmation]:
    """Return the locked request and its link, if the link still opens something."""
    request = lock(link.request_id)
    link = Confirmation.objects.select_for_update().get(pk=link.pk)
    if link.used_at is not None or not waits_for_a_link(request):
        raise LinkSpent(_("This link has been used, or the request does not wait for it any more."))
    if link.expires_at <= timezone.now():
        raise LinkEnded(_("This link is too old, or a newer one was sent. Ask for a new one."))
    return request, link


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


def _has_answered(request: SubjectRequest) -> bool:
    """Whether the person has answered the doubt that a request waits with."""
    asked = request.identity_asked_at
    if not request.identity_doubt or asked is None:
        return False
    proofs = request.attachments.filter(role=Attachment.Role.PROOF, at__gte=asked)
    return proofs.exists() or request.messages.filter(from_staff=False, at__gte=asked).exists()


def _proven(request: SubjectRequest, *, by: User | None, how: str) -> SubjectRequest:
    """Put on record that a locked request is the person's, and go on with it."""
    rules.may_open(request, None)
    _no_other(request, request.person)
    now = timezone.now()
    request.identity, request.identity_proven_at = Identity.PROVEN, now
    request.save(update_fields=["identity", "identity_proven_at"])
    note(request, Code.IDENTITY_PROVEN, by=by, how=how)
    _end_links(request, now)
    destroy_proofs(request, by=by)
    clock.start_clock(request, by=by)
    return begin(request, by=None)


def _give_up(request: SubjectRequest, *, denied: bool) -> None:
    request.identity = Identity.FAILED
    move(request, Status.UNIDENTIFIED, code=Code.UNIDENTIFIED, by=None, denied=denied)
    destroy_proofs(request, by=None)
    if not denied:
        letters.close_unidentified(request)


def _end_links(request: SubjectRequest, now: datetime) -> None:
    """End every link that could still be used; a moment after it was sent at the earliest."""
    for link in request.confirmations.filter(used_at=None, expires_at__gt=now):
        link.expires_at = max(now, link.sent_at + timedelta(microseconds=1))
        link.save(update_fields=["expires_at"])
