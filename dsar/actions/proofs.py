"""What a person sends to show that it is them; destroyed once it was looked at."""

from collections.abc import Iterable
from typing import Any

from django.core.files import File
from django.db import transaction

from accounts.models import User
from dsar import enclosures, rules
from dsar.actions import clock, identity
from dsar.actions.lifecycle import Code, lock, note
from dsar.models import Attachment, Message, SubjectRequest


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
        raise rules.NotYours(identity.ONLY_THE_PERSON)
    if not identity.waits_for_proof(request):
        raise identity.NothingAsked(identity.NOT_WAITING)
    uploads = list(files)
    if not text.strip() and not uploads:
        raise rules.EvidenceMissing(identity.NOTHING_SENT)
    if text.strip():
        Message.objects.create(request=request, by=by, from_staff=False, text=text.strip())
    for upload in uploads:
        enclosures.take(request, upload, role=Attachment.Role.PROOF, by=by)
    note(request, Code.MESSAGE, by=by, from_staff=False, files=len(uploads))
    request.unread_by_staff = True
    request.save(update_fields=["unread_by_staff"])
    clock.start_clock(request, by=by)
    return request
