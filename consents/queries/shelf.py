"""A person's documents in order, newest first, by key: the index of one address serves a page.

A person has a few addresses and each of them an index of its documents by date; a page takes the
next few of each and merges them, so that its cost does not depend on how many there are. A document
one is party to twice (as sender and signer) comes once.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from consents import permits
from consents.models import Document, Party
from consents.queries.wanted import Training, Wanted, condition_of

PAGE = 25
STRETCH, STRETCHES = 2_000, 5  # documents of an address that one page of a search looks at
FAR = 2  # stretches, where each document costs a look at its uses or a question to the gate
COUNTED = 1000  # beyond it a count says "more than 1,000": counting on would cost and tell nothing

# A draft is its sender's alone: nobody else has been sent it.
SENT = ~Q(document__status=Document.Status.DRAFT) | Q(role=Party.Role.SENDER)


class Place(NamedTuple):
    """Where a document stands in the order."""

    listed_at: datetime
    document_id: int


@dataclass(frozen=True)
class Leaf:
    """One page of places, and where to go on from.

    ``count`` is given on the first page, at most ``COUNTED + 1``. ``end`` is where a search stopped
    although there is more; ``searched_to`` the same, if the page is not full for that reason.
    """

    places: list[Place]
    older: Place | None
    newer: Place | None
    count: int | None = None
    end: Place | None = None
    searched_to: Place | None = None


def turn(
    addresses: Sequence[int],
    wanted: Wanted,
    *,
    older_than: Place | None = None,
    newer_than: Place | None = None,
) -> Leaf:
    """Return one page of what is wanted: older than a place, newer than one, or the newest."""
    if newer_than is not None:
        found, _end = _look(addresses, wanted, Walk(newer_than, forward=True), limit=PAGE + 1)
        if len(found) <= PAGE:  # back at the top: show the whole first page
            return turn(addresses, wanted)
        shown = found[PAGE - 1 :: -1]
        return Leaf(shown, older=shown[-1], newer=shown[0])
    is_first = older_than is None
    limit = COUNTED + 1 if is_first else PAGE + 1
    found, end = _look(addresses, wanted, Walk(older_than), limit=limit)
    shown, is_full = found[:PAGE], len(found) > PAGE
    return Leaf(
        shown,
        older=shown[-1] if is_full else end,
        newer=shown[0] if shown and not is_first else None,
        count=len(found) if is_first else None,
        end=end,
        searched_to=None if is_full else end,
    )


def place_of(addresses: Sequence[int], uid: UUID | None) -> Place | None:
    """Return where a document stands in the list of these addresses; None if it is not there."""
    if uid is None:
        return None
    mine = Party.objects.filter(SENT, document__uid=uid, address__in=addresses, hidden_at=None)
    row = mine.values_list("listed_at", "document_id").order_by("-listed_at").first()
    return Place(*row) if row else None


def newest(addresses: Sequence[int], *, limit: int = COUNTED) -> list[int]:
    """Return the ids of the newest documents: what summaries of a page are taken of."""
    found, _end = _look(addresses, Wanted(), Walk(), limit=limit)
    return [place.document_id for place in found]


def fetch(addresses: Sequence[int], ids: Sequence[int]) -> list[Document]:
    """Return the documents in the given order.

    To fetch is to check (invariant 11), by the ids of the person's addresses: the planner knows
    how many documents those have, and starts from the few documents asked for.
    """
    mine = Party.objects.filter(document=OuterRef("pk"), address__in=addresses, hidden_at=None)
    sent = ~Q(status=Document.Status.DRAFT) | Exists(mine.filter(role=Party.Role.SENDER))
    visible = Document.objects.filter(Exists(mine), sent, erased_at=None)
    visible = visible.select_related("organisation")
    found = visible.in_bulk(list(ids))
    return [found[one] for one in ids if one in found]


def uid_of(place: Place | None) -> UUID | None:
    """Return the uid of the document at a place: what an address may show."""
    if place is None:
        return None
    return Document.objects.values_list("uid", flat=True).get(pk=place.document_id)


@dataclass(frozen=True)
class Walk:
    """A way along the list: from a place (or its newest end) back in time, or forward again."""

    start: Place | None = None
    end: Place | None = None  # the last place looked at
    forward: bool = False

    @property
    def order(self) -> list[str]:
        """Return the order of the steps."""
        sign = "" if self.forward else "-"
        return [f"{sign}listed_at", f"{sign}document_id"]

    def parties(self, address: int) -> QuerySet[Party, tuple[datetime, int]]:
        """Return the places of one address along the way, by its index."""
        beyond, within = ("gt", "lt") if self.forward else ("lt", "gt")
        condition = Q(address=address, hidden_at=None)
        if self.start is not None:
            at, key = self.start
            tie = Q(**{f"document_id__{beyond}": key})
            # The first condition is what the index can start from.
            condition &= Q(**{f"listed_at__{beyond}e": at})
            condition &= Q(**{f"listed_at__{beyond}": at}) | tie
        if self.end is not None:
            at, key = self.end
            tie = Q(**{f"document_id__{within}e": key})
            condition &= Q(**{f"listed_at__{within}e": at})
            condition &= Q(**{f"listed_at__{within}": at}) | tie
        parties = Party.objects.filter(condition).order_by(*self.order)
        return parties.values_list("listed_at", "document_id")


def _look(
    addresses: Sequence[int], wanted: Wanted, walk: Walk, *, limit: int
) -> tuple[list[Place], Place | None]:
    """Return what is found along the way, and where the search stopped although there is more.

    A search goes in stretches: few enough documents that the database goes to each by its index,
    and in all so few that a rare word costs no more than a common one.
    """
    found: list[Place] = []
    for _stretch in range(FAR if wanted.looks_far else STRETCHES):
        end = _end_of_stretch(addresses, walk) if wanted.narrows else None
        found += _answering(addresses, wanted, replace(walk, end=end), limit=limit - len(found))
        if end is None or len(found) > PAGE:
            return found, end
        walk = replace(walk, start=end)
    return found, walk.start


def _answering(addresses: Sequence[int], wanted: Wanted, walk: Walk, *, limit: int) -> list[Place]:
    """Return what is wanted along the way; where the gate is asked, it answers a stretch at once.

    A way without an end is a short one: it is looked at whole.
    """
    if not wanted.asks_the_gate:
        return _places(addresses, wanted, walk, limit=limit)
    places = _places(addresses, wanted, walk, limit=(STRETCH + 1) * len(addresses))
    ids = [place.document_id for place in places]
    references = Document.objects.filter(pk__in=ids).values_list("reference", flat=True)
    answers = permits.decide(list(references), wanted.training_slug)
    open_to = {one.document_id for one in answers if one.allowed}
    asked = wanted.training == Training.ALLOWED
    return [one for one in places if (one.document_id in open_to) == asked][:limit]


def _places(addresses: Sequence[int], wanted: Wanted, walk: Walk, *, limit: int) -> list[Place]:
    """Return what is wanted along the way, in its order, each document once: one query."""
    condition = condition_of(wanted, addresses)
    each = [
        walk.parties(address).filter(SENT, condition, document__erased_at=None).distinct()[:limit]
        for address in addresses
    ]
    return [Place(*row) for row in _merged(each, walk.order, limit)]


def _end_of_stretch(addresses: Sequence[int], walk: Walk) -> Place | None:
    """Return the place at which the nearest address has its ``STRETCH`` documents behind it."""
    each = [walk.parties(address)[STRETCH : STRETCH + 1] for address in addresses]
    ends = [Place(*row) for row in _merged(each, walk.order, len(each))]
    return ends[0] if ends else None


def _merged(
    each: list[QuerySet[Party, tuple[datetime, int]]], order: list[str], limit: int
) -> Iterable[tuple[datetime, int]]:
    if len(each) < 2:
        return each[0] if each else []
    return each[0].union(*each[1:]).order_by(*order)[:limit]
