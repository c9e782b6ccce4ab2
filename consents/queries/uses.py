"""What one document was really used for: by month, repeats grouped, newest first, and one by one.

Everything goes by the index (document, at) that each monthly partition has.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Count, Max, Min, Q, QuerySet
from django.db.models.functions import TruncMonth
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import ngettext

from consents.models import Document, PurposeText, PurposeVersion, System, TrainingRun, Use
from consents.queries.wanted import midnight

MONTHS = 6  # on one page
SINGLES = 50  # on one page
CHUNK = 2_000  # of a file, at a time in memory
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class WantedUses:
    """Which uses are looked for. Everything empty: all of the document.

    ``since`` and ``until`` are days of the reader's time zone, both within. ``version`` is a number
    of the purpose's versions, ``system`` a slug, ``run`` the uid of a training run.
    """

    purpose: str = ""
    since: date | None = None
    until: date | None = None
    version: int | None = None
    system: str = ""
    run: UUID | None = None

    @property
    def narrows(self) -> bool:
        """Whether anything is asked for at all."""
        return any((self.purpose, self.since, self.until, self.version, self.system, self.run))


EVERY = WantedUses()


class UsePlace(NamedTuple):
    """Where a use stands in the order: its instant (aware) and its number."""

    at: datetime
    id: int

    def __str__(self) -> str:
        return f"{(self.at - EPOCH) // timedelta(microseconds=1)}.{self.id}"


def use_place(text: str) -> UsePlace | None:
    """Return the place that an address names, or None if it names none."""
    at, _dot, number = text.partition(".")
    if not (at.isascii() and at.isdigit() and number.isascii() and number.isdigit()):
        return None
    if len(at) > 16 or len(number) > 18:  # until the year 2286; within a bigint
        return None
    return UsePlace(EPOCH + timedelta(microseconds=int(at)), int(number))


@dataclass(frozen=True)
class Repeats:
    """Uses of one kind in one month: same wording, same system, same training run."""

    count: int
    first: datetime
    last: datetime
    version: PurposeVersion
    text: PurposeText
    system: System
    run: TrainingRun | None

    @property
    def times(self) -> str:
        """Return how often, in words."""
        return ngettext("once", "%(count)s times", self.count) % {"count": self.count}

    @property
    def query(self) -> str:
        """Return what the page of single uses is asked for, to show these one by one."""
        asked: dict[str, str | int] = {
            "purpose": self.version.purpose.slug,
            "version": self.version.number,
            "system": self.system.slug,
            "since": timezone.localtime(self.first).date().isoformat(),
            "until": timezone.localtime(self.last).date().isoformat(),
        }
        return urlencode(asked | ({"run": str(self.run.uid)} if self.run else {}))


@dataclass(frozen=True)
class Single:
    """One use."""

    use: Use
    text: PurposeText


@dataclass(frozen=True)
class Singles:
    """One page of single uses; ``older`` is where the next begins, empty at the end."""

    rows: list[Single]
    older: str
    is_first: bool


@dataclass(frozen=True)
class Month:
    """One month of the timeline."""

    first_day: date
    repeats: list[Repeats]


@dataclass(frozen=True)
class Timeline:
    """One page. ``older`` is the first day of the last month shown, when there is more before."""

    months: list[Month]
    older: date | None
    is_first: bool


def timeline(
    document: Document, wanted: WantedUses = EVERY, *, before: date | None = None
) -> Timeline:
    """Return the six months that end with the newest use before the day ``before``.

    Months are those of the person's time zone. Each page reads only its own months' partitions.
    """
    uses = narrowed(document, wanted)
    if before is not None:
        uses = uses.filter(at__lt=midnight(before))
    newest = uses.order_by("-at").values_list("at", flat=True).first()
    if newest is None:
        return Timeline([], None, is_first=before is None)
    start = months_back(timezone.localtime(newest).date(), MONTHS - 1)
    months = list(_months(uses.filter(at__gte=midnight(start), at__lte=newest)))
    is_more = uses.filter(at__lt=midnight(start)).exists()
    return Timeline(months, start if is_more else None, is_first=before is None)


def singles(
    document: Document, wanted: WantedUses = EVERY, *, older_than: UsePlace | None = None
) -> Singles:
    """Return one page of uses, one by one, the newest first."""
    found = _page(document, wanted, older_than, size=SINGLES + 1)
    shown = found[:SINGLES]
    older = str(UsePlace(shown[-1].use.at, shown[-1].use.id)) if len(found) > SINGLES else ""
    return Singles(shown, older, is_first=older_than is None)


def every(document: Document, wanted: WantedUses = EVERY) -> Iterator[Single]:
    """Yield every use, the newest first, in constant memory."""
    place: UsePlace | None = None
    while chunk := _page(document, wanted, place, size=CHUNK):
        yield from chunk
        place = UsePlace(chunk[-1].use.at, chunk[-1].use.id)


def narrowed(document: Document, wanted: WantedUses) -> QuerySet[Use]:
    """Return the uses of the document that are looked for."""
    condition = Q(document=document)
    if wanted.purpose:
        # By the ids of its versions, not by a join: the index goes on from the document.
        versions = PurposeVersion.objects.filter(purpose__slug=wanted.purpose)
        if wanted.version:
            versions = versions.filter(number=wanted.version)
        condition &= Q(version__in=list(versions.values_list("pk", flat=True)))
    if wanted.system:
        condition &= Q(system__slug=wanted.system)
    if wanted.run:
        condition &= Q(training_run__uid=wanted.run)
    if wanted.since:
        condition &= Q(at__gte=midnight(wanted.since))
    if wanted.until:
        condition &= Q(at__lt=midnight(wanted.until + timedelta(days=1)))
    return Use.objects.filter(condition)


def training_uses(document: Document) -> list[Repeats]:
    """Return every use of the document for AI training, by run, newest first."""
    rows = _counted(Use.objects.filter(document=document, version__purpose__is_ai_training=True))
    return _named(rows)


def months_back(day: date, months: int) -> date:
    """Return the first day of the month that many months before ``day``'s."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(max(year, 1), month + 1, 1)


def _page(
    document: Document, wanted: WantedUses, place: UsePlace | None, *, size: int
) -> list[Single]:
    uses = narrowed(document, wanted)
    if place is not None:
        # The first condition is what the index can start from; the second settles ties.
        uses = uses.filter(Q(at__lte=place.at), Q(at__lt=place.at) | Q(id__lt=place.id))
    found = uses.select_related("system", "training_run").order_by("-at", "-id")[:size]
    rows = list(found)
    versions = PurposeVersion.objects.select_related("purpose").in_bulk(
        {row.version_id for row in rows}
    )
    texts = {pk: version.text() for pk, version in versions.items()}
    for row in rows:
        row.version = versions[row.version_id]
    return [Single(row, texts[row.version_id]) for row in rows]


def _months(uses: QuerySet[Use]) -> Iterator[Month]:
    repeats = _named(_counted(uses.annotate(month=TruncMonth("at")), "month"))
    for first_day, group in groupby(repeats, key=_month_of):
        yield Month(first_day, list(group))


def _month_of(repeats: Repeats) -> date:
    return timezone.localtime(repeats.last).date().replace(day=1)


def _counted(uses: QuerySet[Use], *by: str) -> list[dict[str, Any]]:
    """Return the uses grouped by wording, system and training (and ``by``), newest first."""
    rows = (
        uses.values(*by, "version_id", "system_id", "training_run_id")
        .annotate(count=Count("id"), first=Min("at"), last=Max("at"))
        .order_by("-last")
    )
    return list(rows)


def _named(rows: list[dict[str, Any]]) -> list[Repeats]:
    """Put versions, systems and runs to the ids: three queries, however many rows."""
    versions = PurposeVersion.objects.select_related("purpose").in_bulk(_ids(rows, "version_id"))
    systems = System.objects.in_bulk(_ids(rows, "system_id"))
    runs = TrainingRun.objects.in_bulk(_ids(rows, "training_run_id"))
    texts = {pk: version.text() for pk, version in versions.items()}
    return [
        Repeats(
            count=row["count"],
            first=row["first"],
            last=row["last"],
            version=versions[row["version_id"]],
            text=texts[row["version_id"]],
            system=systems[row["system_id"]],
            run=runs.get(row["training_run_id"]),
        )
        for row in rows
    ]


def _ids(rows: list[dict[str, Any]], column: str) -> list[int]:
    return list({row[column] for row in rows if row[column] is not None})
