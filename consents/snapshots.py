"""All documents that a purpose may use now, as a file for the tools of those who train.

The documents are gone through in the order in which they were registered, which never changes. One
part examines at most ``MOST_EXAMINED`` of them in one state of the database, into a temporary file:
memory stays the same however many there are, and a slow reader holds nothing of ours.
"""

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import islice
from typing import IO

from consents import permits
from consents.bulk import AT_A_TIME, Tally, line_of
from consents.models import Document
from consents.moments import Moment
from consents.permits import Decision
from portal.lib.sheets import safe
from portal.lib.strict_json import is_storable

MOST_EXAMINED = 1_000_000
ROWS_IN_GROUP = 50_000  # of a Parquet file: what is held in memory


class UnknownDocument(Exception):
    """No document has the reference after which to go on."""


@dataclass
class Walk:
    """The allowed documents of one part; ``next`` is where the following part goes on, or empty.

    ``after`` is the reference of a document, empty for the first part. The caller holds one state
    of the database.
    """

    moment: Moment
    tally: Tally
    after: str = ""
    limit: int = MOST_EXAMINED
    next: str = ""

    def start(self) -> int:
        """Return the number of the document to begin behind.

        Raises:
            UnknownDocument: see there.
        """
        if not self.after:
            return 0
        known = Document.objects.filter(reference=self.after).values_list("pk", flat=True)
        found = known.first() if is_storable(self.after) else None
        if found is None:
            raise UnknownDocument
        return found

    def __iter__(self) -> Iterator[Decision]:
        """Yield the decisions that allow."""
        last, left = self.start(), self.limit
        while left:
            behind = Document.objects.filter(pk__gt=last).order_by("pk")
            some = list(behind.values_list("pk", "reference")[: min(left, AT_A_TIME)])
            if not some:
                return
            references = [reference for _pk, reference in some]
            decisions = permits.decide(references, self.moment.purpose.slug, now=self.moment.now)
            yield from (one for one in self.tally.count(decisions) if one.allowed)
            last, left = some[-1][0], left - len(some)
        if Document.objects.filter(pk__gt=last).exists():
            self.next = references[-1]


def write_ndjson(allowed: Iterator[Decision], file: IO[bytes]) -> None:
    """Write one JSON object on each line."""
    for one in allowed:
        file.write(line_of(one).encode("ascii"))


def write_csv(allowed: Iterator[Decision], file: IO[bytes]) -> None:
    """Write a head and a line each; what a spreadsheet would compute gets an apostrophe."""
    text = io.TextIOWrapper(file, "utf-8", newline="", write_through=True)
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(["document", "reason"])
    writer.writerows([safe(one.reference), one.reason.value] for one in allowed)
    text.detach()


def write_parquet(allowed: Iterator[Decision], file: IO[bytes]) -> None:
    """Write Parquet with the columns ``document`` and ``reason``. Needs the extra ``parquet``."""
    import pyarrow
    from pyarrow import parquet

    schema = pyarrow.schema([("document", pyarrow.string()), ("reason", pyarrow.string())])
    with parquet.ParquetWriter(file, schema, compression="zstd") as writer:
        while some := list(islice(allowed, ROWS_IN_GROUP)):
            columns = [[one.reference for one in some], [one.reason.value for one in some]]
            writer.write_table(pyarrow.table(columns, schema=schema))


@dataclass(frozen=True)
class Format:
    """How a snapshot is written; ``needs`` is the package without which it cannot be."""

    content_type: str
    write: Callable[[Iterator[Decision], IO[bytes]], None]
    needs: str = ""

    @property
    def is_installed(self) -> bool:
        """Whether this installation can write it."""
        return not self.needs or find_spec(self.needs) is not None


FORMATS = {
    "ndjson": Format("application/x-ndjson", write_ndjson),
    "csv": Format("text/csv; charset=utf-8", write_csv),
    "parquet": Format("application/vnd.apache.parquet", write_parquet, needs="pyarrow"),
}
