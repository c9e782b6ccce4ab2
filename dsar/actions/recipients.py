"""Telling those who had the data what became of it, until they confirm (art. 19 GDPR).

Systems are called, signed like every webhook of ours; whom the portal cannot call is told by staff.
A message is held by a lease while it is sent; a worker that dies leaves it to the sweep.
"""

import json
import logging
import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from consents.actions import delivery
from consents.models import System
from dsar import recipients, rules
from dsar.actions.lifecycle import Code, note
from dsar.models import RecipientNotice, SubjectRequest
from dsar.models.erasure import Decision
from portal.lib import outgoing
from portal.lib.crypto import Unsealable
from portal.lib.errors import DomainError
from portal.lib.tasks import enqueue

log = logging.getLogger(__name__)

What, Status = RecipientNotice.What, RecipientNotice.Status
TELL = "dsar.tasks_erasure.tell_recipient"
# How long a recipient has to confirm before it counts as late.
DAYS = 14
LEASE = timedelta(seconds=60)
SWEPT_AT_ONCE = 500


class AlreadyConfirmed(DomainError):
    """The recipient has confirmed: there is nothing left to do."""

    code = "already_confirmed"


@dataclass(frozen=True)
class Envelope:
    """Whose secret signs, under which number."""

    uid: UUID
    system: System


def tell_recipients(
    request: SubjectRequest, what: str, documents: Collection[int]
) -> list[RecipientNotice]:
    """Tell everybody who got one of these documents (ids) what became of them.

    ``what`` is a ``RecipientNotice.What``. In the transaction that did it, with the request locked;
    to call it twice tells nobody twice. Returns the notices of this request about ``what``.
    """
    for one in recipients.who_received(documents):
        notice, is_new = RecipientNotice.objects.get_or_create(
            request=request,
            what=what,
            recipient=one.slug,
            defaults={
                "system": one.system,
                "name": one.name,
                "subject": recipients.subject_for(request.person, one.slug),
                "documents": recipients.references(one.documents),
                "status": Status.WAITING if _can_be_called(one.system) else Status.BY_STAFF,
                "due_on": timezone.localdate() + timedelta(days=DAYS),
            },
        )
        if is_new and notice.status == Status.WAITING:
            enqueue(TELL, notice.pk)
    return list(request.recipients.filter(what=what))


def tell_of_erasure(request: SubjectRequest) -> None:
    """Tell of what an erasure has erased, and of what it has locked away."""
    items = request.items.filter(source="documents", proven_at__isnull=False)
    for what, decisions in (
        (What.ERASURE, (Decision.ERASE, Decision.ANONYMISE)),
        (What.RESTRICTION, (Decision.RESTRICT,)),
    ):
        keys = items.filter(decision__in=decisions).values_list("key", flat=True)
        tell_recipients(request, what, [int(key.partition(":")[2]) for key in keys])


def tell(notice_id: int) -> None:
    """Send one notice, if it is due and nobody else is at it; a job of the worker."""
    notice = _claim(notice_id)
    if notice is not None and notice.system is not None:
        _settle(notice, _send(notice, notice.system))


def sweep() -> int:
    """Queue what is due and in nobody's hands; return how many. Runs each minute."""
    now = timezone.now()
    free = Q(leased_until=None) | Q(leased_until__lte=now)
    due = RecipientNotice.objects.filter(free, status=Status.WAITING, next_try_at__lte=now)
    ids = list(due.order_by("next_try_at").values_list("pk", flat=True)[:SWEPT_AT_ONCE])
    with transaction.atomic():
        for pk in ids:
            enqueue(TELL, pk)
    return len(ids)


@transaction.atomic
def acknowledge(uid: UUID) -> RecipientNotice:
    """Put on record that a recipient says it has done its part; twice changes nothing.

    Raises:
        RecipientNotice.DoesNotExist: there is no such notice.
    """
    notice = RecipientNotice.objects.select_for_update().get(uid=uid)
    if notice.is_open:
        _confirm(notice, by=None)
    return notice


@transaction.atomic
def told(notice: RecipientNotice, *, by: User) -> RecipientNotice:
    """Put on record that staff told a recipient that the portal cannot call.

    Raises:
        StaffOnly, NotYourOwn; AlreadyConfirmed.
    """
    notice = _open(notice, by)
    notice.status, notice.sent_at, notice.sent_by = Status.TOLD, timezone.now(), by
    _release(notice)
    note(notice.request, Code.RECIPIENT_TOLD, by=by, recipient=notice.recipient, what=notice.what)
    return notice


@transaction.atomic
def confirmed(notice: RecipientNotice, *, by: User) -> RecipientNotice:
    """Put on record that a recipient has confirmed to staff.

    Raises:
        StaffOnly, NotYourOwn; AlreadyConfirmed.
    """
    notice = _open(notice, by)
    _confirm(notice, by=by)
    return notice


@transaction.atomic
def resend(notice: RecipientNotice, *, by: User) -> RecipientNotice:
    """Send a notice again, from the first attempt; by hand to whom cannot be called.

    Raises:
        StaffOnly, NotYourOwn; AlreadyConfirmed.
    """
    notice = _open(notice, by)
    callable_now = _can_be_called(notice.system)
    notice.status = Status.WAITING if callable_now else Status.BY_STAFF
    notice.attempts, notice.next_try_at = 0, timezone.now()
    _release(notice)
    if callable_now:
        enqueue(TELL, notice.pk)
    return notice


@transaction.atomic
def _claim(notice_id: int) -> RecipientNotice | None:
    now, token = timezone.now(), uuid.uuid4()
    free = Q(leased_until=None) | Q(leased_until__lte=now)
    due = RecipientNotice.objects.select_for_update(of=("self",)).filter(
        free, pk=notice_id, status=Status.WAITING, next_try_at__lte=now
    )
    notice = due.select_related("system", "request__person").first()
    if notice is None:
        return None
    closed = notice.system.closed_until if notice.system else None
    if closed is not None and closed > now:  # it is left alone for a while (consents.delivery)
        RecipientNotice.objects.filter(pk=notice.pk).update(next_try_at=closed)
        return None
    notice.lease, notice.leased_until, notice.attempts = token, now + LEASE, notice.attempts + 1
    notice.save(update_fields=["lease", "leased_until", "attempts"])
    return notice


def _send(notice: RecipientNotice, system: System) -> tuple[str, str]:
    """Call the system; return the new status, and a code if it failed.

    202 means: received, it confirms later. Any other 2xx means: done.
    """
    now = timezone.now()
    body = json.dumps(recipients.message(notice, now), separators=(",", ":"))
    try:
        headers = delivery.signed(Envelope(notice.uid, system), body, now)
        status = outgoing.post(system.webhook_url, body.encode(), headers=headers)
    except Unsealable:
        return Status.WAITING, "no_secret"
    except outgoing.Undelivered as error:
        return Status.WAITING, error.code
    if status == 202:
        return Status.TOLD, ""
    return (Status.CONFIRMED, "") if 200 <= status < 300 else (Status.WAITING, f"http_{status}")


@transaction.atomic
def _settle(held: RecipientNotice, answer: tuple[str, str]) -> None:
    """Put on record how a call ended, if the notice is still in our hands."""
    notice = RecipientNotice.objects.select_for_update(of=("self",)).filter(lease=held.lease)
    found = notice.select_related("request__person").first()
    if found is None or found.status != Status.WAITING:
        return
    status, found.error = answer
    if found.error:
        log.warning("notice %s: %s", found.uid, found.error)
        waits: list[int] = settings.DELIVERY_BACKOFF_SECONDS
        given_up = found.attempts > len(waits)
        found.status = Status.DEAD if given_up else Status.WAITING
        wait = 0 if given_up else waits[found.attempts - 1]
        found.next_try_at = timezone.now() + timedelta(seconds=wait)
        _release(found)
        return
    found.sent_at = timezone.now()
    about = {"recipient": found.recipient, "what": found.what}
    note(found.request, Code.RECIPIENT_TOLD, by=None, **about)
    if status == Status.CONFIRMED:
        _confirm(found, by=None)
        return
    found.status = status
    _release(found)


def _confirm(notice: RecipientNotice, *, by: User | None) -> None:
    now = timezone.now()
    notice.status, notice.ack_at, notice.ack_by, notice.error = Status.CONFIRMED, now, by, ""
    notice.sent_at = notice.sent_at or now
    _release(notice)
    about = {"recipient": notice.recipient, "what": notice.what}
    note(notice.request, Code.RECIPIENT_CONFIRMED, by=by, **about)


def _release(notice: RecipientNotice) -> None:
    notice.lease = notice.leased_until = None
    notice.save()


def _open(notice: RecipientNotice, by: User) -> RecipientNotice:
    rows = RecipientNotice.objects.select_for_update(of=("self",))
    notice = rows.select_related("request__person", "system").get(pk=notice.pk)
    rules.staff_of_another(notice.request, by)
    if not notice.is_open:
        raise AlreadyConfirmed(_("This recipient has already confirmed."))
    return notice


def _can_be_called(system: System | None) -> bool:
    return system is not None and bool(system.webhook_url)
