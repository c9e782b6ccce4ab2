"""Record what documents were really used for: each use is checked, and recorded once."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from django.db import connection, models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from consents import months
from consents.models import Document, Purpose, PurposeVersion, System, TrainingRun
from consents.reports import UseReport

# Two clocks never quite agree; what lies further ahead is a mistake.
SKEW = timedelta(minutes=1)


class Fault(models.TextChoices):
    """Why a use was not recorded."""

    UNKNOWN_DOCUMENT = "unknown_document", _("No document has this reference.")
    UNKNOWN_PURPOSE = "unknown_purpose", _("No purpose has this name.")
    UNKNOWN_SYSTEM = "unknown_system", _("No system has this name.")
    FUTURE = "in_the_future", _("The time of the use has not come yet.")
    BEFORE_DOCUMENT = "before_the_document", _("The document did not exist yet.")
    NOT_IN_FORCE = "purpose_not_in_force", _("No version of the purpose was in effect then.")
    NOT_TRAINING = "not_a_training", _("Only AI training has training runs.")
    OTHER_SYSTEM = "run_of_other_system", _("The training run belongs to another system.")


@dataclass(frozen=True)
class Recorded:
    """What became of a batch: ``faults`` by the place of the use in it."""

    recorded: int
    duplicate: int
    faults: Mapping[int, Fault]


@dataclass(frozen=True)
class _Found:
    """A report whose names are resolved."""

    document: int
    version: int
    system: int
    report: UseReport
    run: str  # the training run's reference, "" if it is no training


class _Row(NamedTuple):
    document: int
    at: datetime
    version: int
    system: int
    training_run: int | None


class _Known:
    """Everything that the names of a batch stand for, read in four queries."""

    def __init__(self, reports: Sequence[UseReport]) -> None:
        purposes = {one.purpose for one in reports}
        # With the date since when the document has existed, if any is known.
        self.documents: dict[str, tuple[int, datetime | None]] = {
            reference: (pk, min(filter(None, (sent_at, completed_at)), default=None))
            for reference, pk, sent_at, completed_at in Document.objects.filter(
                reference__in={one.document for one in reports}
            ).values_list("reference", "pk", "sent_at", "completed_at")
        }
        self.training: dict[str, bool] = dict(
            Purpose.objects.filter(slug__in=purposes).values_list("slug", "is_ai_training")
        )
        # By purpose, in the order of their effect.
        self.versions: dict[str, list[tuple[datetime, int]]] = {slug: [] for slug in self.training}
        for slug, since, pk in (
            PurposeVersion.objects.standing()
            .filter(purpose__slug__in=purposes)
            .order_by("effective_from", "number")
            .values_list("purpose__slug", "effective_from", "pk")
        ):
            self.versions[slug].append((since, pk))
        self.systems: dict[str, int] = dict(
            System.objects.filter(slug__in={one.system for one in reports}).values_list(
                "slug", "pk"
            )
        )

    def version_at(self, report: UseReport) -> int | None:
        """Return the version whose words were in force at the time of the use."""
        versions = self.versions.get(report.purpose, [])
        place = bisect_right(versions, report.at, key=lambda version: version[0])
        return versions[place - 1][1] if place else None


def record(reports: Sequence[UseReport]) -> Recorded:
    """Record the uses that are right and not known yet; name the fault of each of the others.

    A fixed number of queries for any batch. The words that count are those in force at the time of
    the use. A use of a document that is gone is recorded too: it happened, and should not have.
    """
    known, now = _Known(reports), timezone.now()
    found = [_find(report, known, now) for report in reports]
    right = [one for one in found if isinstance(one, _Found)]
    months.ensure(one.report.at.astimezone(UTC).date() for one in right)
    with transaction.atomic():
        months.hold()
        runs = _runs(right)
        judged = [one if isinstance(one, Fault) else _row(one, runs) for one in found]
        rows = [one for one in judged if isinstance(one, _Row)]
        recorded = _insert(rows, now)
    faults = {place: one for place, one in enumerate(judged) if isinstance(one, Fault)}
    return Recorded(recorded, len(rows) - recorded, faults)


def _find(report: UseReport, known: _Known, now: datetime) -> _Found | Fault:
    """Return what the report names, or the first thing that is wrong with it."""
    document, since = known.documents.get(report.document, (None, None))
    system = known.systems.get(report.system)
    version = known.version_at(report)
    if document is None:
        return Fault.UNKNOWN_DOCUMENT
    if report.purpose not in known.training:
        return Fault.UNKNOWN_PURPOSE
    if system is None:
        return Fault.UNKNOWN_SYSTEM
    if report.at > now + SKEW:
        return Fault.FUTURE
    if since is not None and report.at < since:
        return Fault.BEFORE_DOCUMENT
    if version is None:
        return Fault.NOT_IN_FORCE
    if report.training_run and not known.training[report.purpose]:
        return Fault.NOT_TRAINING
    run = _run_of(report) if known.training[report.purpose] else ""
    return _Found(document, version, system, report, run)


def _run_of(report: UseReport) -> str:
    """Return the run's reference. One that was not named gets a name, its system's and month's:
    nobody trains without a trace, for people look back by runs."""
    return report.training_run or f"{report.system}:{report.at.astimezone(UTC):%Y-%m}"


def _runs(found: Iterable[_Found]) -> dict[str, TrainingRun]:
    """Return the training runs that the uses name, made on first sight as of their first use."""
    named = sorted(
        (one for one in found if one.run),
        key=lambda one: (one.run, one.report.at),
    )
    if not named:
        return {}
    names = {one.run for one in named}
    runs = TrainingRun.objects.in_bulk(names, field_name="reference")
    model_names = {one.run: one.report.model_name for one in named if one.report.model_name}
    new: dict[str, TrainingRun] = {}
    for one in named:
        name = one.run
        if name not in runs and name not in new:
            new[name] = TrainingRun(
                reference=name,
                model_name=model_names.get(name, name),
                system_id=one.system,
                started_at=one.report.at,
            )
    TrainingRun.objects.bulk_create(new.values(), ignore_conflicts=True)
    return runs | TrainingRun.objects.in_bulk(new, field_name="reference")


def _row(found: _Found, runs: Mapping[str, TrainingRun]) -> _Row | Fault:
    run = runs[found.run] if found.run else None
    if run is not None and run.system_id != found.system:
        return Fault.OTHER_SYSTEM
    return _Row(
        found.document, found.report.at, found.version, found.system, run.pk if run else None
    )


def _insert(rows: Iterable[_Row], now: datetime) -> int:
    """Insert the rows that are new; return how many those were.

    In SQL, for the count: Django's ``ignore_conflicts`` does not say what it ignored. In the order
    of the unique key, so that two batches cannot block each other.
    """
    in_order = sorted(rows, key=lambda row: (*row[:4], row.training_run or 0))
    columns = [[row[place] for row in in_order] for place in range(len(_Row._fields))]
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO consents_use"
            " (document_id, at, version_id, system_id, training_run_id, recorded_at)"
            " SELECT *, %s FROM unnest(%s::bigint[], %s::timestamptz[], %s::bigint[],"
            " %s::bigint[], %s::bigint[]) ON CONFLICT DO NOTHING",
            [now, *columns],
        )
        return int(cursor.rowcount)
