"""The feed of changes: which documents to look at again since a cursor, with the present answers.

A document may be told more often than its answer changes, and is never left out: its answer rests
on facts, the last change of a fact leaves a row (a trigger's), and the document is told from a
snapshot that sees that row. Rows are read in the order of (transaction, id), and only those of
transactions older than every one still running: no row can appear before a cursor any more.
"""

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from django.db.models import Exists, OuterRef, Q, QuerySet

from consents import permits
from consents.bulk import Tally
from consents.models import Document, Party, PermitChange
from consents.moments import Moment
from consents.permits import Decision

MOST_LINES = 10_000
ROWS_AT_A_TIME = 1000
# A page without documents ends too: this many rows may repeat what the page has told already.
MOST_ROWS = 50_000
TEXT = re.compile(
    r"1\.([0-9a-f]{8})\.([0-9a-f]{16})\.(\d{1,18})\.(\d{1,18})\.(\d{1,18})\.(-?\d{1,18})"
)


class UnknownCursor(Exception):
    """The cursor is none of ours, or of another database (a restored copy): take a snapshot."""


@dataclass(frozen=True)
class Cursor:
    """How far a client has read.

    All rows up to (``transaction``, ``row``) are told, and of the one after it the documents up to
    ``document``. ``everything``: because time or a release changed answers, all documents are being
    told, and are up to this one; -1 if not. ``cluster`` and ``ground``: see :class:`Moment`.
    """

    cluster: str
    ground: str
    transaction: int
    row: int = 0
    document: int = 0
    everything: int = -1

    @classmethod
    def at(cls, moment: Moment) -> "Cursor":
        """Return where to go on from what a snapshot at this moment has told."""
        return cls(moment.cluster, moment.ground, moment.horizon)

    @classmethod
    def read(cls, text: str, moment: Moment) -> "Cursor":
        """Return the cursor that a client sends back.

        Raises:
            UnknownCursor: see there.
        """
        try:
            plain = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
            found = TEXT.fullmatch(plain.decode("ascii"))
        except (binascii.Error, ValueError) as error:
            raise UnknownCursor from error
        if found is None or found[1] != moment.cluster:
            raise UnknownCursor
        cursor = cls(found[1], found[2], *map(int, found.groups()[2:]))
        if cursor.transaction > moment.horizon:  # no snapshot of this database was that far
            raise UnknownCursor
        if cursor.ground != moment.ground:
            return replace(cursor, ground=moment.ground, everything=0)
        return cursor

    def __str__(self) -> str:
        parts = (self.cluster, self.ground, self.transaction, self.row, self.document,
                 self.everything)  # fmt: skip
        plain = ".".join(map(str, (1, *parts)))
        return base64.urlsafe_b64encode(plain.encode()).decode().rstrip("=")


@dataclass(frozen=True)
class Page:
    """Decisions with the cursor after each, the cursor after all, and whether there is more now."""

    decisions: list[tuple[Cursor, Decision]]
    cursor: Cursor
    more: bool


def page(moment: Moment, since: Cursor, tally: Tally, *, limit: int) -> Page:
    """Return at most ``limit`` documents to look at again, as they stand at the moment.

    The caller holds one state of the database.
    """
    walk = _Walk(moment, since, limit)
    told: dict[int, Cursor] = {}
    for document, cursor in walk:
        told.setdefault(document, cursor)
    names = dict(Document.objects.filter(pk__in=told).values_list("pk", "reference"))
    references = [names[document] for document in told]
    decisions = permits.decide(references, moment.purpose.slug, now=moment.now)
    pairs = list(zip(told.values(), tally.count(decisions), strict=True))
    return Page(pairs, walk.cursor, walk.more)


class _Walk:
    """Goes through the changes, and yields each document that one bears on."""

    def __init__(self, moment: Moment, since: Cursor, limit: int) -> None:
        self.moment = moment
        self.cursor = since
        self.left = limit
        self.more = True

    def __iter__(self) -> Iterator[tuple[int, Cursor]]:
        """Yield documents (ids, some perhaps twice), each with the cursor behind it."""
        if self.cursor.everything >= 0:
            yield from self._everything()
        rows = 0
        while self.left and rows < MOST_ROWS:
            batch = list(self._rows()[:ROWS_AT_A_TIME])
            for row in batch:
                yield from self._row(row)
                if not self.left:
                    return
            rows += len(batch)
            if len(batch) < ROWS_AT_A_TIME:
                self.cursor = replace(self.cursor, transaction=self.moment.horizon, row=0)
                self.more = False
                return

    def _everything(self) -> Iterator[tuple[int, Cursor]]:
        found = _some(Document.objects.all(), self.cursor.everything, self.left)
        for document in found:
            self.cursor = replace(self.cursor, everything=document)
            yield document, self.cursor
        if len(found) < self.left:
            self.cursor = replace(self.cursor, everything=-1)
        self.left -= len(found)

    def _rows(self) -> QuerySet[PermitChange]:
        """Return the settled changes behind the cursor that bear on the purpose."""
        behind = Q(transaction=self.cursor.transaction, pk__gt=self.cursor.row)
        return PermitChange.objects.filter(
            behind | Q(transaction__gt=self.cursor.transaction),
            Q(purpose=None) | Q(purpose=self.moment.purpose),
            transaction__gte=self.cursor.transaction,  # lets the index begin there
            transaction__lt=self.moment.horizon,
        ).order_by("transaction", "pk")

    def _row(self, row: PermitChange) -> Iterator[tuple[int, Cursor]]:
        """Yield what the change bears on; a person with many documents fills page after page."""
        asked, after = self.left, self.cursor.document
        if row.document_id:
            found = [row.document_id] if row.document_id > after else []
        else:
            found = _some(_concerned(row), after, asked)
        over = replace(self.cursor, transaction=row.transaction, row=row.pk, document=0)
        for document in found:
            self.cursor = replace(self.cursor, document=document)
            yield document, self.cursor
        self.left -= len(found)
        if len(found) < asked or row.document_id:
            self.cursor = over


def _some(documents: QuerySet[Document], after: int, limit: int) -> list[int]:
    behind = documents.filter(pk__gt=after).order_by("pk")
    return list(behind.values_list("pk", flat=True)[:limit])


def _concerned(row: PermitChange) -> QuerySet[Document]:
    """Return the documents whose answers may rest on what changed: the narrowest that it names."""
    documents = Document.objects.all()
    if row.organisation_id:
        documents = documents.filter(organisation=row.organisation_id)
    parties = Party.objects.filter(document=OuterRef("pk"))
    if row.person_id:
        documents = documents.filter(Exists(parties.filter(address__person=row.person_id)))
    if row.address_id:
        documents = documents.filter(Exists(parties.filter(address=row.address_id)))
    return documents
