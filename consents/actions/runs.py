"""Training runs: open with a manifest, leave out what may not be used, close with what was used.

How a run is closed is in :mod:`consents.actions.closing`.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import TypeVar

from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Collate
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from consents import permits
from consents.actions import uses
from consents.models import (
    BulkAnswer,
    ManifestLine,
    Purpose,
    RunRemedy,
    System,
    TrainingRun,
)
from consents.permits import Decision
from portal.lib.errors import DomainError

T = TypeVar("T")
BATCH = 5000


class RunIsClosed(DomainError):
    """What a closed run used is history."""

    code = "run_closed"


class OtherRun(DomainError):
    """The reference is that of a run of another model or system."""

    code = "other_run"


class ImpossibleTime(DomainError):
    """The run did not train before it began, nor will it have."""

    code = "impossible_time"


class NoDate(DomainError):
    """A promise to train anew has its day; no other remedy has one."""

    code = "remedy_date"


@dataclass(frozen=True)
class Gone:
    """A document that must leave the manifest, and why (a code of ``permits.Reason``)."""

    reference: str
    reason: str


@dataclass(frozen=True)
class Proposed:
    """What became of a part of a manifest."""

    asked: int
    allowed: int


@dataclass(frozen=True)
class Counts:
    """How many documents are in the run, and how many were told to go."""

    documents: int
    excluded: int


def training_purpose() -> str:
    """Return the slug of the purpose that is AI training; where there is none, nobody's."""
    training = Purpose.objects.filter(is_ai_training=True).order_by("position", "pk").first()
    return training.slug if training else ""


@transaction.atomic
def start(
    reference: str, *, model: str, system: System, started_at: datetime | None, client: str
) -> tuple[TrainingRun, bool]:
    """Return the run of this reference, and whether it is new. Saying it twice is saying it once.

    Raises:
        OtherRun: the reference is known, with another model or system.
        ImpossibleTime: it starts in the future.
    """
    now = timezone.now()
    if started_at is not None and started_at > now + uses.SKEW:
        raise ImpossibleTime(_("A run cannot start in the future."))
    run, is_new = TrainingRun.objects.get_or_create(
        reference=reference,
        defaults={
            "model_name": model,
            "system": system,
            "started_at": started_at or now,
            "opened_by": client,
        },
    )
    if run.system_id != system.pk or run.model_name != model:
        raise OtherRun(_("This reference belongs to a run of another model or system."))
    return run, is_new


@transaction.atomic
def propose(
    run: TrainingRun,
    references: Iterable[str],
    *,
    client: str,
    tell: Callable[[Gone], object],
) -> Proposed:
    """Put documents into the manifest of an open run; ``tell`` which must go, in their order.

    All of them or none: an error in the middle of ``references`` takes nothing in. A document that
    was told to go is asked for anew. Constant memory, whatever their number.

    Raises:
        RunIsClosed: the run is closed.
    """
    run, purpose = _hold(run), training_purpose()
    moment, states = timezone.now(), hashlib.sha256()
    asked = allowed = 0
    for part in batches(references):
        decisions = list(permits.decide(part, purpose, now=moment))
        _write(run, decisions, moment)
        for one in decisions:
            states.update(one.state.encode() + b"\n")
            if not one.allowed:
                tell(Gone(one.reference, one.reason))
        asked += len(decisions)
        allowed += sum(one.allowed for one in decisions)
    _answered(client, purpose, asked, allowed, states.hexdigest(), moment)
    return Proposed(asked, allowed)


@transaction.atomic
def remove(run: TrainingRun, references: Iterable[str]) -> int:
    """Take documents out of the manifest of an open run; return how many were in it.

    What was reported as used stays: it happened.

    Raises:
        RunIsClosed: the run is closed.
    """
    run, removed = _hold(run), 0
    for part in batches(references):
        lines = run.lines.filter(document__reference__in=part, used_at=None)
        removed += lines.delete()[0]
    return removed


@transaction.atomic
def look_again(run: TrainingRun, *, client: str) -> None:
    """Ask the gate again about every document of an open run; mark those that must go now."""
    run = TrainingRun.objects.select_for_update(no_key=True).get(pk=run.pk)
    if run.closed_at is None:
        check(run, timezone.now(), client=client)


def exclusions(run: TrainingRun) -> Iterator[Gone]:
    """Yield the documents that were told to go and not used, by reference; read in batches."""
    lines = run.lines.exclude(excluded="").filter(used_at=None)
    rows = by_reference(lines).values_list("document__reference", "excluded")
    for reference, reason in rows.iterator(chunk_size=BATCH):
        yield Gone(reference, reason)


def counts(run: TrainingRun) -> Counts:
    """Return how many documents the run uses (closed: used), and how many had to go."""
    used = Q(used_at__isnull=False)
    documents = run.lines.filter(used if run.closed_at else used | Q(excluded="")).count()
    return Counts(documents, run.lines.exclude(excluded="").filter(used_at=None).count())


@transaction.atomic
def set_remedy(
    run: TrainingRun, remedy: TrainingRun.Remedy, *, remedy_by: date | None, client: str
) -> TrainingRun:
    """Say what can still be done about the documents in the run's model; people read it.

    Raises:
        NoDate: training anew needs its day, and nothing else has one.
    """
    if (remedy_by is not None) != (remedy == TrainingRun.Remedy.RETRAIN):
        raise NoDate(_("Training anew needs a day by which it is done; nothing else has one."))
    run = TrainingRun.objects.select_for_update(no_key=True).get(pk=run.pk)
    said = run.remedies.order_by("-pk").first()
    if said is None or (said.remedy, said.remedy_by) != (remedy, remedy_by):
        RunRemedy.objects.create(run=run, remedy=remedy, remedy_by=remedy_by, by=client)
    run.remedy, run.remedy_by = remedy, remedy_by
    run.save(update_fields=["remedy", "remedy_by"])
    return run


def _hold(run: TrainingRun) -> TrainingRun:
    """Lock the run; whoever adds, removes or closes waits for whoever else does."""
    run = TrainingRun.objects.select_for_update(no_key=True).get(pk=run.pk)
    if run.closed_at is not None:
        raise RunIsClosed(_("This run is closed: what it used does not change any more."))
    return run


def batches(items: Iterable[T]) -> Iterator[list[T]]:
    """Yield the items in lists of at most ``BATCH``."""
    left = iter(items)
    while part := list(islice(left, BATCH)):
        yield part


def _write(run: TrainingRun, decisions: Iterable[Decision], moment: datetime) -> None:
    """Write a line for each document that exists, in the order of their keys (no two deadlock)."""
    known = {one.document_id: one for one in decisions if one.document_id is not None}
    rows = [(key, "" if one.allowed else one.reason.value) for key, one in sorted(known.items())]
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO consents_manifestline (run_id, document_id, excluded, checked_at)"
            " SELECT %s, *, %s FROM unnest(%s::bigint[], %s::text[])"
            " ON CONFLICT (run_id, document_id) DO UPDATE"
            " SET excluded = EXCLUDED.excluded, checked_at = EXCLUDED.checked_at"
            " WHERE consents_manifestline.used_at IS NULL",
            [run.pk, moment, [key for key, _code in rows], [code for _key, code in rows]],
        )


def check(run: TrainingRun, moment: datetime, *, client: str) -> int:
    """Ask the gate about every line that may still be used; mark those it denies now.

    Return how many those are. An excluded document stays so until it is proposed again: its run
    has been told to do without.
    """
    purpose, last = training_purpose(), 0
    states, asked, denied = hashlib.sha256(), 0, 0
    lines = run.lines.filter(excluded="", used_at=None).order_by("document_id")
    while True:
        rows = lines.filter(document_id__gt=last).values_list("document_id", "document__reference")
        part = list(rows[:BATCH])
        if not part:
            break
        last = part[-1][0]
        decisions = list(permits.decide([reference for _key, reference in part], purpose))
        refused = [one for one in decisions if not one.allowed]
        _write(run, refused, moment)
        states.update("".join(f"{one.state}\n" for one in decisions).encode())
        asked, denied = asked + len(part), denied + len(refused)
    _answered(client, purpose, asked, asked - denied, states.hexdigest(), moment)
    return denied


def _answered(
    client: str, purpose: str, asked: int, allowed: int, state: str, moment: datetime
) -> None:
    """Write down what was answered: an answer that cannot be proven is not given."""
    BulkAnswer.objects.create(
        at=moment, client=client, kind=BulkAnswer.Kind.MANIFEST, asked=asked, allowed=allowed,
        state=state, purpose=Purpose.objects.filter(slug=purpose).first(),
    )  # fmt: skip


def by_reference(lines: QuerySet[ManifestLine]) -> QuerySet[ManifestLine]:
    """Order by reference, byte by byte in UTF-8, whatever the collation of the database."""
    return lines.order_by(Collate("document__reference", "C"))


def known(reference: str) -> TrainingRun | None:
    """Return the run of this reference."""
    return (
        TrainingRun.objects.select_related("system")
        .filter(reference=reference.replace("\0", ""))
        .first()
    )
