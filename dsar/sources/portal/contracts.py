"""What an erasure does with one document: whose it is, who else needs it, until when.

A contract is everybody's who signed it (art. 17(3)(b), (e); standards § 1.5).
"""

from datetime import date

from django.utils import timezone

from accounts.models import User
from consents.models import Document, Party
from dsar import office
from dsar.durations import after
from dsar.grounds import ErasureGround, Sentence
from dsar.models import Hold
from dsar.models.erasure import Decision
from dsar.sources.base import Proposal

Status = Document.Status
PREFIX = "document:"


def decide(document: Document, person: User, today: date) -> Proposal:
    """Return what an erasure does with one document (art. 17(3)(b), (e); standards §1.5).

    A contract that others signed is their proof; one that only the person signed is kept locked
    away for the limitation period; anything that never became a contract goes.
    """
    others = _others(document, person)
    until = _kept_until(document)
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


def _kept_until(document: Document) -> date:
    """Return the document's own date, else the operator's period from completion."""
    if document.keep_until:
        return document.keep_until
    end = timezone.localdate(document.completed_at or document.state_at)
    return after(end, office.retention("contract"))


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
