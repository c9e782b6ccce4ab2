"""What a person sends to show that it is them; destroyed once it was looked at."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.core.files import File
from django.db import transaction
from django.urls import reverse

from accounts.models import User
from dsar import enclosures, rules
from dsar.actions import clock
from dsar.actions.lifecycle import Code, lock, note
from dsar.models import Attachment, Message, SubjectRequest
from dsar.rules_identity import (
    NOT_WAITING,
    NOTHING_SENT,
    ONLY_THE_PERSON,
    NothingAsked,
    waits_for_proof,
)


@transaction.atomic
def answer_doubt(
    request: SubjectRequest, *, by: User, text: str, files: Iterable["File[Any]"]
) -> SubjectRequest:
    """Answer what we asked about who asks: with words, or documents, or both.

    Raises:
        NotYours: somebody else than the person answers.
        NothingAsked: no doubt waits for an answer.
        EvidenceMissing: neither words nor a document.
        see ``enclosures.take``.
    """
    request = lock(request)
    if by.pk != request.person_id:
        raise rules.NotYours(ONLY_THE_PERSON)
    if not waits_for_proof(request):
        raise NothingAsked(NOT_WAITING)
    uploads = list(files)
    if not text.strip() and not uploads:
        raise rules.EvidenceMissing(NOTHING_SENT)
    if text.strip():
        Message.objects.create(request=request, by=by, from_staff=False, text=text.strip())
    for upload in uploads:
        enclosures.take(request, upload, role=Attachment.Role.PROOF, by=by)
    note(request, Code.MESSAGE, by=by, from_staff=False, files=len(uploads))
    request.unread_by_staff = True
    request.save(update_fields=["unread_by_staff"])
    clock.start_clock(request, by=by)
    return request


def proof_page(request: SubjectRequest) -> str:
    """Return the whole address of the page where the person answers a doubt, signed in."""
    return f"{settings.SITE_URL}{reverse('dsar:proof', args=[request.reference])}"


@transaction.atomic
def destroy_old(pk: int) -> int:
    """Destroy what is left of the proofs of a request; return how many files there were."""
    return destroy(lock(pk), by=None)


def destroy(request: SubjectRequest, *, by: User | None) -> int:
    """Destroy what was sent to show who asks; return how many files there were."""
    proofs = request.attachments.filter(role=Attachment.Role.PROOF, destroyed_at=None)
    destroyed = sum(enclosures.destroy(one) for one in proofs)
    if destroyed:
        note(request, Code.PROOF_DELETED, by=by, files=destroyed)
    return destroyed


def has_answered(request: SubjectRequest) -> bool:
    """Whether the person has answered the doubt that a request waits with."""
    asked = request.identity_asked_at
    if not request.identity_doubt or asked is None:
        return False
    proofs = request.attachments.filter(role=Attachment.Role.PROOF, at__gte=asked)
    return proofs.exists() or request.messages.filter(from_staff=False, at__gte=asked).exists()
