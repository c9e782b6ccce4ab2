"""Taking back what was said about a selection: each document stands as it did before.

Nothing chosen since is touched. Where a former yes had already been overruled or had lapsed, it is
not said anew: the exception is removed, which leaves the gate as it was before.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import NAMESPACE_OID, UUID, uuid5

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from consents.actions.scopes import (
    NotYours,
    act_of_yes,
    floor_of,
    version_in_force,
)  # fmt: skip
from consents.actions.selections import Bearing, new_act
from consents.actions.writing import Written, shown, write
from consents.models import ChoiceEvent, Document, Standing
from consents.models.ledger import Act
from portal.lib.errors import DomainError

UNDO_FOR = timedelta(hours=24)


class TooLate(DomainError):
    """The time in which a choice about a selection can be taken back as a whole is over."""

    code = "too_late_to_undo"


@dataclass(frozen=True)
class Undoing:
    """What taking a selection's choice back would do.

    ``kept`` are documents chosen about again since, or that are the person's no longer: they stay.
    """

    acts: list[Written]
    documents: list[Document]
    kept: list[Document]


def can_be_undone(event: ChoiceEvent, now: datetime) -> bool:
    """Whether the act's selection can still be taken back as a whole."""
    return event.batch is not None and event.undoes_id is None and now < event.at + UNDO_FOR


@transaction.atomic
def undo(batch: UUID, *, person: User, by: User, language: str) -> list[ChoiceEvent]:
    """Take back what was said about a selection; return the acts that did it.

    A second time changes nothing and returns the same.

    Raises:
        NotYours: there is no such selection of the person, or ``by`` is somebody else.
        TooLate: it was more than ``UNDO_FOR`` ago.
    """
    if by.pk != person.pk:
        raise NotYours(_("Only the person concerned can take this back."))
    User.objects.select_for_update().get(pk=person.pk)
    done = list(ChoiceEvent.objects.filter(undoes__batch=batch, person=person).order_by("id"))
    if done:
        return done
    return write(undoing(batch, person=person, language=language).acts)


def undoing(batch: UUID, *, person: User, language: str) -> Undoing:
    """Return what taking it back would do now.

    Raises:
        NotYours: there is no such selection of the person.
        TooLate: it was more than ``UNDO_FOR`` ago, or is itself such a taking back.
    """
    events = list(
        ChoiceEvent.objects.filter(batch=batch, person=person)
        .select_related("purpose", "document__organisation")
        .order_by("id")
    )
    if not events:
        raise NotYours(_("You made no such choice."))
    if not can_be_undone(events[0], timezone.now()):
        raise TooLate(_("This can no longer be taken back as a whole. Choose again instead."))
    again = _chosen_again(events, person)
    left = [one for one in events if one.document_id not in again]
    acts = _restoring(left, person, language=language)
    of_all = [one.document for one in events if one.document is not None]
    kept = [one for one in of_all if one.pk in again]
    return Undoing(acts, [one for one in of_all if one.pk not in again], kept)


def _chosen_again(events: Sequence[ChoiceEvent], person: User) -> set[int]:
    """Return the documents (ids) that a later act of the person bears on, or that are not theirs.

    What was said since, at whatever grain and by whatever way, is newer than what undo brings back.
    """
    documents = {one.document_id: one for one in events if one.document_id is not None}
    theirs = set(
        Document.objects.visible_to(person).filter(pk__in=documents).values_list("pk", flat=True)
    )
    since = ChoiceEvent.objects.filter(
        Q(document=None) | Q(document__in=documents),
        Q(person=person) | Q(address__person=person),
        purpose=events[0].purpose_id,
        id__gt=events[-1].pk,
    )
    for document, within in since.values_list("document_id", "within_id"):
        theirs -= {
            key
            for key, event in documents.items()
            if key == document or (document is None and within in (None, _organisation_of(event)))
        }
    return set(documents) - theirs


def _organisation_of(event: ChoiceEvent) -> int | None:
    return event.document.organisation_id if event.document is not None else None


def _restoring(events: Sequence[ChoiceEvent], person: User, *, language: str) -> list[Written]:
    """Return the acts after which each document stands as it did before ``events``."""
    if not events:
        return []
    purpose, batch = events[0].purpose, uuid5(NAMESPACE_OID, f"undo:{events[0].batch}")
    version = version_in_force(purpose)
    documents = [one.document for one in events if one.document is not None]
    bearing, former = Bearing.of(person, purpose, documents), _former(events, person)
    floor, words = floor_of(version), shown(version, language)
    written = []
    for event in events:
        document = event.document
        if document is None:
            continue
        own, stand = bearing.own(document, person), bearing.on(document)
        no = bearing.no_about(document, purpose)
        act = _act_back(event, former.get(document.pk), stand, no=no, floor=floor)
        if act == Act.FOLLOWS_AGAIN and own is None:
            continue
        new = new_act(act, words, person, document, batch=batch, undoes=event)
        written.append(Written(new, own))
    return written


def _act_back(
    event: ChoiceEvent,
    before: ChoiceEvent | None,
    bearing: Sequence[Standing],
    *,
    no: Act,
    floor: int,
) -> Act:
    """Return the act that brings back what ``before`` said, as far as it held before ``event``."""
    if before is None:
        return Act.FOLLOWS_AGAIN
    if not before.allows:
        return no
    overruled = any(not one.allowed and before.pk < one.event_id < event.pk for one in bearing)
    if overruled or before.version.number < floor:
        return Act.FOLLOWS_AGAIN
    return act_of_yes(event.purpose, objected=any(not one.allowed for one in bearing))


def _former(events: Sequence[ChoiceEvent], person: User) -> dict[int, ChoiceEvent]:
    """Return the act about each document (by id) that stood before: one query."""
    acts = ChoiceEvent.objects.filter(
        person=person,
        purpose=events[0].purpose_id,
        document__in=[one.document_id for one in events],
        id__lt=events[0].pk,
    ).order_by("document_id", F("id").desc())
    last = acts.distinct("document_id").select_related("version")
    return {one.document_id or 0: one for one in last if one.act != Act.FOLLOWS_AGAIN}
