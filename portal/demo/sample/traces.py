"""What everything else leaves behind: looks of staff, mails, and events that nobody understands."""

import json
from datetime import timedelta
from functools import partial

from django.db.models import F
from django_q.models import OrmQ

from accounts.actions import look
from accounts.models import AccessEvent
from consents.actions import canaries, envelopes
from consents.models import Canary, CanaryCheck
from portal.dashboard.models import CareRecord
from portal.demo.sample.clock import uid
from portal.demo.sample.people import AGENCY, ORGANISATIONS
from portal.demo.sample.world import Moment, World
from portal.lib import mail
from portal.lib.models import OutgoingMail

Looked = AccessEvent.Kind
CHECKED_FOR, CHECKED_EVERY = 30, timedelta(minutes=10)  # days ago; what the schedule says
# Whose file, days ago, at, by whom, what, why. What staff see of requests is in ``asking``.
NOT_FOUND = "Appel : document signé introuvable"
LOOKS = (
    ("camille", 316, "09:12", "helene", Looked.PERSON_VIEWED, "Contrôle annuel des demandes"),
    ("camille", 231, "10:26", "sofia", Looked.PERSON_VIEWED, NOT_FOUND),
    ("camille", 231, "10:29", "sofia", Looked.DOCUMENT_VIEWED, NOT_FOUND),
    ("camille", 33, "15:05", "sofia", Looked.DOCUMENT_VIEWED, "Exactitude contestée"),
    ("yanis", 31, "16:45", "sofia", Looked.PERSON_VIEWED, "Appel : plus d’e-mails de prospection"),
    ("hugo", 8, "10:09", "sofia", Looked.IDENTITY_REVEALED, "Homonyme d’un autre client"),
    ("nadia", 15, "20:31", "helene", Looked.PERSON_VIEWED, "Demande en retard"),
    ("thomas", 157, "14:15", "sofia", Looked.IDENTITY_REVEALED, "Comparing the sender’s address"),
    ("camille", 40, "11:20", "helene", Looked.EVENTS_VIEWED, "Question de la CNIL"),
    ("camille", 39, "09:35", "helene", Looked.EVENTS_EXPORTED, "Question de la CNIL"),
    ("sofia", 38, "17:05", "helene", Looked.ACTIVITY_VIEWED, "Contrôle semestriel des accès"),
)  # fmt: skip


def moments(world: World) -> list[Moment]:
    """Return the looks, and two events of the signing service that could not be read."""
    found = [
        Moment(world.clock.ago(days, hour), partial(
            look, world.person(key), by=world.person(by), kind=kind, reason=why
        ))
        for key, days, hour, by, kind, why in LOOKS
    ]  # fmt: skip
    found.append(
        Moment(world.clock.ago(11, "11:02"), partial(_unreadable, "recipient-autoresponse"))
    )
    found.append(Moment(world.clock.ago(1, "17:39"), partial(_unreadable, "envelope-completed")))
    found.append(Moment(world.clock.ago(CHECKED_FOR, "00:00"), canaries.plant))
    return found


def _unreadable(event: str) -> None:
    """Receive an event without what it should be about."""
    body = {
        "event": event, "apiVersion": "v2.1",
        "data": {
            "accountId": ORGANISATIONS[AGENCY][1].partition(":")[2],
            "envelopeId": str(uid(f"unreadable {event}")),
            "envelopeSummary": {"status": "half-way", "sender": {"email": "not an address"}},
        },
    }  # fmt: skip
    envelopes.receive(json.dumps(body).encode(), body)


def deliver_mails(world: World) -> None:
    """Let the mails of the past have been sent then, but for one whose address did not exist."""
    waiting = OutgoingMail.objects.filter(status=OutgoingMail.Status.WAITING)
    last = waiting.filter(template="dsar/message").order_by("-created_at").first()
    if last is not None:
        waiting.filter(pk=last.pk).update(
            status=OutgoingMail.Status.FAILED, attempts=1, error="smtp_550"
        )
    waiting.filter(created_at__lt=world.now - timedelta(minutes=30)).update(
        status=OutgoingMail.Status.SENT, attempts=1, sent_at=F("created_at") + timedelta(seconds=2),
        subject="", text="", html="",
    )  # fmt: skip
    mail.delete_old()


def empty_queue(before: int) -> None:
    """Forget the jobs queued since job ``before``: their work is done, in the past.

    What is still waiting, the worker's sweeps queue again.
    """
    OrmQ.objects.filter(pk__gt=before).delete()


def last_job() -> int:
    """Return the number of the job queued last, 0 if none is waiting."""
    return max(OrmQ.objects.values_list("pk", flat=True), default=0)


def note_checks(world: World) -> None:
    """The gate was asked about the canaries every ten minutes; for an hour it did not answer."""
    at, asked = world.clock.ago(CHECKED_FOR, "00:10"), Canary.objects.count()
    down = world.clock.ago(17, "02:55")
    checks = []
    while at < world.now - CHECKED_EVERY:
        is_down = down < at < down + timedelta(hours=1)
        outcome = CanaryCheck.Outcome.UNREACHABLE if is_down else CanaryCheck.Outcome.HELD
        error = "no_connection" if is_down else ""
        checks.append(
            CanaryCheck(at=at, outcome=outcome, error=error, asked=0 if is_down else asked)
        )
        at += CHECKED_EVERY
    CanaryCheck.objects.bulk_create(checks)


def note_backups(world: World) -> None:
    """The office made a backup every night, and tried one in the spring."""
    nights = [world.clock.ago(days, "03:10") for days in range(30, -1, -1)]
    CareRecord.objects.bulk_create(
        CareRecord(
            kind="backup", at=at, succeeded=True, label=f"signaro-{at:%Y-%m-%d}", bytes=734_003_200
        )
        for at in nights
        if at < world.now
    )
    CareRecord.objects.create(
        kind="drill",
        at=world.clock.ago(74, "10:30"),
        succeeded=True,
        label=f"signaro-{world.clock.ago(74, '03:10'):%Y-%m-%d}",
        replayed=True,
    )
