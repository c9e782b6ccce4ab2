"""Legal holds: while one stands, nothing of the person is erased."""

from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import actions as accounts
from accounts.models import AccessEvent, User
from dsar.models import Hold
from dsar.rules import EvidenceMissing, NotYourOwn
from portal.lib.errors import DomainError


class OfficerOnly(DomainError):
    """Only the data protection officer decides about holds."""

    code = "officer_only"


class AlreadyLifted(DomainError):
    """The hold has ended."""

    code = "already_lifted"


@transaction.atomic
def place_hold(person: User, *, by: User, reason: str, review_on: date) -> Hold:
    """Hold everything of a person back from erasure until somebody lifts it.

    ``reason`` says which dispute in a few words and names nobody; ``review_on`` is when it must be
    looked at again, and the end date the person reads.

    Raises:
        OfficerOnly: somebody else than the data protection officer tries.
        NotYourOwn: about oneself.
        EvidenceMissing: no reason, or no day to come for the review.
    """
    _require_officer(person, by)
    if not reason.strip() or review_on <= timezone.localdate():
        raise EvidenceMissing(_("A hold needs its reason and a day when it is looked at again."))
    _seen(person, by)
    return Hold.objects.create(person=person, owner=by, reason=reason.strip(), review_on=review_on)


@transaction.atomic
def lift_hold(hold: Hold, *, by: User) -> Hold:
    """End a hold; what it kept is erased at the date the person was told.

    Raises:
        OfficerOnly, NotYourOwn: see :func:`place_hold`.
        AlreadyLifted: it has been lifted before.
    """
    hold = Hold.objects.select_for_update(of=("self",)).select_related("person").get(pk=hold.pk)
    _require_officer(hold.person, by)
    if hold.lifted_at is not None:
        raise AlreadyLifted(_("This hold has already been lifted."))
    hold.lifted_at, hold.lifted_by = timezone.now(), by
    hold.save(update_fields=["lifted_at", "lifted_by"])
    _seen(hold.person, by)
    return hold


def _require_officer(person: User, by: User) -> None:
    if not by.is_dpo:
        raise OfficerOnly(_("Only the data protection officer can do this."))
    if by.pk == person.pk:
        raise NotYourOwn(_("This is about yourself: a colleague has to decide."))


def _seen(person: User, by: User) -> None:
    """Make the act a row the person can read (invariant 14)."""
    accounts.look(person, by=by, kind=AccessEvent.Kind.REQUEST_ACTED)
