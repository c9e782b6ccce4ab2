"""Every place that holds words about a request, and how it is emptied.

Codes, dates and numbers stay as the proof of the answer; words go. A model of ``dsar`` with a text
that somebody wrote has its line in ``PLACES``; a test finds one that has none.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from django.core.files.storage import default_storage
from django.db import models, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from dsar.models import (
    Approval,
    Attachment,
    ErasureItem,
    Mandate,
    Message,
    Note,
    OutsideTask,
    Pause,
    Restriction,
    Statement,
    SubjectRequest,
)

# What stands in the place of an erased text that may not be empty.
ERASED = "—"
Rows = QuerySet[models.Model]


@dataclass(frozen=True)
class Place:
    """One table: how its rows hang on requests, which of them hold words, how they are emptied.

    ``counted``: its words are told to the person as something that is erased.
    """

    model: type[models.Model]
    path: str  # lookup from a row to its request; "" for the request itself
    filled: Q
    empty: Callable[[Rows], object]
    counted: bool = True

    def rows(self, requests: QuerySet[SubjectRequest]) -> Rows:
        """Return the rows of these requests that hold words."""
        lookup = f"{self.path}__in" if self.path else "pk__in"
        return self.model._default_manager.filter(self.filled, **{lookup: requests.values("pk")})


def fields(**emptied: object) -> Callable[[Rows], object]:
    """Return how to empty rows by writing these values."""
    return lambda rows: rows.update(**emptied)


def destroy_attachments(rows: Rows) -> None:
    """Destroy files, key first: without it what is left in the storage is noise."""
    stored = list(rows.values_list("stored", flat=True))
    rows.update(name="", stored="", key=None, destroyed_at=timezone.now())
    for name in stored:
        transaction.on_commit(partial(default_storage.delete, name))


def _answers(rows: Rows) -> None:
    stored = [name for name in rows.values_list("answer", flat=True) if name]
    rows.update(reason="", answer="", answer_key=None)
    for name in stored:
        transaction.on_commit(partial(default_storage.delete, name))


PLACES: list[Place] = [
    Place(
        Message, "request", Q(erased_at=None), lambda r: r.update(text="", erased_at=timezone.now())
    ),
    Place(
        Note, "request", Q(erased_at=None), lambda r: r.update(text="", erased_at=timezone.now())
    ),
    Place(SubjectRequest, "", ~Q(about=""), fields(about="")),
    Place(SubjectRequest, "", ~Q(details={}), fields(details={}), counted=False),
    Place(SubjectRequest, "", ~Q(extension_note=""), fields(extension_note=""), counted=False),
    Place(SubjectRequest, "", ~Q(resolution=""), fields(resolution=""), counted=False),
    Place(SubjectRequest, "", ~Q(identity_doubt=""), fields(identity_doubt=""), counted=False),
    Place(
        SubjectRequest,
        "",
        ~Q(refusal_evidence__in=["", ERASED]),
        fields(refusal_evidence=ERASED),
        counted=False,
    ),
    Place(ErasureItem, "request", ~Q(why=""), fields(why=""), counted=False),
    Place(Restriction, "request", ~Q(lift_reason=""), fields(lift_reason=""), counted=False),
    Place(
        Statement,
        "request",
        Q(erased_at=None),
        lambda r: r.update(text="", erased_at=timezone.now()),
    ),
    Place(Pause, "request", ~Q(question=""), fields(question="")),
    Place(Approval, "request", ~Q(given={}) | ~Q(why=""), fields(given={}, why=""), counted=False),
    Place(Attachment, "request", Q(destroyed_at=None), destroy_attachments),
    Place(
        Mandate,
        "request",
        ~Q(agent_name="") | ~Q(agent_email=""),
        fields(agent_name="", agent_email=""),
    ),
    Place(OutsideTask, "step__request", ~Q(reason="") | ~Q(answer=""), _answers, counted=False),
]


def erase_words(requests: QuerySet[SubjectRequest]) -> None:
    """Empty what anybody wrote about the requests; codes and dates stay as the proof."""
    for place in PLACES:
        place.empty(place.rows(requests))


def count_words(requests: QuerySet[SubjectRequest]) -> int:
    """Return how many things that somebody wrote the requests hold."""
    return sum(place.rows(requests).count() for place in PLACES if place.counted)
