"""Read DocuSign Connect events: JSON, "SIM" format, v2.1. Pure: bytes in, a report out.

The format sends numbers and booleans as strings, null for what is missing, dates with seven
digits of a second, and new fields at any time. What is not needed is not looked at.
"""

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from consents import kinds
from consents.envelope_fields import content_usage
from consents.models.documents import Document, Party
from consents.reports import (
    EARLIEST,
    LATEST,
    NAME_LENGTH,
    TITLE_LENGTH,
    PartyReport,
    email_or_none,
    furthest,
    plain,
)
from portal.lib import aipref

S = Document.Status
R = Party.Role

NAME = re.compile(r"[\w.-]{1,64}", re.ASCII)

# The states of an envelope. "correct" is one being corrected, "timedout" one that expired.
STATUS = {
    "created": S.DRAFT,
    "sent": S.SENT,
    "delivered": S.SENT,
    "signed": S.SENT,
    "correct": S.SENT,
    "processing": S.SENT,
    "completed": S.COMPLETED,
    "authoritativecopy": S.COMPLETED,
    "transfercompleted": S.COMPLETED,
    "declined": S.DECLINED,
    "voided": S.VOIDED,
    "timedout": S.VOIDED,
    "deleted": S.DELETED,
}
# What an event says by its name alone; the others say no more than that the envelope is under way.
EVENTS = {
    "envelope-created": S.DRAFT,
    "envelope-completed": S.COMPLETED,
    "envelope-declined": S.DECLINED,
    "envelope-voided": S.VOIDED,
    "envelope-purge": S.PURGED,
    "envelope-deleted": S.DELETED,
    "envelope-discard": S.DELETED,
}
# Who is what. Seals are machines. Agents, editors and intermediaries see the documents, as those in
# copy do; a certified delivery must be acknowledged, not signed.
ROLES = {
    "signers": R.SIGNER,
    "witnesses": R.SIGNER,
    "notaries": R.SIGNER,
    "agents": R.COPY,
    "editors": R.COPY,
    "intermediaries": R.COPY,
    "certifiedDeliveries": R.COPY,
    "carbonCopies": R.COPY,
}


class Unreadable(Exception):
    """An event that we cannot understand. ``code`` and ``where`` repeat no value of the event."""

    def __init__(self, code: str, where: str = "") -> None:
        super().__init__(f"{code} at {where}" if where else code)
        self.code = code
        self.where = where


@dataclass(frozen=True)
class Content:
    """One content document of an envelope."""

    reference: str
    title: str
    kind: Document.Kind
    content: bytes | None


@dataclass(frozen=True)
class EnvelopeReport:
    """What one event says of an envelope, at ``at`` (UTC).

    Without ``documents`` it says only ``status``, of whatever documents the envelope has.
    """

    envelope: str
    status: Document.Status
    at: datetime
    organisation: str | None = None
    sent_at: datetime | None = None
    completed_at: datetime | None = None
    refuses_training: bool = False
    documents: tuple[Content, ...] = ()
    parties: tuple[PartyReport, ...] = ()


def read(event: Any) -> EnvelopeReport:
    """Return what the event (a JSON value) says.

    Raises:
        Unreadable: it names no envelope, no time or no state that we know, or its documents or
            dates are damaged. Unknown fields and unknown kinds of event are no reason.
    """
    event = _object(event, "event")
    data = _object(event.get("data"), "data")
    summary = _object(data.get("envelopeSummary") or {}, "data.envelopeSummary")
    envelope = _envelope(data, summary)
    status = _status(_text(event.get("event")).lower(), summary)
    at = _time(event.get("generatedDateTime"), "generatedDateTime") or _time(
        summary.get("statusChangedDateTime"), "data.envelopeSummary.statusChangedDateTime"
    )
    if at is None:
        raise Unreadable("no_time", "generatedDateTime")
    account = _text(data.get("accountId")).lower()
    gone = status in (S.PURGED, S.DELETED)
    return EnvelopeReport(
        envelope=envelope,
        status=status,
        at=at,
        organisation=f"docusign:{account}" if NAME.fullmatch(account) else None,
        sent_at=_sent(summary),
        completed_at=_time(summary.get("completedDateTime"), "completedDateTime"),
        refuses_training=aipref.forbids_training(*content_usage(summary)),
        # A purge may have redacted the rest, which must not reach people's lists.
        documents=() if gone else tuple(_documents(envelope, summary)),
        parties=() if gone else tuple(_parties(summary)),
    )


def _object(value: Any, where: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Unreadable("not_an_event", where)
    return value


def _objects(value: Any, where: str) -> Iterator[tuple[str, dict[str, Any]]]:
    if value is None:
        return
    if not isinstance(value, list):
        raise Unreadable("not_a_list", where)
    for place, one in enumerate(value):
        yield f"{where}[{place}]", _object(one, f"{where}[{place}]")


def _text(value: Any) -> str:
    return plain(str(value), 1000) if isinstance(value, str | int) else ""


def _time(value: Any, where: str) -> datetime | None:
    """Return the moment in UTC; years before 1970 stand for "never" (0001-01-01)."""
    if not _text(value):
        return None
    try:
        # Python drops the seventh digit of the second.
        moment = datetime.fromisoformat(_text(value))
    except ValueError as error:
        raise Unreadable("bad_date", where) from error
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    if moment.replace(tzinfo=UTC) < EARLIEST:
        return None
    if moment.replace(tzinfo=UTC) > LATEST:
        raise Unreadable("bad_date", where)
    return moment.astimezone(UTC)


def _envelope(data: dict[str, Any], summary: dict[str, Any]) -> str:
    names = {
        name.lower()
        for name in (_text(data.get("envelopeId")), _text(summary.get("envelopeId")))
        if name
    }
    if len(names) > 1:
        raise Unreadable("two_envelopes", "data.envelopeSummary.envelopeId")
    if not names or not NAME.fullmatch(min(names)):
        raise Unreadable("no_envelope", "data.envelopeId")
    return names.pop()


def _status(event: str, summary: dict[str, Any]) -> Document.Status:
    """Return the furthest state that anything in the event speaks of."""
    told = _text(summary.get("status")).lower()
    if told and told not in STATUS:
        raise Unreadable("unknown_status", "data.envelopeSummary.status")
    if not told and not event.startswith(("envelope-", "recipient-")):
        raise Unreadable("unknown_event", "event")
    found = [STATUS.get(told, S.DRAFT), EVENTS.get(event, S.DRAFT)]
    if not told and event not in EVENTS:
        found.append(S.SENT)
    purge = _text(summary.get("purgeState")).lower()
    if purge.endswith("_purged"):
        found.append(S.PURGED)
    elif purge.endswith("queued") and event == "envelope-purge":
        # Announced, or called off: the documents are still there ("…_queued", "…_dequeued").
        found.remove(S.PURGED)
    return furthest(found)


def _sent(summary: dict[str, Any]) -> datetime | None:
    first = _time(summary.get("initialSentDateTime"), "initialSentDateTime")
    return first or _time(summary.get("sentDateTime"), "sentDateTime")


def _documents(envelope: str, summary: dict[str, Any]) -> Iterator[Content]:
    """Yield the documents that were signed; the certificate and summaries are DocuSign's own."""
    subject = plain(_text(summary.get("emailSubject")), TITLE_LENGTH)
    path = "data.envelopeSummary.envelopeDocuments"
    for where, one in _objects(summary.get("envelopeDocuments"), path):
        name = _text(one.get("documentId"))
        if _text(one.get("type")).lower() not in ("content", "") or name == "certificate":
            continue
        if not NAME.fullmatch(name):
            raise Unreadable("no_document", f"{where}.documentId")
        title = plain(_text(one.get("name")), TITLE_LENGTH) or subject
        kind = kinds.guess(title)
        yield Content(
            reference=f"docusign:{envelope}/{name}",
            title=title,
            kind=kind if kind != Document.Kind.OTHER else kinds.guess(subject),
            content=_bytes(one, where),
        )


def _bytes(document: dict[str, Any], where: str) -> bytes | None:
    for field in ("PDFBytes", "documentBase64"):
        encoded = document.get(field)
        if encoded:
            try:
                return base64.b64decode("".join(encoded.split()), validate=True)
            except (binascii.Error, ValueError, AttributeError, TypeError) as error:
                raise Unreadable("bad_file", f"{where}.{field}") from error
    return None


def _parties(summary: dict[str, Any]) -> Iterator[PartyReport]:
    """Yield everybody in the envelope; nobody if the event does not list its recipients.

    Connect can be set to leave them out: the sender alone would then look like all there are.
    """
    path = "data.envelopeSummary.recipients"
    recipients = _object(summary.get("recipients") or {}, path)
    if not recipients:
        return
    sender = summary.get("sender")
    if sender:
        one = _object(sender, "data.envelopeSummary.sender")
        yield _party(R.SENDER, one.get("userName"), one.get("email"))
    for group, role in ROLES.items():
        for where, one in _objects(recipients.get(group), f"{path}.{group}"):
            signed = _time(one.get("signedDateTime"), f"{where}.signedDateTime")
            name = _text(one.get("name")) or _text(one.get("fullName"))
            yield _party(role, name, one.get("email"), signed if role == R.SIGNER else None)
    for where, one in _objects(recipients.get("inPersonSigners"), f"{path}.inPersonSigners"):
        yield from _in_person(one, _time(one.get("signedDateTime"), f"{where}.signedDateTime"))


def _in_person(one: dict[str, Any], signed_at: datetime | None) -> Iterator[PartyReport]:
    """Yield the signer and the host who holds the device for them.

    The recipient's own ``email`` is the host's, unless a notary is present; a host who wrote their
    own address for the signer's leaves the signer unknown, and so out of AI training.
    """
    host = email_or_none(_text(one.get("hostEmail")))
    email = _text(one.get("signerEmail"))
    if not email and _text(one.get("inPersonSigningType")).lower() == "notary":
        email = _text(one.get("email"))
    name = _text(one.get("signerName")) or _text(one.get("name"))
    same = email_or_none(email) == host and name != _text(one.get("hostName"))
    yield _party(R.SIGNER, name, "" if same else email, signed_at)
    if host:
        yield _party(R.COPY, one.get("hostName"), host)


def _party(
    role: Party.Role, name: Any, email: Any, signed_at: datetime | None = None
) -> PartyReport:
    return PartyReport(
        role=role,
        email=email_or_none(_text(email)),
        name=plain(_text(name), NAME_LENGTH),
        signed_at=signed_at,
    )
