"""Carrying the messages out: one at a time to each system, until it said that it obeys.

A message is claimed under a lock of its system's row and held by a lease; the call itself is made
outside any transaction. Whatever dies in between, the lease runs out and the sweep of each minute
goes on; the receiver knows a message that comes twice by its number. A system that fails again and
again is left alone for a while (a circuit breaker): one message is tried per interval, the others
wait and use up no attempt, and no other system notices.
"""

import json
import logging
import random
import time
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol
from urllib.parse import urlencode

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from standardwebhooks import Webhook

from consents.actions.propagation import DELIVER
from consents.models import ChoiceEvent, Propagation, System
from consents.models.ledger import Act
from portal.lib import outgoing
from portal.lib.crypto import Unsealable, unwrap
from portal.lib.tasks import enqueue

log = logging.getLogger(__name__)

Status = Propagation.Status
# Longer than any call may take, and the while until a dead worker's message is taken up.
LEASE = timedelta(seconds=60)
# A job ends after this many seconds and queues the next: other jobs want the worker too.
SHIFT = 10
# After so many failures in a row the system is left alone, first for so many seconds, then for
# twice as many each time, at most for so many.
PATIENCE, FIRST_PAUSE, LONGEST_PAUSE = 3, 30, 900
SWEPT_AT_ONCE = 500

FOLLOWING = frozenset({Act.FOLLOWS_AGAIN, Act.POLICY_LIFTED})


@dataclass(frozen=True)
class Claim:
    """A message in one's hands until the lease runs out."""

    row: Propagation
    token: uuid.UUID


@dataclass(frozen=True)
class Outcome:
    """How it went: the new status, and for a failure its code. ``final``: no further attempt."""

    status: str
    error: str = ""
    final: bool = False


def deliver(system_id: int) -> None:
    """Send what is due to one system, oldest first; a job of the worker."""
    until = time.monotonic() + SHIFT
    while (held := claim(system_id)) is not None:
        settle(held, send(held.row))
        if time.monotonic() > until:
            with transaction.atomic():
                enqueue(DELIVER, system_id)
            return


def sweep() -> int:
    """Queue every system for which something is due; return how many. Runs each minute."""
    now = timezone.now()
    ready = Q(closed_until=None) | Q(closed_until__lte=now)
    due = Propagation.objects.filter(status=Status.WAITING, due_at__lte=now)
    systems = System.objects.filter(ready, pk__in=due.values("system")).exclude(webhook_url="")
    ids = list(systems.order_by("pk").values_list("pk", flat=True)[:SWEPT_AT_ONCE])
    with transaction.atomic():
        for pk in ids:
            enqueue(DELIVER, pk)
    return len(ids)


@transaction.atomic
def claim(system_id: int) -> Claim | None:
    """Take up the message that has been due longest, or none.

    None while the system is left alone, or while another worker holds a message of it: it is sent
    one after the other. The lock is on the system's row, but lets choices refer to it meanwhile.
    """
    locked = System.objects.select_for_update(no_key=True).filter(pk=system_id)
    system, now = locked.exclude(webhook_url="").first(), timezone.now()
    if system is None or (system.closed_until and system.closed_until > now):
        return None
    rows = Propagation.objects.filter(system=system)
    if rows.filter(leased_until__gt=now).exists():
        return None
    due = rows.filter(status=Status.WAITING, due_at__lte=now).order_by("due_at", "pk")
    row = due.select_related("system", "event__purpose", "event__document").first()
    if row is None:
        return None
    row.lease, row.leased_until, row.attempts = uuid.uuid4(), now + LEASE, row.attempts + 1
    row.save(update_fields=["lease", "leased_until", "attempts"])
    return Claim(row, row.lease)


def send(row: Propagation) -> Outcome:
    """Call the system with the message, and say what its answer means.

    202 means received: it says later, by the API, that it obeys. Any other 2xx means it does now.
    A redirect is not followed: the address is what was registered.
    """
    now = timezone.now()
    body = json.dumps(message(row.event, now), separators=(",", ":"), ensure_ascii=False)
    try:
        headers = signed(row, body, now)
        status = outgoing.post(row.system.webhook_url, body.encode(), headers=headers)
    except Unsealable:
        return Outcome(Status.WAITING, "no_secret")
    except outgoing.Undelivered as error:
        return Outcome(Status.WAITING, error.code)
    if status == 202:
        return Outcome(Status.RECEIVED)
    if 200 <= status < 300:
        return Outcome(Status.APPLIED)
    return Outcome(Status.WAITING, f"http_{status}", final=status == 410)


def message(event: ChoiceEvent, now: datetime) -> dict[str, Any]:
    """Return what a system is told: that something was chosen, and where to ask what now holds.

    No personal data: neither who chose nor of which organisation. ``sequence`` grows with each
    act, so that a receiver can tell an older message from a newer one.
    """
    scope = "document" if event.document_id else "organisation" if _narrow(event) else "everything"
    data: dict[str, Any] = {
        "choice": str(event.uid),
        "sequence": event.pk,
        "at": event.at.isoformat(),
        "purpose": event.purpose.slug,
        "direction": _direction(event),
        "scope": scope,
        "url": _ask(event),
    }
    if event.document is not None:
        data["document"] = event.document.reference
    return {"type": "choice.changed", "timestamp": now.isoformat(), "data": data}


class Addressed(Protocol):
    """What goes to a system, under a number of its own."""

    @property
    def uid(self) -> uuid.UUID:
        """The number by which the receiver knows a message that comes twice."""

    @property
    def system(self) -> System:
        """Whose secret signs."""


def signed(row: Addressed, body: str, now: datetime) -> dict[str, str]:
    """Return the headers of Standard Webhooks; for a day after a change, both secrets sign.

    Raises:
        Unsealable: no secret of this installation opens the system's.
    """
    system, number = row.system, str(row.uid)
    if not system.webhook_secret:
        raise Unsealable("none was made yet")
    secrets = [unwrap(bytes(system.webhook_secret))]
    if system.former_until is not None and system.former_until > now:
        secrets.append(unwrap(bytes(system.former_secret)))
    signatures = [Webhook(secret).sign(number, now, body) for secret in secrets]
    return {
        "Content-Type": "application/json",
        "User-Agent": f"Regard/{settings.VERSION}",
        "webhook-id": number,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


@transaction.atomic
def settle(held: Claim, outcome: Outcome) -> None:
    """Put on record how a call ended, if the message is still in our hands.

    It is not when the lease ran out and another took it up, or the system confirmed it meanwhile.
    """
    system = System.objects.select_for_update(no_key=True).get(pk=held.row.system_id)
    row = Propagation.objects.select_for_update().filter(lease=held.token).first()
    _count(system, failed=bool(outcome.error))
    if row is None:
        return
    row.lease = row.leased_until = None
    if row.status == Status.WAITING:
        _enter(row, outcome)
    row.save()
    if outcome.error:
        log.warning("message %s to %s: %s", row.uid, system.slug, outcome.error)


def _enter(row: Propagation, outcome: Outcome) -> None:
    now = timezone.now()
    row.status, row.error = outcome.status, outcome.error
    if outcome.error:
        waits: list[int] = settings.DELIVERY_BACKOFF_SECONDS
        if outcome.final or row.attempts > len(waits):
            row.status = Status.DEAD
            return
        # Not all at once: what failed together would otherwise come back together.
        wait = waits[row.attempts - 1] * random.uniform(0.8, 1.2)  # noqa: S311 - no secret
        row.due_at = now + timedelta(seconds=wait)
        return
    row.received_at = now
    row.applied_at = now if row.status == Status.APPLIED else None


def _count(system: System, *, failed: bool) -> None:
    """Count failures in a row, and leave the system alone when they are too many."""
    if not failed:
        if system.failures or system.closed_until:
            System.objects.filter(pk=system.pk).update(failures=0, closed_until=None)
        return
    failures, closed = system.failures + 1, None
    if failures >= PATIENCE:
        pause = min(FIRST_PAUSE * 2 ** min(failures - PATIENCE, 10), LONGEST_PAUSE)
        closed = timezone.now() + timedelta(seconds=pause)
    System.objects.filter(pk=system.pk).update(failures=F("failures") + 1, closed_until=closed)


def _narrow(event: ChoiceEvent) -> bool:
    return event.within_id is not None or event.organisation_id is not None


def _direction(event: ChoiceEvent) -> str:
    if event.act in FOLLOWING:
        return "follow"
    return "allow" if event.allows else "refuse"


def _ask(event: ChoiceEvent) -> str:
    """Return where the receiver asks what holds now: the gate, or the list of what changed."""
    query = {"purpose": event.purpose.slug}
    if event.document is not None:
        query = {"document": event.document.reference, **query}
        return f"{settings.SITE_URL}/api/v1/permits/?{urlencode(query)}"
    return f"{settings.SITE_URL}/api/v1/permits/changes?{urlencode(query)}"
