"""The search: copying what a source holds, or planning what becomes of it."""

from dataclasses import asdict
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import override

from accounts.models import User
from dsar import parts
from dsar.actions import steps
from dsar.grounds import Cause, ErasureGround, Sentence
from dsar.models import ErasureItem, Hold, Step, SubjectRequest
from dsar.models.erasure import Decision
from dsar.sources.base import Declined, Proposal, source_of
from portal.lib import crypto


def collect(held: steps.Claim) -> None:
    """Copy what one source holds into a sealed part, and finish the step with it."""
    step, request = held.step, held.step.request
    source = source_of(step.source)
    name = f"{request.uid}/{held.token}"
    try:
        with override(request.language):
            part = parts.write(
                source.collect(request.person),
                name=name,
                source=source.slug,
                zone=zone_of(request.person),
                alive=held.renew,
            )
    except Declined as declined:
        steps.settle(held, Step.Outcome.EXCEPTION, cause=declined.cause)
        return
    if part.missing:
        steps.settle(held, Step.Outcome.EXCEPTION, cause=Cause.FILE_MISSING, **_kept(part))
    else:
        steps.settle(held, _found(part.records), **_kept(part))


def plan(held: steps.Claim) -> None:
    """Write down what an erasure would do with each thing a source holds."""
    try:
        found = [as_fields(proposal) for proposal in proposals(held.step.request, held.step.source)]
    except Declined as declined:
        steps.settle(held, Step.Outcome.EXCEPTION, cause=declined.cause)
        return

    def write(request: SubjectRequest, step: Step) -> None:
        # A plan made again replaces the one before; nothing of it has been carried out yet.
        request.items.filter(source=step.source, done_at=None).delete()
        ErasureItem.objects.bulk_create(
            ErasureItem(request=request, source=step.source, **fields) for fields in found
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
    }
