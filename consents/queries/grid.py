"""Documents × purposes: in each cell what the gate answers now, and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from accounts.models import User
from consents import standing
from consents.models import Document, Purpose
from consents.queries import words
from consents.queries.catalogue import Catalogue
from consents.queries.choice import Choice, choice
from consents.queries.documents import Row, Shelf, decided, shelf_page
from consents.queries.wanted import Wanted


@dataclass(frozen=True)
class Cell:
    """One document for one purpose: the gate's answer, and the person's own word behind it."""

    choice: Choice
    allowed: bool
    state: str
    verdict: str

    @property
    def icon(self) -> str:
        """Return the name of the icon."""
        return "allowed" if self.allowed else "not-allowed"


@dataclass(frozen=True)
class Grid:
    """One page of the grid: the same page as that of the list."""

    titles: list[str]
    rows: list[tuple[Row, list[Cell]]]
    shelf: Shelf


def grid(
    person: User,
    of: Catalogue,
    wanted: Wanted,
    *,
    older_than: UUID | None = None,
    newer_than: UUID | None = None,
) -> Grid:
    """Return one page; the gate is asked once per purpose for all documents of the page."""
    shelf = shelf_page(person, of, wanted, older_than=older_than, newer_than=newer_than)
    cells = _cells(person, of, [row.document for row in shelf.rows])
    return Grid(
        titles=[of.versions[purpose.pk].text().title for purpose in _known(of)],
        rows=[(row, cells[row.document.pk]) for row in shelf.rows],
        shelf=shelf,
    )


def _cells(person: User, of: Catalogue, documents: Sequence[Document]) -> dict[int, list[Cell]]:
    known = _known(of)
    stands = standing.about_documents(person, documents, known)
    cells: dict[int, list[Cell]] = {one.pk: [] for one in documents}
    for purpose in known:
        decisions = decided(documents, purpose.slug)
        for one in documents:
            decision, stand = decisions[one.reference], stands[one.pk, purpose.pk]
            control = choice(
                purpose, of.versions[purpose.pk], stand, document=one, reason=decision.reason
            )
            cells[one.pk].append(
                Cell(
                    choice=control,
                    allowed=decision.allowed,
                    state=words.state(control.word, allowed=decision.allowed),
                    verdict=words.verdict(purpose, stand, decision, one.organisation),
                )
            )
    return cells


def _known(of: Catalogue) -> list[Purpose]:
    """Return the purposes in force: AI training first, then what can be decided, then the rest."""
    known = [one for one in of.purposes if one.by_document and one.pk in of.versions]
    return sorted(known, key=lambda one: (not one.is_ai_training, not one.has_control))
