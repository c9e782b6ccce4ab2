"""What the person does with the link to their address: it is mine, it is not, send it again."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from dsar import letters, rules
from dsar.actions import doubts, identity, identity_links
from dsar.actions.lifecycle import lock
from dsar.models import Confirmation, SubjectRequest
from dsar.rules_identity import (
    LinkEnded,
    LinkSpent,
    SignInFirst,
    needs_sign_in,
    waits_for_a_link,
)
from dsar.states import Status

# A new link is not made sooner than this after the last one: its mail is on its way.
AGAIN_AFTER = timedelta(minutes=1)


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
    request = identity.hand_to_owner(request)
    # Asked of whoever it belongs to now: they may have more to show than who it was filed for.
    if needs_sign_in(request) and (signed_in is None or signed_in.pk != request.person_id):
        raise SignInFirst(_("Sign in first: your account asks for more than a link."))
    return identity.proven(request, by=None, how="link")


@transaction.atomic
def deny(link: Confirmation) -> SubjectRequest:
    """Close a request of which the owner of the address says that it is not theirs.

    Raises:
        LinkSpent, LinkEnded: see there.
    """
    request, _link = _usable(link)
    request.confirmations.filter(pk=link.pk).update(used_at=timezone.now())
    if request.status == Status.IDENTITY:
        doubts.close(request, denied=True)
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
    letters.ask_identity(request, identity_links.new_link(request))


def _usable(link: Confirmation) -> tuple[SubjectRequest, Confirmation]:
    """Return the locked request and its link, if the link still opens something."""
    request = lock(link.request_id)
    link = Confirmation.objects.select_for_update().get(pk=link.pk)
    if link.used_at is not None or not waits_for_a_link(request):
        raise LinkSpent(_("This link has been used, or the request does not wait for it any more."))
    if link.expires_at <= timezone.now():
        raise LinkEnded(_("This link is too old, or a newer one was sent. Ask for a new one."))
    return request, link
