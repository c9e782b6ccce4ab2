"""Carrying a plan out, one thing at a time, and proving by a new search that it was done."""

import logging
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from dsar import ledger
from dsar.actions import holds, steps
from dsar.actions.lifecycle import Code, lock, note
from dsar.grounds import Cause, ErasureGround, Sentence
from dsar.models import ErasureItem, Step, SubjectRequest
from dsar.models.erasure import STAYING, Decision
from dsar.searching import as_fields, held_until, proposals
from dsar.sources.base import (
    Declined,
    Pending,
    Source,
    SourceError,
    place_of,
    registered,
    source_of,
)
from dsar.states import Status

log = logging.getLogger(__name__)


def carry_out(held: steps.Claim) -> None:
    """Carry out every decision about one source; each in a transaction of its own.

    A worker that dies has done some of them and not the others: the next one does the others.
    """
    source = source_of(held.step.source)
    _carry_out_all(held, source)
    done = list(held.step.request.items.filter(source=source.slug))
    outcome = Step.Outcome.DONE if done else Step.Outcome.NOT_FOUND
    steps.settle(held, outcome, records=sum(item.amount for item in done))


@transaction.atomic
def heed_hold(held: steps.Claim) -> None:
    """Decide anew, before anybody outside is asked to erase: a hold may have come since the plan.

    Raises:
        LeaseLost: somebody else has the step, or the request was closed.
    """
    request = lock(held.step.request_id)
    steps.require_held(request, held)
    hold = held_until(request.person)
    if hold is not None:
        holds.hold_back(request.items.filter(source=held.step.source), hold)


def prove(held: steps.Claim) -> None:
    """Search anew for everything that one source was to erase or lock away.

    What came in since (a mail, a document) is decided by the same rules and erased too; what cannot
    be proven gone fails the step, and is never called erased (invariant 9).
    """
    source = source_of(held.step.source)
    _carry_out_all(held, source)
    todo = held.step.request.items.filter(source=source.slug, proven_at=None)
    for pk in list(todo.values_list("pk", flat=True)):
        held.renew()
        try:
            is_proven = _prove_one(held, source, pk)
        except Declined as declined:
            steps.settle(held, Step.Outcome.EXCEPTION, cause=declined.cause)
            return
        if not is_proven:
            raise SourceError(Cause.STILL_THERE)
    proven = held.step.request.items.filter(source=source.slug).count()
    outcome = Step.Outcome.DONE if proven else Step.Outcome.NOT_FOUND
    steps.settle(held, outcome, records=proven)


def end_what_is_due(today: date, *, person_id: int | None = None) -> int:
    """Erase what was kept until a date that has come; return how many things ended.

    Nothing counts as ended before a new search proves it (invariant 9). A thing under a legal hold
    stays until it is lifted. ``today`` is in the controller's zone.
    With ``person_id`` only what is kept of that person.
    """
    due = ErasureItem.objects.filter(
        decision__in=STAYING,
        done_at__isnull=False,
        ended_at=None,
        until__lte=today,
        request__status=Status.ANSWERED,
    )
    if person_id is not None:
        due = due.filter(request__person=person_id)
    ended = 0
    for pk in _in_order(due):
        try:
            ended += _end_one(pk)
        except Pending as pending:
            log.info("item %s takes its time to end: %s", pk, pending.awaits)
        except SourceError as error:
            # The next night tries again; the item shows as due until then.
            log.error("item %s could not be ended: %s", pk, error.cause)
        # A source is foreign code (see dsar.tasks): one that breaks must not keep all the others
        # from their end, night after night.
        except Exception as error:  # noqa: BLE001
            log.error("item %s could not be ended: %s", pk, place_of(error))
    return ended


def _in_order(items: QuerySet[ErasureItem]) -> list[int]:
    """Return the items' ids; who the person is comes last, for the rest is found by it."""
    rows = items.values_list("pk", "source", "until")
    last = {source.slug for source in registered().values() if source.identifies}
    return [pk for pk, source, until in sorted(rows, key=lambda r: (r[1] in last, r[2], r[0]))]


def _carry_out_all(held: steps.Claim, source: Source) -> None:
    """Carry out what is decided and not done; what came in since the plan is decided first."""
    request = held.step.request
    for proposal in proposals(request, source.slug):
        held.renew()
        fields = as_fields(proposal)
        ErasureItem.objects.get_or_create(
            request=request, source=source.slug, key=fields.pop("key"), defaults=fields
        )
    todo = request.items.filter(source=source.slug, done_at=None)
    for pk in list(todo.values_list("pk", flat=True)):
        held.renew()
        _carry_out_one(held, source, pk)


@transaction.atomic
def _carry_out_one(held: steps.Claim, source: Source, pk: int) -> None:
    request = lock(held.step.request_id)
    steps.require_held(request, held)
    item = request.items.select_for_update().get(pk=pk)
    if item.done_at is not None:
        return
    hold = held_until(request.person)
    if hold is not None and not item.stays:  # placed since the plan was made
        item.decision, item.sentence = Decision.RESTRICT, Sentence.HELD
        item.ground, item.until = ErasureGround.LEGAL_CLAIMS, hold.review_on
    traced = ledger.trace(source, item)
    source.erase(request.person, item)
    item.done_at = timezone.now()
    item.save()
    ledger.record_item(item, traced)
    note(request, Code.ITEM_ERASED, by=None, **_about(item))


@transaction.atomic
def _prove_one(held: steps.Claim, source: Source, pk: int) -> bool:
    request = lock(held.step.request_id)
    steps.require_held(request, held)
    item = request.items.select_for_update().get(pk=pk)
    if item.done_at is None:
        return False
    if not source.prove_gone(request.person, item):
        source.erase(request.person, item)
        if not source.prove_gone(request.person, item):
            return False
    item.proven_at, item.files = timezone.now(), []
    if not item.stays:
        item.label = ""  # the title of what is gone is gone too
    item.save()
    note(request, Code.ITEM_PROVEN, by=None, **_about(item))
    return True


@transaction.atomic
def _end_one(pk: int) -> bool:
    item = ErasureItem.objects.select_for_update(of=("self",)).select_related("request").get(pk=pk)
    request: SubjectRequest = item.request
    if item.ended_at is not None or held_until(request.person) is not None:
        return False
    source = source_of(item.source)
    traced = ledger.trace(source, item)
    source.end(request.person, item)
    if not source.has_ended(request.person, item):
        raise SourceError(Cause.STILL_THERE)
    ledger.record_end(item, traced)
    item.ended_at, item.label = timezone.now(), ""
    item.save(update_fields=["ended_at", "label"])
    note(request, Code.ITEM_ENDED, by=None, **_about(item))
    return True


def _about(item: ErasureItem) -> dict[str, Any]:
    return {
        "item": item.pk,
        "source": item.source,
        "decision": item.decision,
        "sentence": Sentence(item.sentence).value,
        "amount": item.amount,
    }
