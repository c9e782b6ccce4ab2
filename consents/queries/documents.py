"""The list of a person's documents, and what each was used for."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Max

from accounts.models import Organisation, User
from consents import permits, standing
from consents.models import Document, Party, PurposeVersion, Use
from consents.permits import Decision
from consents.queries import shelf, words
from consents.queries.catalogue import Catalogue
from consents.queries.shelf import COUNTED
from consents.queries.wanted import Wanted


@dataclass(frozen=True)
class Training:
    """What became of one document in AI training, and whether it may go into one now."""

    uses: int
    runs: int
    last: datetime | None
    allowed: bool
    why: str

    @property
    def icon(self) -> str:
        """Return the name of the icon of the gate's answer."""
        return "allowed" if self.allowed else "not-allowed"


@dataclass(frozen=True)
class Row:
    """One document in a list. ``training`` is None where no purpose is AI training."""

    document: Document
    others: list[str]
    training: Training | None
    purposes: list[str]


@dataclass(frozen=True)
class Shelf:
    """One page of the list. ``older`` and ``newer`` name the document to go on from.

    ``count`` is None where it was not counted (the later pages of a search); ``is_more`` says that
    it is a least. ``searched_to`` is the date where a search stopped although there is more.
    """

    rows: list[Row]
    count: int | None
    is_more: bool
    older: UUID | None
    newer: UUID | None
    searched_to: datetime | None


def shelf_page(
    person: User,
    of: Catalogue,
    wanted: Wanted,
    *,
    older_than: UUID | None = None,
    newer_than: UUID | None = None,
) -> Shelf:
    """Return one page of the documents; an unknown place to go on from means the first page."""
    addresses = own_addresses(person)
    wanted = replace(
        wanted,
        used_under=versions_of(of, wanted.purpose),
        trained_under=versions_of(of, of.training.slug if of.training else ""),
        training_slug=of.training.slug if of.training else "",
    )
    leaf = shelf.turn(
        addresses,
        wanted,
        older_than=shelf.place_of(addresses, older_than),
        newer_than=shelf.place_of(addresses, newer_than),
    )
    documents = shelf.fetch(addresses, [place.document_id for place in leaf.places])
    count = leaf.count
    if count is None and not wanted.narrows:
        count = len(shelf.newest(addresses, limit=COUNTED + 1))
    return Shelf(
        rows=rows(person, of, documents, addresses),
        count=None if count is None else min(count, COUNTED),
        is_more=leaf.end is not None or (count or 0) > COUNTED,
        older=shelf.uid_of(leaf.older),
        newer=shelf.uid_of(leaf.newer),
        searched_to=leaf.searched_to.listed_at if leaf.searched_to else None,
    )


def rows(
    person: User, of: Catalogue, documents: Sequence[Document], addresses: Sequence[int],
    *, with_purposes: bool = False,
) -> list[Row]:  # fmt: skip
    """Return the documents with their marks, in a fixed number of queries."""
    others = _others(documents, addresses)
    training = trainings(person, of, documents)
    purposes = _purposes(of, documents) if with_purposes else {}
    return [
        Row(one, others.get(one.pk, []), training.get(one.pk), purposes.get(one.pk, []))
        for one in documents
    ]


def trainings(person: User, of: Catalogue, documents: Sequence[Document]) -> dict[int, Training]:
    """Return for each document whether it was used for AI training, and whether it may be."""
    purpose = of.training
    if purpose is None or not documents:
        return {}
    stands = standing.about_documents(person, documents, [purpose])
    decisions = decided(documents, purpose.slug)
    uses: dict[int, dict[str, Any]] = {
        row["document_id"]: dict(row)
        for row in Use.objects.filter(document__in=documents, version__purpose=purpose)
        .values("document_id")
        .annotate(uses=Count("id"), runs=Count("training_run", distinct=True), last=Max("at"))
        .order_by()
    }
    found = {}
    for one in documents:
        decision, stand = decisions[one.reference], stands[one.pk, purpose.pk]
        used = uses.get(one.pk, {"uses": 0, "runs": 0, "last": None})
        why = words.verdict(purpose, stand, decision, one.organisation)
        found[one.pk] = Training(used["uses"], used["runs"], used["last"], decision.allowed, why)
    return found


def decided(documents: Sequence[Document], slug: str) -> dict[str, Decision]:
    """Return the gate's answer for each document, by its reference: one query."""
    answers = permits.decide([one.reference for one in documents], slug)
    return {answer.reference: answer for answer in answers}


def own_addresses(person: User) -> list[int]:
    """Return the ids of the person's addresses."""
    return list(person.addresses.order_by("pk").values_list("pk", flat=True))


def versions_of(of: Catalogue, slug: str) -> list[int]:
    """Return the ids of all wordings a purpose ever had: what uses name."""
    purpose = next((one for one in of.purposes if one.slug == slug), None)
    return list(purpose.versions.values_list("pk", flat=True)) if purpose else []


def organisations(addresses: Sequence[int]) -> list[Organisation]:
    """Return the organisations of the person's newest documents, by name."""
    ids = Document.objects.filter(pk__in=shelf.newest(addresses)).values("organisation")
    return list(Organisation.objects.filter(pk__in=ids).order_by("name", "pk"))


def _others(documents: Sequence[Document], addresses: Sequence[int]) -> dict[int, list[str]]:
    """Return the names of the other parties. Who is only in copy is not shown to the others."""
    parties = (
        Party.objects.filter(document__in=documents)
        .exclude(role=Party.Role.COPY)
        .exclude(address__in=addresses)
        .exclude(name="")
        .order_by("pk")
    )
    names: dict[int, list[str]] = {}
    for document, name in parties.values_list("document_id", "name"):
        if name not in names.setdefault(document, []):
            names[document].append(name)
    return names


def _purposes(of: Catalogue, documents: Sequence[Document]) -> dict[int, list[str]]:
    """Return the titles of the purposes each document was really used for."""
    pairs = (
        PurposeVersion.objects.filter(uses__document__in=documents)
        .values_list("uses__document_id", "purpose_id")
        .order_by()
        .distinct()
    )
    used = set(pairs)
    return {
        one.pk: [
            of.versions[purpose.pk].text().title
            for purpose in of.purposes
            if (one.pk, purpose.pk) in used and purpose.pk in of.versions
        ]
        for one in documents
    }
