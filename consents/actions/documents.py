"""Register what the signing service reports about its documents: the one way in, for every door.

Reports come repeated, late and in any order; the end is the same. What is told is told as of
``state_at``: the newest report that describes a document says what it is called and who is in it,
an older one only fills gaps. The status never goes back (``reports.LIFE``), protection
(``special_category``, a minor, a refusal at upload, somebody who signed or refused) is never lifted
by a report, and a document stays with the organisation of its very first report, or with none:
another one's policy and contract shall not begin to speak for it (invariant 4).
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import Any
from uuid import UUID

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from consents import kinds
from consents.actions.parties import Parties
from consents.models import Document
from consents.reports import EARLIEST, DocumentReport, furthest
from portal.lib.errors import DomainError

# The ``state_at`` of a document of which no report has yet said what it is.
NEVER_DESCRIBED = EARLIEST
SETTLED = (Document.Status.COMPLETED, Document.Status.DECLINED, Document.Status.VOIDED)
GONE = (Document.Status.PURGED, Document.Status.DELETED)
TOLD = (
    "title", "kind", "envelope", "status", "sent_at", "completed_at",
    "listed_at", "state_at", "sha256", "file", "special_category", "involves_minor",
    "refused_at_upload", "keep_until",
)  # fmt: skip


class UnknownOrganisation(DomainError):
    """The report names an organisation that we do not know and gives it no name."""

    code = "unknown_organisation"


class Result(StrEnum):
    """What became of a report."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    REJECTED = "rejected"


@dataclass(frozen=True)
class Outcome:
    """What became of one report. A rejected one has no ``document``; ``code`` says why."""

    result: Result
    document: Document | None = None
    code: str = ""


def register(report: DocumentReport) -> Document:
    """Make or update the document, and return it.

    Raises:
        UnknownOrganisation: see there.
    """
    document = register_all([report])[0].document
    if document is None:
        raise UnknownOrganisation(_("The organisation is not known; give its name to make it."))
    return document


@transaction.atomic
def register_all(reports: Sequence[DocumentReport]) -> list[Outcome]:
    """Register many reports in a fixed number of queries; one outcome per report, in their order.

    Rows are inserted, then locked, in the order of their references, so that two batches at the
    same time wait for each other and cannot block each other.
    """
    batch = _Batch(reports)
    outcomes = [batch.take(report) for report in reports]
    batch.save()
    return outcomes


class _Batch:
    """The documents that some reports are about, made where they are new, and locked."""

    def __init__(self, reports: Sequence[DocumentReport]) -> None:
        self.organisations = _organisations(reports)
        accepted = [report for report in reports if self.accepts(report)]
        wanted = {report.reference for report in accepted}
        uids = _insert(accepted, wanted, self.organisations)
        self.documents = {
            document.reference: document
            for document in Document.objects.select_for_update()
            .filter(reference__in=wanted)
            .order_by("reference")
        }
        # Another transaction may have made it first: then it has not the uid that we chose.
        self.created = {name for name, uid in uids.items() if self.documents[name].uid == uid}
        self.parties = Parties(self.documents.values())
        self.before = {name: _facts(one) for name, one in self.documents.items()}

    def accepts(self, report: DocumentReport) -> bool:
        """Return whether we know, or could make, the organisation it names."""
        return not report.organisation or report.organisation in self.organisations

    def take(self, report: DocumentReport) -> Outcome:
        """Let the document know what the report says."""
        if not self.accepts(report):
            return Outcome(Result.REJECTED, code=UnknownOrganisation.code)
        document = self.documents[report.reference]
        before = _facts(document)
        newer = _tell(document, report)
        _keep_file(document, report, newer=newer)
        if document.listed_at != before["listed_at"]:
            self.parties.list_anew(document)
        met = self.parties.learn(document, report, newer=newer, settled=_is_settled(before))
        if report.reference in self.created:
            self.created.discard(report.reference)
            return Outcome(Result.CREATED, document)
        changed = met or _facts(document) != before
        return Outcome(Result.UPDATED if changed else Result.UNCHANGED, document)

    def save(self) -> None:
        """Write what is new."""
        changed = [one for name, one in self.documents.items() if _facts(one) != self.before[name]]
        if changed:
            Document.objects.bulk_update(changed, TOLD, batch_size=200)
        self.parties.save()


def _organisations(reports: Iterable[DocumentReport]) -> dict[str, int]:
    """Return the ids of the named organisations, made on first sight if the report names them."""
    named = {one.organisation: one.organisation_name for one in reports if one.organisation}
    if not named:
        return {}
    known = dict(Organisation.objects.filter(reference__in=named).values_list("reference", "pk"))
    new = [
        Organisation(reference=reference, name=name)
        for reference, name in sorted(named.items())
        if name and reference not in known
    ]
    if not new:
        return known
    Organisation.objects.bulk_create(new, ignore_conflicts=True)
    return dict(Organisation.objects.filter(reference__in=named).values_list("reference", "pk"))


def _insert(
    reports: Iterable[DocumentReport], wanted: set[str], organisations: dict[str, int]
) -> dict[str, UUID]:
    """Insert the documents that are new; return the uids that they have if nobody was faster."""
    now = timezone.now()
    known = Document.objects.filter(reference__in=wanted).values_list("reference", flat=True)
    missing = wanted.difference(known)
    rows: dict[str, Document] = {}
    for report in reports:
        if report.reference in missing and report.reference not in rows:
            document = Document(
                reference=report.reference,
                status=Document.Status.DRAFT,
                state_at=NEVER_DESCRIBED,
                listed_at=now,
                organisation_id=organisations.get(report.organisation or ""),
            )
            _tell(document, report)
            rows[report.reference] = document
    in_order = [rows[name] for name in sorted(rows)]
    Document.objects.bulk_create(in_order, ignore_conflicts=True, batch_size=1000)
    return {name: row.uid for name, row in rows.items()}


def _facts(document: Document) -> dict[str, Any]:
    return {field: getattr(document, field) for field in TOLD} | {"file": document.file.name}


def _is_settled(before: dict[str, Any]) -> bool:
    """Whether the document was completed, declined or voided.

    One that is gone, and was never described as completed, is still described by late reports.
    """
    was_completed = before["status"] in GONE and before["completed_at"] is not None
    return was_completed or before["status"] in SETTLED


def _tell(document: Document, report: DocumentReport) -> bool:
    """Write into the (unsaved) document what the report says; return whether it is the newest."""
    status = furthest([Document.Status(document.status), report.status])
    if document.erased_at:
        # All it can still learn is that the service has removed it too.
        document.status = status if report.status in GONE else document.status
        return False
    document.status = status
    document.special_category |= report.special_category
    document.refused_at_upload |= report.refuses_training
    newer = report.describes and report.state_at >= document.state_at
    if newer:
        document.state_at = report.state_at
    _tell_kind(document, report, newer=newer)
    for field in ("title", "envelope", "sent_at", "completed_at", "keep_until"):
        told = getattr(report, field)
        if told and (newer or not getattr(document, field)):
            setattr(document, field, told)
    if report.sha256 and not document.file and (newer or not document.sha256):
        document.sha256 = report.sha256
    if document.status == Document.Status.COMPLETED and document.completed_at is None:
        document.completed_at = report.state_at
    document.listed_at = document.sent_at or document.listed_at
    return newer


def _tell_kind(document: Document, report: DocumentReport, *, newer: bool) -> None:
    """Take the kind that is told, else guess it anew with a new title if it was guessed before."""
    if report.kind and (newer or document.kind == Document.Kind.OTHER):
        document.kind = report.kind
    elif report.title and newer and document.kind == kinds.guess(document.title):
        document.kind = kinds.guess(report.title)


def _keep_file(document: Document, report: DocumentReport, *, newer: bool) -> None:
    """Keep the document itself, under its uid, if it is newer than the one we have."""
    if report.content is None or document.erased_at or not (newer or not document.file):
        return
    sha256 = hashlib.sha256(report.content).hexdigest()
    if document.file and document.sha256 == sha256:
        return
    if document.file:
        outdated = str(document.file.name)
        transaction.on_commit(partial(document.file.storage.delete, outdated))
    ending = "pdf" if report.content.startswith(b"%PDF") else "bin"
    document.file.save(f"{document.uid}.{ending}", ContentFile(report.content), save=False)
    document.sha256 = sha256
