"""What may be done to people: claim an address, look at a file, join an organisation."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import AccessEvent, Address, Membership, Organisation, User
from portal.lib.errors import DomainError


class AddressTaken(DomainError):
    """The address is already verified by somebody else."""

    code = "address_taken"


def address_for(email: str) -> Address:
    """Return the row of an e-mail address, made on first sight. Capitals do not matter."""
    return Address.objects.get_or_create(email=email.strip().lower())[0]


@transaction.atomic
def claim_address(email: str, *, person: User) -> Address:
    """Make a *verified* address, and everything under it, the person's.

    There is no way back: an address removed from sign-in stays theirs, or an objection that
    covered its documents would silently lapse (invariant 4).

    Raises:
        AddressTaken: another person has verified it before.
    """
    address = Address.objects.select_for_update().get(pk=address_for(email).pk)
    if address.person_id not in (None, person.pk):
        raise AddressTaken(_("This address belongs to another account."))
    if address.person_id is None:
        address.person, address.claimed_at = person, timezone.now()
        address.save(update_fields=["person", "claimed_at"])
    return address


def look(
    person: User, *, by: User, kind: AccessEvent.Kind, reference: str = "", reason: str = ""
) -> None:
    """Write down that staff looked at, or acted on, a person's file (invariant 14).

    Looking at one's own file leaves no row.
    """
    if person.pk != by.pk:
        AccessEvent.objects.create(
            person=person, by=by, kind=kind, reference=reference, reason=reason
        )


def join(organisation: Organisation, *, person: User, is_admin: bool = False) -> Membership:
    """Make the person a member; joining again changes nothing but the admin's flag."""
    return Membership.objects.update_or_create(
        organisation=organisation, person=person, defaults={"is_admin": is_admin}
    )[0]
