"""Take in the events of an envelope, in whatever order and how often they come."""

import hashlib
import logging
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from accounts.models import Organisation, User
from consents import docusign
from consents.actions.documents import register_all
from consents.docusign import EnvelopeReport, Unreadable
from consents.models import Document, InboundEvent
from consents.reports import LIFE, DocumentReport, furthest
from portal.lib import strict_json

log = logging.getLogger(__name__)

# How long the body of an event that nobody could apply is kept: long enough to mend our reading of
# it, and no longer than a person's names and addresses may lie about (art. 5(1)(e)).
KEPT = timedelta(days=30)
UNKNOWN_ENVELOPE = "unknown_envelope"
OPEN = (InboundEvent.Status.WAITING, InboundEvent.Status.UNREADABLE)


@transaction.atomic
def receive(raw: bytes, event: Any) -> InboundEvent | None:
    """Apply a signed event, or keep it for staff; return the row if it was kept.

    ``event`` is the JSON value of the ``raw`` body. An event that only says "deleted" of an
    envelope that we do not know yet waits for it, whichever of the two comes first.
    """
    try:
        report = docusign.read(event)
    except Unreadable as error:
        return _keep(raw, InboundEvent.Status.UNREADABLE, code=error.code, where=error.where)
    if _apply(report):
        return None
    return _keep(raw, InboundEvent.Status.WAITING, code=UNKNOWN_ENVELOPE, envelope=report.envelope)


@transaction.atomic
def try_again(event: InboundEvent, *, by: User | None) -> InboundEvent:
    """Read a kept event once more; if it can now be applied, its body is emptied."""
    event = InboundEvent.objects.select_for_update().get(pk=event.pk)
    if event.status not in OPEN:
        return event
    event.attempts, event.tried_at, event.tried_by = event.attempts + 1, timezone.now(), by
    try:
        report = docusign.read(strict_json.loads(bytes(event.body), allow_duplicates=True))
    except Unreadable as error:
        event.status = InboundEvent.Status.UNREADABLE
        event.code, event.where = error.code, error.where
    else:
        event.envelope = report.envelope
        if _apply(report):
            event.status, event.body = InboundEvent.Status.APPLIED, b""
        else:
            event.status, event.code = InboundEvent.Status.WAITING, UNKNOWN_ENVELOPE
            event.where = ""
    event.save()
    return event


def forget_bodies() -> int:
    """Empty what was kept longer than ``KEPT``; the row still says that there was an event.

    Returns how many.
    """
    old = InboundEvent.objects.filter(status__in=OPEN, received_at__lt=timezone.now() - KEPT)
    return old.update(status=InboundEvent.Status.EXPIRED, body=b"")


def _keep(
    raw: bytes, status: InboundEvent.Status, *, code: str, where: str = "", envelope: str = ""
) -> InboundEvent:
    """Keep the event once, however often it is sent; one that had expired is open again."""
    sha256 = hashlib.sha256(raw).hexdigest()
    facts = {
        "status": status,
        "code": code,
        "where": where[:200],
        "envelope": envelope,
        "body": raw,
    }
    event, new = InboundEvent.objects.get_or_create(
        source=InboundEvent.Source.DOCUSIGN, sha256=sha256, defaults=facts
    )
    if not new and event.status not in OPEN:
        InboundEvent.objects.filter(pk=event.pk).update(received_at=timezone.now(), **facts)
    log.warning("DocuSign event %s kept: %s", event.uid, code)
    return event


def _apply(report: EnvelopeReport) -> bool:
    """Apply what an event says of its envelope; return False if we know nothing to apply it to."""
    _one_at_a_time(report.envelope)
    known = list(
        Document.objects.filter(
            envelope=report.envelope, reference__startswith=f"docusign:{report.envelope}/"
        )
    )
    if not report.documents and not known:
        return False
    register_all([*_about(report, known), *_left_out(report, known)])
    if report.documents:
        _apply_waiting(report.envelope)
    return True


def _one_at_a_time(envelope: str) -> None:
    """Wait until no other transaction is at work on the envelope, known or not yet known."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"docusign:{envelope}"]
        )


def _about(report: EnvelopeReport, known: list[Document]) -> list[DocumentReport]:
    """Return the reports of the documents that the event lists, or of those we know of."""
    if not report.documents:
        return [
            DocumentReport(
                reference=one.reference,
                status=report.status,
                state_at=report.at,
                refuses_training=report.refuses_training,
            )
            for one in known
        ]
    # An account that is none of our organisations is no reason to turn its documents away.
    ours = Organisation.objects.filter(reference=report.organisation).exists()
    shared, late = _shared_status(report, known), _late(report, known)
    names = {one.reference for one in known}
    return [
        DocumentReport(
            reference=one.reference,
            # An old event lists what a newer one does not: it has been taken out since.
            status=Document.Status.DELETED if late and one.reference not in names else shared,
            state_at=report.at,
            title=one.title,
            kind=one.kind,
            envelope=report.envelope,
            organisation=report.organisation if ours else None,
            sent_at=report.sent_at,
            completed_at=report.completed_at,
            refuses_training=report.refuses_training,
            parties=report.parties,
            content=one.content,
        )
        for one in report.documents
    ]


def _shared_status(report: EnvelopeReport, known: list[Document]) -> Document.Status:
    """Return the state of the envelope, which its documents share, also one that comes late."""
    if not known:
        return report.status
    # The least far of those we know: others may have been taken out, and are gone for that.
    least = min((Document.Status(one.status) for one in known), key=LIFE.index)
    return furthest([report.status, least])


def _late(report: EnvelopeReport, known: list[Document]) -> bool:
    """Return whether a newer event has described the envelope already."""
    return any(one.state_at > report.at for one in known)


def _left_out(report: EnvelopeReport, known: list[Document]) -> list[DocumentReport]:
    """Return that the documents are gone which the newest event of the envelope does not list."""
    listed = {one.reference for one in report.documents}
    if not listed or _late(report, known):
        return []
    return [
        DocumentReport(reference=one.reference, status=Document.Status.DELETED, state_at=report.at)
        for one in known
        if one.reference not in listed
    ]


def _apply_waiting(envelope: str) -> None:
    waiting = InboundEvent.objects.filter(
        status=InboundEvent.Status.WAITING, envelope=envelope
    ).order_by("pk")
    for event in waiting:
        try_again(event, by=None)
