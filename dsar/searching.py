"""The search: copying what a source holds, or planning what becomes of it."""

import time
from collections.abc import Iterator
from dataclasses import asdict, replace
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import override

from accounts.models import User
from dsar import parts
from dsar.actions import steps
from dsar.grounds import Cause, ErasureGround, Sentence
from dsar.masks import mask_for
from dsar.models import ErasureItem, Hold, Step, SubjectRequest
from dsar.models.erasure import Decision
from dsar.models.requests import Kind
from dsar.sources.base import Declined, Proposal, Row, Table, source_of
from portal.lib import crypto

# Seconds between two notes of how far a step is: for people who watch, not for each row.
SAY_EVERY = 2.0


def collect(held: steps.Claim) -> None:
    """Copy what one source holds into a sealed part, and finish the step with it."""
    step, request = held.step, held.step.request
    source = source_of(step.source)
    name = f"{request.uid}/{held.token}"
    try:
        with override(request.language):
            part = parts.write(
                _wanted(request, source.collect(request.person)),
                name=name,
                source=source.slug,
                zone=zone_of(request.person),
                mask=mask_for(request),
                alive=Progress(held),
            )
    except Declined as declined:
        steps.settle(held, Step.Outcome.EXCEPTION, cause=declined.cause)
        return
    if part.missing:
        steps.settle(held, Step.Outcome.EXCEPTION, cause=Cause.FILE_MISSING, **_kept(part))
    else:
        steps.settle(held, _found(part.records), **_kept(part))


class Counted(Protocol):
    """What grows as a step goes along."""

    @property
    def records(self) -> int:
        """Records so far."""

    @property
    def files(self) -> int:
        """Files so far."""

    @property
    def volume(self) -> int:
        """Bytes so far."""


class Progress:
    """Keeps hold of a step as it goes along, and lets its page say how far it is."""

    def __init__(self, held: steps.Claim) -> None:
        self._held, self._said = held, time.monotonic()

    def __call__(self, made: Counted) -> None:
        """Renew the lease if need be; write the numbers down now and then. Raises LeaseLost."""
        self._held.renew()
        now = time.monotonic()
        if now - self._said < SAY_EVERY:
            return
        self._said = now
        mine = Step.objects.filter(pk=self._held.step.pk, lease=self._held.token)
        mine.update(records=made.records, files=made.files, volume=made.volume)


def _wanted(request: SubjectRequest, tables: Iterator[Table]) -> Iterator[Table]:
    """Return the tables that this kind of request is about; of others no row is read."""
    if request.kind != Kind.PORTABILITY:
        return tables
    return (replace(table, rows=_own(table)) for table in tables if table.portable)


def _own(table: Table) -> Iterator[Row]:
    """Yield the rows that the person provided: not what others made and only showed them."""
    return (row for row in table.rows if row.is_own)


def plan(held: steps.Claim) -> None:
    """Write down what an erasure would do with each thing a source holds."""
    try:
        found = [as_fields(proposal) for proposal in proposals(held.step.request, held.step.source)]
    except Declined as declined:
        steps.settle(held, Step.Outcome.EXCEPTION, cause=declined.cause)
        return

    def write(request: SubjectRequest, step: Step) -> None:
        # A plan made again replaces the one before; nothing of it has been carried out yet.
        # What somebody decided otherwise (dsar.actions.plan) stays decided.
        old = request.items.filter(source=step.source, done_at=None)
        old.filter(decided_at=None).delete()
        decided = set(request.items.filter(source=step.source).values_list("key", flat=True))
        ErasureItem.objects.bulk_create(
            ErasureItem(request=request, source=step.source, **fields)
            for fields in found
            if fields["key"] not in decided
        )

    records = sum(fields["amount"] for fields in found)
    steps.settle(held, _found(len(found)), write, records=records)


def held_until(person: User) -> Hold | None:
    """Return the legal hold that stands over the person, the one to be reviewed last."""
    return person.holds.filter(lifted_at=None).order_by("-review_on").first()


def zone_of(person: User) -> ZoneInfo:
    """Return the zone in which the person reads times: theirs, else the controller's."""
    return ZoneInfo(person.time_zone or settings.TIME_ZONE)


def proposals(request: SubjectRequest, slug: str) -> list[Proposal]:
    """Return what a source proposes for the person, as a legal hold leaves it."""
    hold = held_until(request.person)
    with override(request.language):
        return [
            _under(hold, proposal) for proposal in source_of(slug).plan(request.person, request)
        ]


def as_fields(proposal: Proposal) -> dict[str, Any]:
    """Return a proposal as the fields of its row."""
    return asdict(proposal) | {"files": list(proposal.files)}


def _under(hold: Hold | None, proposal: Proposal) -> Proposal:
    """While a legal hold stands nothing is erased (art. 17(3)(e)): kept until it is reviewed."""
    if hold is None or proposal.decision in (Decision.KEEP, Decision.RESTRICT):
        return proposal
    return Proposal(
        key=proposal.key,
        label=proposal.label,
        amount=proposal.amount,
        files=proposal.files,
        decision=Decision.RESTRICT,
        sentence=Sentence.HELD,
        ground=ErasureGround.LEGAL_CLAIMS,
        until=hold.review_on,
    )


def _found(records: int) -> Step.Outcome:
    return Step.Outcome.DONE if records else Step.Outcome.NOT_FOUND


def _kept(part: parts.Summary) -> dict[str, Any]:
    return {
        "part": part.name,
        "part_key": crypto.wrap(part.keys),
        "tables": part.tables,
        "records": part.records,
        "files": part.files,
        "volume": part.volume,
    }
