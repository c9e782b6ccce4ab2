"""By the clock: who has not confirmed a request is asked again, then it ends; leftovers go."""

from datetime import timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone

from dsar import drafts, office
from dsar.actions import doubts, proofs
from dsar.models import AskCode, Attachment, Confirmation, SubjectRequest
from dsar.models.requests import Identity
from dsar.states import OPEN, Status

AT_A_TIME = 500
CODES_KEPT = timedelta(days=1)
# How long a link that has ended can still say so, and send a new one.
LINKS_KEPT = timedelta(days=180)


def ask_and_give_up() -> None:
    """Every hour: remind half-way, and close what nobody confirmed in time."""
    now, waits = timezone.now(), timedelta(days=office.IDENTITY_DAYS.now())
    waiting = SubjectRequest.objects.filter(status=Status.IDENTITY).order_by("identity_asked_at")
    for pk in _keys(waiting.filter(identity_asked_at__lte=now - waits)):
        doubts.give_up(pk)
    for pk in _keys(waiting.filter(identity_asked_at__lte=now - waits / 2)):
        doubts.remind(pk)


def clear_away() -> int:
    """Every night: destroy proofs that have served, forget codes, links and drafts that ended.

    Returns how many.
    """
    now = timezone.now()
    gone = sum(proofs.destroy_old(pk) for pk in _requests_with_old_proofs())
    gone += AskCode.objects.filter(expires_at__lt=now - CODES_KEPT).delete()[0]
    gone += Confirmation.objects.filter(expires_at__lt=now - LINKS_KEPT).delete()[0]
    return gone + drafts.forget_old()


def _requests_with_old_proofs() -> list[int]:
    """Return the requests whose proofs were looked at, or have waited for that too long."""
    before = timezone.now() - timedelta(days=office.IDENTITY_DAYS.now())
    served = Q(at__lt=before) | ~Q(request__identity=Identity.ASKED) | ~Q(request__status__in=OPEN)
    proofs = Attachment.objects.filter(served, role=Attachment.Role.PROOF, destroyed_at=None)
    return list(proofs.order_by().values_list("request_id", flat=True).distinct()[:AT_A_TIME])


def _keys(found: QuerySet[SubjectRequest]) -> list[int]:
    return list(found.values_list("pk", flat=True)[:AT_A_TIME])
