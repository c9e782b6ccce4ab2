"""Words of staff to each other about a request."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import actions as accounts
from accounts.models import AccessEvent, User
from dsar import rules, rules_desk
from dsar.actions.lifecycle import lock
from dsar.models import Note, SubjectRequest


@transaction.atomic
def write_note(request: SubjectRequest, *, by: User, text: str) -> Note:
    """Write down something for one's colleagues; the person finds it in the copy of their data.

    Raises:
        EvidenceMissing: nothing was written.
        Closed: the account has been erased: no word about it is kept any more.
        StaffOnly, NotYourOwn: see ``rules_desk.may_note``.
    """
    request = lock(request)
    rules_desk.may_note(request, by, timezone.localdate())
    if not text.strip():
        raise rules.EvidenceMissing(_("The note is empty."))
    accounts.look(
        request.person, by=by, kind=AccessEvent.Kind.REQUEST_ACTED, reference=request.reference
    )
    return Note.objects.create(request=request, by=by, text=text.strip())
