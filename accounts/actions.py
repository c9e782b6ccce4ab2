"""What may be done to people: claim an address, look at a file, join an organisation."""

import re
from collections.abc import Iterable

from allauth.account.models import EmailAddress
from django.db import transaction
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.models import AccessEvent, Address, Invitation, Membership, Organisation, User
from accounts.proven import forget_unproven_ways_in
from accounts.roles import Role
from portal.lib import mail
from portal.lib.errors import DomainError

OPEN_INVITATIONS = 100  # of one organisation at a time: an admin's session is no way to send spam


class AddressTaken(DomainError):
    """The address is already verified by somebody else."""

    code = "address_taken"


class NotAnAdmin(DomainError):
    """Only an admin of the organisation may do that."""

    code = "not_an_admin"


class LastAdmin(DomainError):
    """An organisation without an admin could not decide anything any more."""

    code = "last_admin"


class InvitationClosed(DomainError):
    """The invitation is not for this person, is answered, or is too old."""

    code = "invitation_closed"


class NamesSomebody(DomainError):
    """Words that stay for ever must not name the person."""

    code = "names_somebody"


class TooManyInvitations(DomainError):
    """So many invitations are open that one must be answered or withdrawn first."""

    code = "too_many_invitations"


def address_for(email: str) -> Address:
    """Return the row of an e-mail address, made on first sight. Capitals do not matter."""
    return Address.objects.get_or_create(email=email.strip().lower())[0]


def addresses_for(emails: Iterable[str]) -> dict[str, Address]:
    """Return the rows of many e-mail addresses (stripped, lower case), made on first sight.

    Three queries for any number; made in the order of the alphabet, so that two batches with the
    same new addresses wait for each other and cannot block each other.
    """
    wanted = sorted({email.strip().lower() for email in emails})
    known = {one.email: one for one in Address.objects.filter(email__in=wanted) if one.email}
    new = [Address(email=email) for email in wanted if email not in known]
    if new:
        Address.objects.bulk_create(new, ignore_conflicts=True)
        made = Address.objects.filter(email__in=[one.email for one in new])
        known |= {one.email: one for one in made if one.email}
    return known


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
        raise AddressTaken(
            _(
                "This address belongs to another account. If it should be yours, write to the "
                "data protection officer."
            )
        )
    if address.person_id is None:
        address.person, address.claimed_at = person, timezone.now()
        address.save(update_fields=["person", "claimed_at"])
    return address


@transaction.atomic
def employ(email: str, *, role: Role, name: str = "") -> User:
    """Make a person staff: the one who verified the address, else a new one with no password.

    Who runs this vouches for the address. The person signs in with a code sent to it.

    Raises:
        AddressTaken: somebody has claimed the address without signing in with it.
    """
    email = email.strip().lower()
    known = EmailAddress.objects.filter(email=email, verified=True).first()
    person = known.user if known else User.objects.filter(email=email).first()
    person = person or User.objects.create_user(email)
    person.role, person.name = role, name or person.name
    if not known:
        # Whoever signed up with it and never proved it is theirs shall not come in as staff.
        forget_unproven_ways_in(person)
        EmailAddress.objects.update_or_create(
            user=person, email=email, defaults={"verified": True, "primary": True}
        )
    person.save(update_fields=["role", "name"])
    return person


def look(
    person: User, *, by: User, kind: AccessEvent.Kind, reference: str = "", reason: str = ""
) -> None:
    """Write down that staff looked at, or acted on, a person's file (invariant 14).

    Looking at one's own file leaves no row.

    Raises:
        NamesSomebody: the reason holds the person's name or address. The row stays for ever, by
            number only; an erasure could not take the name out of it.
    """
    if reason and names(person, reason):
        raise NamesSomebody(_("Give the reason without the name or an address of the person."))
    if person.pk != by.pk:
        AccessEvent.objects.create(
            person=person, by=by, kind=kind, reference=reference, reason=reason
        )


def names(person: User, text: str) -> bool:
    """Whether the text holds the person's full name or one of their addresses, as whole words."""
    known = {person.name.strip(), person.email, *person.addresses.values_list("email", flat=True)}
    words = "|".join(re.escape(word) for word in sorted(filter(None, known)))
    return bool(words) and bool(re.search(rf"(?<!\w)(?:{words})(?!\w)", text, re.IGNORECASE))


def join(organisation: Organisation, *, person: User, is_admin: bool = False) -> Membership:
    """Make the person a member; joining again changes nothing but the admin's flag."""
    return Membership.objects.update_or_create(
        organisation=organisation, person=person, defaults={"is_admin": is_admin}
    )[0]


@transaction.atomic
def invite(organisation: Organisation, *, email: str, is_admin: bool, by: User) -> Invitation:
    """Ask whoever has the address to become a member. To invite again changes and sends nothing.

    Raises:
        NotAnAdmin: ``by`` is no admin of the organisation.
        TooManyInvitations: a hundred invitations are open.
    """
    _locked_admins(organisation, by=by)
    cutoff = timezone.now() - Invitation.VALID
    organisation.invitations.filter(invited_at__lt=cutoff).delete()
    if organisation.invitations.count() >= OPEN_INVITATIONS:
        raise TooManyInvitations(_("A hundred invitations are open. Withdraw one first."))
    address = address_for(email)
    invitation, is_new = Invitation.objects.get_or_create(
        organisation=organisation,
        address=address,
        defaults={"is_admin": is_admin, "invited_by": by},
    )
    if is_new:
        language = address.person.language if address.person else ""
        mail.send(
            "accounts/invitation",
            to=email,
            language=language or get_language() or "",
            key=f"invitation:{invitation.pk}",
            context={"organisation": organisation.name},
        )
    return invitation


@transaction.atomic
def withdraw_invitation(invitation: Invitation, *, by: User) -> None:
    """Take an invitation back.

    Raises:
        NotAnAdmin: ``by`` is no admin of the organisation.
    """
    _locked_admins(invitation.organisation, by=by)
    Invitation.objects.filter(pk=invitation.pk).delete()


@transaction.atomic
def accept(invitation: Invitation, *, person: User) -> Membership:
    """Become a member, as the person who verified the invited address.

    Raises:
        InvitationClosed: it is answered or too old, or the address is not the person's.
    """
    invitation = _locked_invitation(invitation, person=person)
    membership, _is_new = Membership.objects.get_or_create(
        organisation=invitation.organisation, person=person
    )
    if invitation.is_admin and not membership.is_admin:
        membership.is_admin = True
        membership.save(update_fields=["is_admin"])
    invitation.delete()
    return membership


@transaction.atomic
def decline(invitation: Invitation, *, person: User) -> None:
    """Say no to an invitation; the organisation is not told.

    Raises:
        InvitationClosed: it is answered or too old, or the address is not the person's.
    """
    _locked_invitation(invitation, person=person).delete()


@transaction.atomic
def leave(organisation: Organisation, *, person: User, by: User) -> None:
    """End a membership: one's own, or as an admin that of another, who is told.

    Raises:
        NotAnAdmin: ``by`` is neither the person nor an admin.
        LastAdmin: nobody else could decide for the organisation.
    """
    admins = _locked_admins(organisation, by=by if by.pk != person.pk else None)
    _keep_an_admin(admins - {person.pk}, admins)
    Membership.objects.filter(organisation=organisation, person=person).delete()
    if by.pk != person.pk and person.email:
        mail.send(
            "accounts/removed",
            to=person.email,
            language=person.language,
            key=f"removed:{organisation.pk}:{person.pk}:{timezone.now().isoformat()}",
            context={"organisation": organisation.name},
        )


@transaction.atomic
def set_admin(organisation: Organisation, *, person: User, is_admin: bool, by: User) -> None:
    """Make a member an admin, or an admin a plain member.

    Raises:
        NotAnAdmin: ``by`` is no admin of the organisation.
        LastAdmin: nobody else could decide for the organisation.
    """
    admins = _locked_admins(organisation, by=by)
    _keep_an_admin(admins | {person.pk} if is_admin else admins - {person.pk}, admins)
    Membership.objects.filter(organisation=organisation, person=person).update(is_admin=is_admin)


def _locked_admins(organisation: Organisation, *, by: User | None) -> set[int]:
    """Return the admins' keys; nobody else changes the members until the transaction ends."""
    Organisation.objects.select_for_update().get(pk=organisation.pk)
    admins = set(organisation.memberships.filter(is_admin=True).values_list("person_id", flat=True))
    if by is not None and by.pk not in admins:
        raise NotAnAdmin(_("Only an admin of the organisation can do that."))
    return admins


def _keep_an_admin(after: set[int], before: set[int]) -> None:
    if before and not after:
        raise LastAdmin(_("Make somebody else an admin first: you are the only one."))


def _locked_invitation(invitation: Invitation, *, person: User) -> Invitation:
    found = (
        Invitation.objects.valid()
        .filter(pk=invitation.pk, address__person=person)
        .select_for_update(of=["self"])
        .select_related("organisation")
        .first()
    )
    if found is None:
        raise InvitationClosed(_("This invitation is no longer open."))
    return found
