"""Words between the person and staff about a request."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from dsar import letters, rules
from dsar.actions.lifecycle import Code, lock, note
from dsar.models import Message, SubjectRequest


@transaction.atomic
def write_message(request: SubjectRequest, *, by: User, text: str) -> Message:
    """Write to the other side. Who is written to sees it marked; the person is told by mail too.

    Raises:
        EvidenceMissing: nothing was written.
        StaffOnly, NotYourOwn, Closed: see ``rules.may_write``.
    """
    request = lock(request)
    rules.may_write(request, by, timezone.localdate())
    if not text.strip():
        raise rules.EvidenceMissing(_("The message is empty."))
    from_staff = by.pk != request.person_id
    message = Message.objects.create(
        request=request, by=by, from_staff=from_staff, text=text.strip()
    )
    note(request, Code.MESSAGE, by=by, from_staff=from_staff)
    request.unread_by_person |= from_staff
    request.unread_by_staff |= not from_staff
    request.save(update_fields=["unread_by_person", "unread_by_staff"])
    if from_staff:
        letters.announce_message(request, message)
    return message


@transaction.atomic
def read_messages(request: SubjectRequest, *, by: User) -> None:
    """Take the mark off: the person, or one of the staff, has the messages before their eyes."""
    field = "unread_by_person" if by.pk == request.person_id else "unread_by_staff"
    SubjectRequest.objects.filter(pk=request.pk, **{field: True}).update(**{field: False})
