"""What the page of an organisation shows; other apps add to it."""

from typing import Any

from accounts.models import Invitation, Membership, Organisation, User


def of(person: User) -> "list[Membership]":
    """Return the person's memberships, by the organisation's name."""
    return list(
        Membership.objects.filter(person=person)
        .select_related("organisation")
        .order_by("organisation__name")
    )


def page_context(membership: Membership) -> dict[str, Any]:
    """Return what ``accounts/organisation.html`` needs.

    A page that adds the policy extends that template (its block ``policy``) and this context.
    """
    organisation = membership.organisation
    members = organisation.memberships.select_related("person").order_by("-is_admin", "joined_at")
    return {
        "membership": membership,
        "organisation": organisation,
        "members": members,
        "invitations": open_invitations(organisation) if membership.is_admin else [],
    }


def open_invitations(organisation: Organisation) -> "list[Invitation]":
    """Return whom the organisation has invited and who has not answered, oldest first."""
    return list(organisation.invitations.valid().select_related("address").order_by("invited_at"))


def invitations_for(person: User) -> "list[Invitation]":
    """Return the open invitations to any address that the person has verified."""
    return list(
        Invitation.objects.valid()
        .filter(address__person=person)
        .select_related("organisation", "address")
        .order_by("invited_at")
    )
