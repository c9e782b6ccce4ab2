"""Choosing about a selection of documents in one go, and taking it back.

Each document gets an act and a receipt of its own, as if chosen one by one; the acts of one go
share their ``batch``. All of it is one transaction of a fixed number of statements.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Self, TypeVar
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from consents import permits
from consents.actions.scopes import (
    CLOSED_WHATEVER,
    NotYours,
    act_of_yes,
    contracts_of,
    floor_of,
    has_widened,
    refusing_act,
    said_by,
    says_the_same,
    version_in_force,
)  # fmt: skip
from consents.actions.writing import Written, record, shown, write
from consents.models import ChoiceEvent, Document, Purpose, Standing
from consents.models.ledger import Act, Source
from consents.permits import Decision
from portal.lib.errors import DomainError

Answer = TypeVar("Answer")

MOST = 500  # documents in one go: beyond it, an organisation's or everything is the grain


class Way(StrEnum):
    """What can be said about a selection."""

    REFUSE = "refuse"
    ALLOW = "allow"
    FOLLOW = "follow"


class TooMany(DomainError):
    """The selection is larger than what one go takes."""

    code = "too_many_documents"


@dataclass(frozen=True)
class Bearing:
    """The person's own standing choices that bear on some documents: one query for all of them.

    ``contracts`` are the organisations (ids) of which a contract agreed for the person.
    """

    contracts: set[int] = field(default_factory=set)
    wide: list[Standing] = field(default_factory=list)
    narrow: dict[int, list[Standing]] = field(default_factory=dict)

    @classmethod
    def of(cls, person: User, purpose: Purpose, documents: Sequence[Document]) -> Self:
        """Read them."""
        found = cls(contracts_of(person, purpose))
        standings = Standing.objects.filter(
            Q(document=None) | Q(document__in=documents), said_by(person), purpose=purpose
        )
        for one in standings.select_related("event__version"):
            if one.document_id is None:
                found.wide.append(one)
            else:
                found.narrow.setdefault(one.document_id, []).append(one)
        return found

    def on(self, document: Document) -> list[Standing]:
        """Return all that bear on the document, at whatever grain."""
        wide = [one for one in self.wide if one.within_id in (None, document.organisation_id)]
        return wide + self.narrow.get(document.pk, [])

    def no_about(self, document: Document, purpose: Purpose) -> Act:
        """Return the law's word for a no about the document: the same as for a single choice."""
        agreed = any(one.allowed for one in self.on(document))
        by_contract = document.organisation_id in self.contracts
        return refusing_act(purpose, agreed=agreed or by_contract)

    def own(self, document: Document, person: User) -> Standing | None:
        """Return the person's choice about this very document."""
        mine = (one for one in self.narrow.get(document.pk, []) if one.person_id == person.pk)
        return next(mine, None)


@transaction.atomic
def choose_for_each(
    purpose: Purpose,
    *,
    person: User,
    by: User,
    documents: Sequence[Document],
    way: Way,
    language: str,
    batch: UUID,
) -> list[ChoiceEvent]:
    """Say the same about each of the documents; return the acts, in the order of the documents.

    Where it is said already, nothing is written; nor is a yes where no yes can open (specially
    protected data, a minor). The same ``batch`` again returns what was done; only a refusal is
    taken even so where it does not stand (any more), in a batch of its own.

    Raises:
        NothingToChoose: there is no choice about the purpose.
        NotYours: one of the documents is not the person's, or ``by`` is somebody else.
        TooMany: there are more than ``MOST``.
    """
    if by.pk != person.pk:
        raise NotYours(_("Only the person concerned can choose for a selection."))
    if len(documents) > MOST:
        raise TooMany(_("These are too many documents to choose about in one go."))
    User.objects.select_for_update().get(pk=person.pk)
    done = list(ChoiceEvent.objects.filter(batch=batch, person=person).order_by("id"))
    if done and way is not Way.REFUSE:
        return done
    _require_theirs(person, documents)
    batch = uuid4() if done else batch
    acts = planned(purpose, person, documents, way, language=language, batch=batch)
    return write(acts) or [one for one in done if not one.allows]


def planned(
    purpose: Purpose,
    person: User,
    documents: Sequence[Document],
    way: Way,
    *,
    language: str,
    batch: UUID | None = None,
) -> list[Written]:
    """Return the acts that saying it would write: at most one for each document.

    Raises:
        NothingToChoose: there is no choice about the purpose.
    """
    version = version_in_force(purpose)
    bearing = Bearing.of(person, purpose, documents)
    floor, words = floor_of(version), shown(version, language)
    written = []
    for document in _open_to(way, purpose, documents):
        own, stand = bearing.own(document, person), bearing.on(document)
        act = _act(way, purpose, bearing.no_about(document, purpose), stand)
        if not _is_news(act, own, stand, floor):
            continue
        event = new_act(act, words, person, document, batch=batch)
        written.append(Written(event, own))
    return written


def new_act(
    act: Act,
    words: Mapping[str, Any],
    person: User,
    document: Document,
    *,
    batch: UUID | None,
    undoes: ChoiceEvent | None = None,
) -> ChoiceEvent:
    """Return the person's act about one document, not saved yet; ``words`` are those ``shown``."""
    return ChoiceEvent(
        act=act, purpose=words["version"].purpose, person=person, by=person, document=document,
        source=Source.PORTAL, batch=batch, undoes=undoes, **words,
    )  # fmt: skip


def foresee(acts: Sequence[Written], ask: Callable[[], Answer]) -> Answer:
    """Return what ``ask`` would answer after the acts; nothing of them stays.

    They are written, the question is asked, and all of it is taken back: what is foreseen is what
    the one rule of the gate says, not a second reading of it.
    """
    with transaction.atomic():
        record(acts)
        answer = ask()
        transaction.set_rollback(True)
    return answer


def decided(documents: Sequence[Document], purpose: Purpose) -> dict[int, Decision]:
    """Return the gate's answer for each document, by its id: one query."""
    answers = permits.decide([one.reference for one in documents], purpose.slug)
    return {one.pk: answer for one, answer in zip(documents, answers, strict=True)}


def _open_to(way: Way, purpose: Purpose, documents: Sequence[Document]) -> Iterable[Document]:
    """A no is always taken; a yes only where it can mean something."""
    if way is not Way.ALLOW:
        return documents
    answers = decided(documents, purpose)
    return [one for one in documents if answers[one.pk].reason not in CLOSED_WHATEVER]


def _act(way: Way, purpose: Purpose, no: Act, bearing: Sequence[Standing]) -> Act:
    if way is Way.REFUSE:
        return no
    if way is Way.FOLLOW:
        return Act.FOLLOWS_AGAIN
    return act_of_yes(purpose, objected=any(not one.allowed for one in bearing))


def _is_news(act: Act, own: Standing | None, bearing: Sequence[Standing], floor: int) -> bool:
    """Whether the act says more than what stands: the same law as for a single choice."""
    if own is None or act == Act.FOLLOWS_AGAIN:
        return (own is None) != (act == Act.FOLLOWS_AGAIN)
    if not says_the_same(own, act) or has_widened(own, floor):
        return True
    return any(one.event_id > own.event_id and one.allowed != own.allowed for one in bearing)


def _require_theirs(person: User, documents: Sequence[Document]) -> None:
    wanted = {one.pk for one in documents}
    theirs = Document.objects.visible_to(person).filter(pk__in=wanted).values_list("pk", flat=True)
    if wanted - set(theirs):
        raise NotYours(_("One of these documents is not, or no longer, one of yours."))
