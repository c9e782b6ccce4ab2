"""Who else had the documents of a request, and what each is told (art. 19 GDPR)."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils.crypto import salted_hmac

from accounts.models import User
from consents.models import Document, PurposeVersion, System, Use
from dsar.models import RecipientNotice, SubjectRequest
from dsar.sources.base import Words

CHUNK = 1000


@dataclass
class Recipient:
    """Somebody to whom documents were disclosed; ``system`` is None for a mere name."""

    slug: str
    name: str
    system: System | None = None
    documents: set[int] = field(default_factory=set)


def who_received(documents: Collection[int]) -> list[Recipient]:
    """Return everybody who got one of these documents (ids), with which.

    A document was disclosed to the system that reported its use, and to whom the version of the
    purpose names as its recipients. What was only allowed, and never done, disclosed nothing.
    """
    systems = {system.pk: system for system in System.objects.all()}
    by_slug = {system.slug: system for system in systems.values()}
    found: dict[str, Recipient] = {}
    named: dict[int, list[dict[str, Any]]] = {}
    for document, system_id, version_id in _uses(documents):
        system = systems[system_id]
        _add(found, system.slug, system.name, system, document)
        if version_id not in named:
            version = PurposeVersion.objects.only("recipients").get(pk=version_id)
            named[version_id] = version.recipients
        for one in named[version_id]:
            slug, known = str(one["system"]), by_slug.get(str(one["system"]))
            _add(found, slug, known.name if known else str(one["name"]), known, document)
    return sorted(found.values(), key=lambda one: one.slug)


@dataclass(frozen=True)
class Told:
    """One recipient as a page shows it. ``state`` is a mark of the design, ``at`` its instant."""

    name: str
    what: Words
    documents: int
    state: str
    word: Words
    at: datetime | None


STATES = {
    RecipientNotice.Status.CONFIRMED: "done",
    RecipientNotice.Status.DEAD: "failed",
}


def told(request: SubjectRequest) -> list[Told]:
    """Return who else was told, and how it stands now."""
    return [
        Told(
            name=notice.name,
            what=RecipientNotice.What(notice.what).label,
            documents=len(notice.documents),
            state=STATES.get(RecipientNotice.Status(notice.status), "waiting"),
            word=RecipientNotice.Status(notice.status).label,
            at=notice.ack_at or notice.sent_at,
        )
        for notice in request.recipients.order_by("name", "pk")
    ]


def told_before(body: list[dict[str, Any]]) -> list[Told]:
    """Return the same from a certificate whose notices a restore has lost: who, not the answer."""
    word = RecipientNotice.Status.TOLD.label
    return [
        Told(
            name=one["name"],
            what=RecipientNotice.What(one["what"]).label,
            documents=one["documents"],
            state="waiting",
            word=word,
            at=None,
        )
        for one in body
    ]


def subject_for(person: User, recipient: str) -> str:
    """Return the number under which a recipient hears of a person.

    It says nothing, and two recipients cannot tell from it that they speak of the same person.
    """
    value = f"{recipient}:{person.uid}"
    return salted_hmac("dsar.recipient", value, algorithm="sha256").hexdigest()[:32]


def message(notice: RecipientNotice, now: datetime) -> dict[str, Any]:
    """Return what a recipient is sent: what became of which documents; no name, no address."""
    path = f"/api/v1/recipient-notices/{notice.uid}/confirmed/"
    return {
        "type": f"subject.{notice.what}",
        "timestamp": now.isoformat(),
        "data": {
            "notice": str(notice.uid),
            "subject": notice.subject,
            "documents": notice.documents,
            "confirm_by": notice.due_on.isoformat(),
            "url": f"{settings.SITE_URL}{path}",
        },
    }


def references(documents: Iterable[int]) -> list[str]:
    """Return the signing service's references of these documents, in order."""
    rows = Document.objects.filter(pk__in=list(documents)).order_by("reference")
    return list(rows.values_list("reference", flat=True))


def _uses(documents: Collection[int]) -> Iterable[tuple[int, int, int]]:
    ordered = sorted(documents)
    for start in range(0, len(ordered), CHUNK):
        uses = Use.objects.filter(document__in=ordered[start : start + CHUNK])
        yield from uses.values_list("document_id", "system_id", "version_id").distinct()


def _add(
    found: dict[str, Recipient], slug: str, name: str, system: System | None, document: int
) -> None:
    found.setdefault(slug, Recipient(slug, name, system)).documents.add(document)
