"""Documents × purposes: in each cell what the gate answers now."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from accounts.models import User
from consents import standing
from consents.models import Document, Purpose
from consents.queries import words
from consents.queries.catalogue import Catalogue
from consents.queries.documents import decided, shelf_page
from consents.queries.shelf import Wanted


@dataclass(frozen=True)
class Cell:
    """One document for one purpose."""

    slug: str
    title: str
    allowed: bool
    state: str
    verdict: str

    @property
    def icon(self) -> str:
        """Return the name of the icon."""
        return "allowed" if self.allowed else "not-allowed"


@dataclass(frozen=True)
class Grid:
    """One page of the grid."""

    titles: list[str]
    rows: list[tuple[Document, list[Cell]]]
    older: UUID | None
    newer: UUID | None


def grid(
    person: User,
    of: Catalogue,
    *,
    older_than: UUID | None = None,
    newer_than: UUID | None = None,
) -> Grid:
    """Return one page; the gate is asked once per purpose for all documents of the page."""
    shelf = shelf_page(person, of, Wanted(), older_than=older_than, newer_than=newer_than)
    documents = [row.document for row in shelf.rows]
    cells = _cells(person, of, documents)
    known = _known(of)
    return Grid(
        titles=[of.versions[purpose.pk].text().title for purpose in known],
        rows=[(one, cells[one.pk]) for one in documents],
        older=shelf.older,
        newer=shelf.newer,
    )


def _cells(person: User, of: Catalogue, documents: Sequence[Document]) -> dict[int, list[Cell]]:
    known = _known(of)
    stands = standing.about_documents(person, documents, known)
    cells: dict[int, list[Cell]] = {one.pk: [] for one in documents}
    for purpose in known:
        decisions = decided(documents, purpose.slug)
        title = of.versions[purpose.pk].text().title
        for one in documents:
            decision = decisions[one.reference]
            verdict = words.verdict(purpose, stands[one.pk, purpose.pk], decision, one.organisation)
            word = words.word_of(purpose, stands[one.pk, purpose.pk])
            state = words.state(word, allowed=decision.allowed)
            cells[one.pk].append(Cell(purpose.slug, title, decision.allowed, state, verdict))
    return cells


def _known(of: Catalogue) -> list[Purpose]:
    """Return the purposes in force: AI training first, then what can be decided, then the rest."""
    known = [purpose for purpose in of.purposes if purpose.pk in of.versions]
    return sorted(known, key=lambda one: (not one.is_ai_training, not one.has_control))
