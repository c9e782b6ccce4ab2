"""What one document was really used for: by month, repeats grouped, newest first."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any

from django.db.models import Count, Max, Min, QuerySet
from django.db.models.functions import TruncMonth
from django.utils import timezone
from django.utils.translation import ngettext

from consents.models import Document, PurposeText, PurposeVersion, System, TrainingRun, Use

MONTHS = 6  # on one page


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


def timeline(document: Document, *, before: date | None = None) -> Timeline:
    """Return the six months that end with the newest use before the day ``before``.

    Months are those of the person's time zone. Each page reads only its own months' partitions.
    """
    uses = Use.objects.filter(document=document)
    if before is not None:
        uses = uses.filter(at__lt=_midnight(before))
    newest = uses.order_by("-at").values_list("at", flat=True).first()
    if newest is None:
        return Timeline([], None, is_first=before is None)
    start = months_back(timezone.localtime(newest).date(), MONTHS - 1)
    months = list(_months(document, _midnight(start), newest))
    is_more = uses.filter(at__lt=_midnight(start)).exists()
    return Timeline(months, start if is_more else None, is_first=before is None)


def training_uses(document: Document) -> list[Repeats]:
    """Return every use of the document for AI training, by run, newest first."""
    rows = _counted(Use.objects.filter(document=document, version__purpose__is_ai_training=True))
    return _named(rows)


def months_back(day: date, months: int) -> date:
    """Return the first day of the month that many months before ``day``'s."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(max(year, 1), month + 1, 1)


def _months(document: Document, start: datetime, end: datetime) -> Iterator[Month]:
    uses = Use.objects.filter(document=document, at__gte=start, at__lte=end)
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


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=timezone.get_current_timezone())
