"""What an erasure does with one document: whose it is, who else needs it, until when.

A contract is everybody's who signed it (art. 17(3)(b), (e); standards § 1.5).
"""

from datetime import date

from django.utils import timezone

from accounts.models import User
from consents.models import Document, Party
from consents.queries import retention
from dsar.durations import after
from dsar.grounds import ErasureGround, Sentence
from dsar.models import Hold
from dsar.models.erasure import Decision
from dsar.sources.base import Proposal

Status = Document.Status
PREFIX = "document:"
# Until a purpose that keeps documents is in force: the limitation of claims (art. 2224 C. civ.).
UNTIL_PUBLISHED = "P5Y"


def period() -> str:
    """Return how long documents are kept from their end (ISO 8601), as the register says now."""
    return retention.of_documents(timezone.now()) or UNTIL_PUBLISHED


def decide(document: Document, person: User, today: date, kept_for: str) -> Proposal:
    """Return what an erasure does with one document (art. 17(3)(b), (e); standards §1.5).

    A contract that others signed is their proof; one that only the person signed is kept locked
    away for the period of the register (``kept_for``, ISO 8601); what never became a contract goes.
    """
    others = _others(document, person)
    until = kept_until(document, kept_for)
    if document.status == Status.COMPLETED and until > today:
        if others:
            return _keep(document, Decision.KEEP, Sentence.CONTRACT_OF_OTHERS, until)
        return _keep(document, Decision.RESTRICT, Sentence.CONTRACT_PROOF, until)
    if is_theirs_alone(document, person):
        sentence = Sentence.ERASED if document.status == Status.COMPLETED else Sentence.ONLY_YOURS
        files = (str(document.file.name),) if document.file else ()
        key, label = f"{PREFIX}{document.pk}", document.title
        return Proposal(key, Decision.ERASE, sentence, label=label, files=files)
    return Proposal(
        f"{PREFIX}{document.pk}",
        Decision.ANONYMISE,
        Sentence.WAITING_FOR_OTHERS,
        label=document.title,
    )


def _keep(document: Document, decision: Decision, sentence: Sentence, until: date) -> Proposal:
    return Proposal(
        f"{PREFIX}{document.pk}",
        decision,
        sentence,
        ground=ErasureGround.LEGAL_CLAIMS,
        label=document.title,
        until=until,
    )


def kept_until(document: Document, kept_for: str) -> date:
    """Return the document's own date, else the day ``kept_for`` (ISO 8601) after its end.

    Its end is the last signature; of what nobody finished, its last state at the service.
    """
    if document.keep_until:
        return document.keep_until
    return after(timezone.localdate(document.completed_at or document.state_at), kept_for)


def is_abandoned(document: Document, person: User) -> bool:
    """Whether nobody who is left can see the document, and no legal hold needs it."""
    if any(party.address is not None for party in _others(document, person)):
        return False
    holds = Hold.objects.filter(lifted_at=None)
    return not holds.filter(person__addresses__parties__document=document).exists()


def _others(document: Document, person: User) -> list[Party]:
    """Return the other parties, but for those who have been erased themselves."""
    return [party for party in document.parties.all() if _is_other(party, person)]


def is_theirs_alone(document: Document, person: User) -> bool:
    """Whether nobody else knows of it: under a hold a document of others stays theirs too."""
    unsent = document.status == Status.DRAFT and _is_sender(document, person)
    return unsent or not _others(document, person)


def _is_other(party: Party, person: User) -> bool:
    if party.address is None:
        return True  # a signer of whom no address is known
    erased = party.address.email is None and party.hidden_at is not None
    return party.address.person_id != person.pk and not erased


def _is_sender(document: Document, person: User) -> bool:
    return any(
        party.role == Party.Role.SENDER
        and party.address is not None
        and party.address.person_id == person.pk
        for party in document.parties.all()
    )
