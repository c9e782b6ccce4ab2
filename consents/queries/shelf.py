"""A person's documents in order, newest first, by key: the index of one address serves a page.

A person has a few addresses and each of them an index of its documents by date; a page takes the
next few of each and merges them, so that its cost does not depend on how many there are. A document
one is party to twice (as sender and signer) comes once.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db.models import CharField, Exists, F, Func, OuterRef, Q, QuerySet, TextField, Value
from django.db.models.functions import Lower
from django.db.models.lookups import Contains
from django.utils import timezone

from accounts.models import User
from consents.models import Document, Party, Use

PAGE = 25
COUNTED = 1000  # beyond it a count says "more than 1,000": counting on would cost and tell nothing
WORDS = 5  # of a search; the rest of a pasted sentence adds nothing

# Search without accents and capitals, with what every PostgreSQL has.
ACCENTED = "àâäáãåçéèêëíìîïñóòôöõúùûüýÿ"
PLAIN = "aaaaaaceeeeiiiinooooouuuuyy"


class Place(NamedTuple):
    """Where a document stands in the order."""

    listed_at: datetime
    document_id: int


@dataclass(frozen=True)
class Wanted:
    """What a person looks for. Everything empty: all their documents."""

    words: tuple[str, ...] = ()
    kind: str = ""
    status: str = ""
    year: int | None = None
    organisation: UUID | None = None
    training: bool | None = None
    training_versions: Sequence[int] = field(default=())

    @property
    def narrows(self) -> bool:
        """Whether anything is asked for at all."""
        asked = (self.words, self.kind, self.status, self.year, self.organisation)
        return any(asked) or self.training is not None


def places(
    addresses: Sequence[int],
    wanted: Wanted,
    *,
    older_than: Place | None = None,
    newer_than: Place | None = None,
    limit: int,
) -> list[Place]:
    """Return the next places in one query, newest first.

    ``older_than`` goes back in time, ``newer_than`` forward again; with neither, the newest.
    """
    if not addresses:
        return []
    order = ["-listed_at", "-document_id"]
    condition = _narrowed(wanted, addresses)
    if older_than is not None:
        condition &= _before(older_than)
    if newer_than is not None:
        condition &= _after(newer_than)
        order = ["listed_at", "document_id"]
    each = [
        Party.objects.filter(condition, address=address, hidden_at=None, document__erased_at=None)
        .order_by(*order)
        .values_list("listed_at", "document_id")
        .distinct()[:limit]
        for address in addresses
    ]
    merged = each[0] if len(each) == 1 else each[0].union(*each[1:]).order_by(*order)[:limit]
    found = [Place(*row) for row in merged]
    return found if newer_than is None else found[::-1]


def place_of(person: User, uid: UUID | None) -> Place | None:
    """Return where one of the person's documents stands; None if it is not theirs."""
    if uid is None:
        return None
    visible = Document.objects.visible_to(person).filter(uid=uid)
    row = visible.values_list("parties__listed_at", "pk").order_by("-parties__listed_at").first()
    return Place(*row) if row else None


def count(addresses: Sequence[int], wanted: Wanted) -> int:
    """Return how many documents there are, at most ``COUNTED + 1``."""
    return len(places(addresses, wanted, limit=COUNTED + 1))


def newest(addresses: Sequence[int], *, limit: int = COUNTED) -> list[int]:
    """Return the ids of the newest documents: what summaries of a page are taken of."""
    return [place.document_id for place in places(addresses, Wanted(), limit=limit)]


def fetch(person: User, ids: Sequence[int]) -> list[Document]:
    """Return the documents in the given order. To fetch is to check (invariant 11)."""
    visible = Document.objects.visible_to(person).select_related("organisation")
    found = visible.in_bulk(list(ids))
    return [found[one] for one in ids if one in found]


def used_for_training(versions: Sequence[int]) -> QuerySet[Use]:
    """Return the uses of the outer row's document under one of these versions."""
    return Use.objects.filter(document=OuterRef("document_id"), version__in=versions)


def plain(text: str) -> str:
    """Return a search word as the index of letters sees it."""
    return text.lower().translate(str.maketrans(ACCENTED, PLAIN))


def _plain(column: str) -> Func:
    return Func(
        Lower(F(column), output_field=TextField()),
        Value(ACCENTED),
        Value(PLAIN),
        function="translate",
        output_field=CharField(),
    )


def _before(place: Place) -> Q:
    # The first condition is what the index can start from.
    earlier = Q(listed_at__lt=place.listed_at) | Q(document_id__lt=place.document_id)
    return Q(listed_at__lte=place.listed_at) & earlier


def _after(place: Place) -> Q:
    later = Q(listed_at__gt=place.listed_at) | Q(document_id__gt=place.document_id)
    return Q(listed_at__gte=place.listed_at) & later


def _narrowed(wanted: Wanted, addresses: Sequence[int]) -> Q:
    condition = Q()
    if wanted.kind:
        condition &= Q(document__kind=wanted.kind)
    if wanted.status:
        condition &= Q(document__status=wanted.status)
    if wanted.organisation:
        condition &= Q(document__organisation__uid=wanted.organisation)
    if wanted.year:
        zone = timezone.get_current_timezone()
        condition &= Q(listed_at__gte=datetime(wanted.year, 1, 1, tzinfo=zone))
        condition &= Q(listed_at__lt=datetime(wanted.year + 1, 1, 1, tzinfo=zone))
    if wanted.training is not None:
        used = Exists(used_for_training(wanted.training_versions))
        condition &= Q(used) if wanted.training else ~Q(used)
    for word in wanted.words[:WORDS]:
        condition &= _says(word, addresses)
    return condition


def _says(word: str, addresses: Sequence[int]) -> Q:
    """Whether the word is in the title, or in the name of another party."""
    others = (
        Party.objects.filter(document=OuterRef("document_id"))
        .exclude(address__in=addresses)
        .alias(plain_name=_plain("name"))
        .filter(plain_name__contains=plain(word))
    )
    return Q(Contains(_plain("document__title"), plain(word))) | Q(Exists(others))
