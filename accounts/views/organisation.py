"""The pages of an organisation: its members, and who is invited."""

from typing import cast
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from accounts import actions, organisations
from accounts.forms import InvitationForm
from accounts.models import Invitation, Membership, User


def index(request: HttpRequest) -> HttpResponse:
    """Show the person's organisations and the invitations that wait for an answer."""
    person = cast(User, request.user)
    memberships = organisations.of(person)
    invitations = organisations.invitations_for(person)
    if len(memberships) == 1 and not invitations:
        return redirect("accounts:organisation", memberships[0].organisation.uid)
    context = {"memberships": memberships, "invitations": invitations}
    return render(request, "accounts/organisations.html", context)


def detail(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Show the members; an admin can change them."""
    context = organisations.page_context(_membership(request, uid))
    return render(request, "accounts/organisation.html", context | {"form": InvitationForm()})


@require_POST
def invite(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Invite an address, and say the same whoever has it."""
    membership = _membership(request, uid)
    form = InvitationForm(request.POST)
    if not form.is_valid():
        context = organisations.page_context(membership)
        return render(request, "accounts/organisation.html", context | {"form": form})
    actions.invite(
        membership.organisation,
        email=form.cleaned_data["email"],
        is_admin=form.cleaned_data["is_admin"],
        by=membership.person,
    )
    messages.success(request, gettext("The invitation is on its way."))
    return redirect("accounts:organisation", uid)


@require_POST
def withdraw(request: HttpRequest, uid: UUID, invitation: UUID) -> HttpResponse:
    """Take an invitation back."""
    membership = _membership(request, uid)
    found = get_object_or_404(membership.organisation.invitations, uid=invitation)
    actions.withdraw_invitation(found, by=membership.person)
    messages.success(request, gettext("The invitation is withdrawn."))
    return redirect("accounts:organisation", uid)


@require_POST
def answer(request: HttpRequest, invitation: UUID) -> HttpResponse:
    """Accept or decline an invitation to one of the person's own addresses."""
    person = cast(User, request.user)
    mine = Invitation.objects.filter(address__person=person).select_related("organisation")
    found = get_object_or_404(mine, uid=invitation)
    if "accept" not in request.POST:
        actions.decline(found, person=person)
        messages.success(request, gettext("You declined the invitation."))
        return redirect("accounts:organisations")
    actions.accept(found, person=person)
    messages.success(request, gettext("You are a member now."))
    return redirect("accounts:organisation", found.organisation.uid)


@require_POST
def remove(request: HttpRequest, uid: UUID, person: UUID) -> HttpResponse:
    """End a membership: one's own or, as an admin, that of another."""
    membership, other = _pair(request, uid, person)
    actions.leave(membership.organisation, person=other.person, by=membership.person)
    messages.success(request, gettext("The membership has ended."))
    own = other.pk == membership.pk
    return redirect("accounts:organisations") if own else redirect("accounts:organisation", uid)


@require_POST
def set_admin(request: HttpRequest, uid: UUID, person: UUID) -> HttpResponse:
    """Make a member an admin, or an admin a plain member."""
    membership, other = _pair(request, uid, person)
    is_admin = request.POST.get("admin") == "yes"
    actions.set_admin(
        membership.organisation, person=other.person, is_admin=is_admin, by=membership.person
    )
    messages.success(request, gettext("Saved."))
    return redirect("accounts:organisation", uid)


def _membership(request: HttpRequest, uid: UUID) -> Membership:
    """Return the person's own membership; to a stranger the organisation does not exist."""
    mine = Membership.objects.filter(person=cast(User, request.user))
    return get_object_or_404(mine.select_related("organisation", "person"), organisation__uid=uid)


def _pair(request: HttpRequest, uid: UUID, person: UUID) -> tuple[Membership, Membership]:
    membership = _membership(request, uid)
    members = membership.organisation.memberships.select_related("person")
    return membership, get_object_or_404(members, person__uid=person)
