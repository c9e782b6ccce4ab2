"""How sure it must be who asks, and what is missing: read by the actions and the pages alike."""

from allauth.mfa.models import Authenticator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from dsar.kinds import NATURES, Proof, nature
from dsar.models import Confirmation, SubjectRequest
from dsar.models.requests import Identity, Kind
from dsar.states import Status
from portal.lib.errors import DomainError

WAITING = (Status.IDENTITY, Status.UNIDENTIFIED)
ONLY_THE_PERSON = _("Only the person who made the request can confirm it.")
NOT_WAITING = _("This request does not wait for a confirmation.")
NOTHING_SENT = _("Write a sentence, or choose a file.")


class LinkSpent(DomainError):
    """The link was used, or the request does not wait for it any more."""

    code = "link_spent"


class LinkEnded(DomainError):
    """The link is too old, or a newer one was sent."""

    code = "link_ended"


class SignInFirst(DomainError):
    """The account asks for more than a link before everything in it is erased."""

    code = "sign_in_first"


class NoDoubt(DomainError):
    """Nothing may be asked: no reason was given, or this request needs no proof."""

    code = "no_doubt"


class NothingAsked(DomainError):
    """Who asks is known, or need not be."""

    code = "nothing_asked"


class How(models.TextChoices):
    """What showed to staff that it is the person."""

    CALLED = "called", _("called back on a number we knew")
    DOCUMENT = "document", _("a document, looked at and deleted")
    MANDATE = "mandate", _("a power of attorney")
    IN_PERSON = "in_person", _("came in person")
    KNOWN = "known", _("wrote from an address, or of facts, that only they have")


def how_sure(kind: Kind, *, person: User, by: User | None, power: bool) -> Identity:
    """Return what is known of who asks when a request comes in; ``power``: of attorney, shown."""
    if NATURES[kind].proof == Proof.NONE:
        return Identity.NOT_NEEDED
    proven = power or (by is not None and by.pk == person.pk)
    return Identity.PROVEN if proven else Identity.ASKED


def waits_for_a_link(request: SubjectRequest) -> bool:
    """Whether nothing but a proof of the address is missing, and no doubt was recorded."""
    return request.status in WAITING and not request.identity_doubt


def waits_for_proof(request: SubjectRequest) -> bool:
    """Whether a recorded doubt waits for the person's answer."""
    return request.status in WAITING and bool(request.identity_doubt)


def state_of(link: Confirmation) -> str:
    """Return "open", "ended" (a new link can be sent), "doubt" or "spent" for a link."""
    request = link.request
    if waits_for_proof(request):
        return "doubt"
    if link.used_at is not None or not waits_for_a_link(request):
        return "spent"
    return "open" if link.expires_at > timezone.now() else "ended"


def needs_sign_in(request: SubjectRequest) -> bool:
    """Whether a link alone is too little: everything would go, and the account asks for more."""
    if nature(request).proof != Proof.FRESH:
        return False
    return asks_for_more_than_a_link(request.person)


def asks_for_more_than_a_link(person: User) -> bool:
    """Whether the account asks for more than a code by mail at its sign-in."""
    return person.is_staff or Authenticator.objects.filter(user=person).exists()


def has_power_of_attorney(request: SubjectRequest) -> bool:
    """Whether who acts for the person has shown a power of attorney to somebody of ours."""
    mandate = getattr(request, "mandate", None)
    if mandate is None or mandate.is_claimed:
        return False
    return bool(mandate.proof == mandate.Proof.POWER)
