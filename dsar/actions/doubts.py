"""Asking for more, because of a doubt with its reason; asking again; giving up."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from dsar import letters, rules
from dsar.actions import identity, identity_links, proofs
from dsar.actions.lifecycle import Code, lock, move, note
from dsar.kinds import Proof, nature
from dsar.models import SubjectRequest
from dsar.models.requests import Identity
from dsar.rules_identity import NoDoubt, has_power_of_attorney
from dsar.states import Status


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
        identity.move_to_identity(request, by=by)
    else:
        request.identity_asked_at = timezone.now()
        request.save(update_fields=["identity_doubt", "identity_asked_at"])
        note(request, Code.IDENTITY_ASKED, by=by)
        identity_links.end_links(request, timezone.now())
    letters.ask_identity(request, proofs.proof_page(request))
    return request


@transaction.atomic
def remind(pk: int) -> bool:
    """Ask once more, half-way; return whether the person was asked."""
    request = lock(pk)
    asked = request.identity_asked_at
    if request.status != Status.IDENTITY or asked is None or proofs.has_answered(request):
        return False
    if request.confirmations.filter(is_reminder=True, sent_at__gte=asked).exists():
        return False
    link = identity_links.new_link(request, is_reminder=True)
    letters.remind_identity(request, proofs.proof_page(request) if request.identity_doubt else link)
    return True


@transaction.atomic
def give_up(pk: int) -> bool:
    """Close a request that nobody confirmed in time; a link or a reply opens it again.

    Who answered a doubt in time waits for us, and is not told that nobody did.
    """
    request = lock(pk)
    if request.status != Status.IDENTITY or proofs.has_answered(request):
        return False
    close(request, denied=False)
    return True


def close(request: SubjectRequest, *, denied: bool) -> None:
    request.identity = Identity.FAILED
    move(request, Status.UNIDENTIFIED, code=Code.UNIDENTIFIED, by=None, denied=denied)
    proofs.destroy(request, by=None)
    if not denied:
        letters.close_unidentified(request)
