"""Telling the systems: who has to hear of a choice, and what they said to it.

A row for each system is made in the transaction of the choice (:func:`tell`), so that no choice can
stand of which nobody was told. The worker carries them out (:mod:`consents.actions.delivery`).
"""

from datetime import timedelta
from uuid import UUID

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from consents.models import ChoiceEvent, Propagation, System, SystemEvent
from portal.lib.errors import DomainError
from portal.lib.tasks import enqueue

Status = Propagation.Status
DELIVER = "consents.actions.delivery.deliver"
# What can be sent again by hand: what was given up, and what was taken and never confirmed.
RESENDABLE = (Status.DEAD, Status.RECEIVED, Status.WAITING)
RESENT_AT_ONCE = 1000


class NotToBeResent(DomainError):
    """The message was applied, or replaced by a later one."""

    code = "not_to_be_resent"


# Older messages about the very same as one of the new acts: whose, which purpose, what scope. The
# lease stays: while an older one is under way, the system is sent no other.
REPLACE_OLDER = """
UPDATE consents_propagation message SET status = 'replaced'
FROM consents_choiceevent old JOIN consents_choiceevent new
    ON old.purpose_id = new.purpose_id
    AND COALESCE(old.person_id, 0) = COALESCE(new.person_id, 0)
    AND COALESCE(old.address_id, 0) = COALESCE(new.address_id, 0)
    AND COALESCE(old.organisation_id, 0) = COALESCE(new.organisation_id, 0)
    AND COALESCE(old.document_id, 0) = COALESCE(new.document_id, 0)
    AND COALESCE(old.within_id, 0) = COALESCE(new.within_id, 0)
    AND old.id < new.id
WHERE message.event_id = old.id AND new.id = ANY(%s)
    AND message.status IN ('waiting', 'received', 'dead')
"""


@transaction.atomic
def tell(*events: ChoiceEvent) -> None:
    """Make a message of each choice for every system that obeys its purpose and can be told.

    Call it in the transaction of the choices. One that is imported with a date of the past is told
    as well: a system that never hears of a refusal goes on as before. What it is told is the
    present state, and the time it is given counts from now; from the act's own date, every
    imported choice would be late at birth.

    Older messages about the very same that have not got through are replaced: a repeated attempt
    at an old yes may not overtake the new no.
    """
    purposes = {event.purpose_id for event in events}
    listening = System.objects.exclude(webhook_url="").order_by("pk")
    systems = {
        purpose: list(listening.filter(obeys=purpose).only("pk", "promise")) for purpose in purposes
    }
    if not any(systems.values()):
        return
    with connection.cursor() as cursor:
        cursor.execute(REPLACE_OLDER, [[event.pk for event in events]])
    now = timezone.now()
    Propagation.objects.bulk_create(
        [
            Propagation(
                event=event, system=system, created_at=now, due_at=now,
                expected_by=now + timedelta(seconds=system.promise),
            )
            for event in events
            for system in systems[event.purpose_id]
        ],
        batch_size=1000,
    )  # fmt: skip
    for system in sorted({system.pk for told in systems.values() for system in told}):
        enqueue(DELIVER, system)


@transaction.atomic
def acknowledge(uid: UUID) -> Propagation:
    """Put on record that the system says it obeys now. To say it again changes nothing.

    An answer to a message that was given up counts too, for it got through after all; one to a
    message that a later one has replaced does not: what holds now is in the later one.

    Raises:
        Propagation.DoesNotExist: there is no such message.
    """
    row = Propagation.objects.select_for_update().get(uid=uid)
    if row.status not in (Status.APPLIED, Status.REPLACED):
        now = timezone.now()
        row.status, row.applied_at, row.error = Status.APPLIED, now, ""
        row.received_at = row.received_at or now
        row.lease = row.leased_until = None
        row.save()
    return row


@transaction.atomic
def resend(row: Propagation, *, by: User) -> None:
    """Send a message again, from the first attempt on.

    Raises:
        NotToBeResent: there is nothing to be sent again.
    """
    row = Propagation.objects.select_for_update().get(pk=row.pk)
    if row.status not in RESENDABLE:
        raise NotToBeResent(
            _("This message was applied or replaced meanwhile. There is nothing to send.")
        )
    _resend(Propagation.objects.filter(pk=row.pk), row.system, by)


@transaction.atomic
def resend_all(system: System, *, by: User) -> int:
    """Send again what was given up for the system, at most a thousand; return how many."""
    dead = Propagation.objects.filter(system=system, status=Status.DEAD).order_by("pk")
    ids = list(dead.select_for_update().values_list("pk", flat=True)[:RESENT_AT_ONCE])
    if ids:
        _resend(Propagation.objects.filter(pk__in=ids), system, by)
    return len(ids)


def _resend(rows: QuerySet[Propagation], system: System, by: User) -> None:
    """Make locked rows due now, and try the system at once even if it was left alone."""
    now = timezone.now()
    amount = rows.update(
        status=Status.WAITING, attempts=0, error="", due_at=now, lease=None, leased_until=None,
        received_at=None, resent_by=by, resent_at=now,
    )  # fmt: skip
    System.objects.filter(pk=system.pk).update(closed_until=None)
    SystemEvent.objects.create(
        system=system, by=by, kind=SystemEvent.Kind.RESENT, data={"messages": amount}
    )
    enqueue(DELIVER, system.pk)
