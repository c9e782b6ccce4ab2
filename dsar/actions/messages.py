"""Words between the person and staff about a request."""

from collections.abc import Iterable
from typing import Any

from django.core.files import File
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from dsar import enclosures, letters, rules, rules_identity, staff_mail
from dsar.actions import clock, identity, reopening
from dsar.actions.lifecycle import Code, lock, note
from dsar.models import Attachment, Message, SubjectRequest
from dsar.models.requests import Kind
from dsar.states import REOPENING, Status

NOT_BY_WORDS = frozenset({Kind.ERASURE, Kind.RESTRICTION})


@transaction.atomic
def write_message(
    request: SubjectRequest, *, by: User, text: str, files: Iterable["File[Any]"] = ()
) -> Message:
    """Write to the other side, who sees it marked and is told by mail.

    What the person writes on an ended request opens it again; or it goes to the open request of
    the same kind, if there is one: see ``Message.request``.

    Raises:
        EvidenceMissing: nothing was written.
        enclosures.TooLarge, TooMany, Empty, media.WrongType, Broken: a file cannot be taken.
        StaffOnly, NotYourOwn, Closed: see ``rules.may_write``.
    """
    request = lock(request)
    rules.may_write(request, by, timezone.localdate())
    if not text.strip():
        raise rules.EvidenceMissing(_("The message is empty."))
    from_staff = by.pk != request.person_id
    if not from_staff:
        request = reopening.addressee(request)
        request = _heard(request, by)
    reopens = not from_staff and request.status in REOPENING
    if reopens:
        request = reopening.reopen(request, by=by)
    message = Message.objects.create(
        request=request, by=by, from_staff=from_staff, text=text.strip()
    )
    for one in files:
        enclosures.take(request, one, role=Attachment.Role.MESSAGE, by=by, message=message)
    note(request, Code.MESSAGE, by=by, from_staff=from_staff)
    request.unread_by_person |= from_staff
    request.unread_by_staff |= not from_staff
    request.save(update_fields=["unread_by_person", "unread_by_staff"])
    if not from_staff and not rules_identity.waits_for_a_link(request):
        clock.start_clock(request, by=by)
    if from_staff:
        letters.announce_message(request, message)
    else:
        staff_mail.announce_reply(message, reopened=reopens)
    return message


def _heard(request: SubjectRequest, by: User) -> SubjectRequest:
    """Take words from a person's session as the proof that a locked request waits for.

    Not for what takes effect before anybody has read them: the words may say no.
    """
    if not rules_identity.waits_for_a_link(request):
        return request
    if request.kind not in NOT_BY_WORDS:
        return identity.prove_by_session(request, by=by)
    if request.status != Status.IDENTITY:
        identity.ask(request, by=by)
    return request


@transaction.atomic
def read_messages(request: SubjectRequest, *, by: User) -> None:
    """Take the mark off: the person, or one of the staff, has the messages before their eyes."""
    field = "unread_by_person" if by.pk == request.person_id else "unread_by_staff"
    SubjectRequest.objects.filter(pk=request.pk, **{field: True}).update(**{field: False})
