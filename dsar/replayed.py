"""What a replay does for one person: their holds as they stood, their erasure once more.

The erasure runs through the ordinary steps, in this process: what a source cannot do at once waits
for the worker, like in any erasure, and is named until it is done.
"""

from collections.abc import Iterable
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Role
from dsar import erasure, ledger, tasks
from dsar.actions import engine
from dsar.actions.holds import held_items
from dsar.actions.lifecycle import Code, lock, move, note
from dsar.actions.requests import clock
from dsar.grounds import ErasureGround, Sentence
from dsar.ledger import Kind
from dsar.models import ErasureItem, Hold, Step, SubjectRequest
from dsar.models import requests as models
from dsar.models.erasure import STAYING, Decision
from dsar.searching import as_fields, proposals
from dsar.sources.base import Declined, Pending, Proposal, SourceError, registered
from dsar.states import Status
from dsar.volumes import Line

# The way from each status to being carried out; a request that was withdrawn is not the one.
WAY: dict[str, tuple[Status, ...]] = {
    Status.RECEIVED: (Status.SEARCHING,),
    Status.IDENTITY: (Status.SEARCHING,),
    Status.SEARCHING: (),
    Status.REVIEW: (),
    Status.GRACE: (),
    Status.REFUSED: (Status.REVIEW,),
    Status.DUPLICATE: (Status.REVIEW,),
    Status.SPAM: (Status.REVIEW,),
    Status.FORWARDED: (Status.REVIEW,),
    Status.UNIDENTIFIED: (Status.SEARCHING,),
}


def is_done(person: User, lines: Iterable[Line]) -> bool:
    """Whether this database has carried out what the lines say: no restore has taken it back."""
    references = {line.request for line in lines if line.kind == Kind.ITEM}
    answered = person.subject_requests.filter(status=Status.ANSWERED, reference__in=references)
    return bool(references) and answered.count() == len(references) and not _ended(person, lines)


def _ended(person: User, lines: Iterable[Line]) -> bool:
    """Whether a hold that had been lifted stands again."""
    lifted = {line.thing for line in lines if line.kind == Kind.LIFTED}
    standing = person.holds.filter(lifted_at=None)
    return any(not lifted.isdisjoint(ledger.hashes_of("hold", hold.uid)) for hold in standing)


@transaction.atomic
def hold_again(person: User, lines: list[Line]) -> int:
    """Lift the holds that had been lifted, place those again that are missing; return how many."""
    count = 0
    latest = {line.thing: line for line in lines if line.kind in (Kind.HELD, Kind.LIFTED)}
    holds = {
        hashed: hold for hold in person.holds.all() for hashed in ledger.hashes_of("hold", hold.uid)
    }
    for thing, line in latest.items():
        hold = holds.get(thing)
        if line.kind == Kind.LIFTED:
            count += _lift(hold, line)
        elif hold is None:
            _place(person, line)
            count += 1
    if not person.holds.filter(lifted_at=None).exists():
        held_items(person).update(until=timezone.localdate())
    return count


def _lift(hold: Hold | None, line: Line) -> bool:
    if hold is None or hold.lifted_at is not None:
        return False
    hold.lifted_at, hold.lifted_by = datetime.fromisoformat(line.at), hold.owner
    hold.save(update_fields=["lifted_at", "lifted_by"])
    return True


def _place(person: User, line: Line) -> None:
    officers = User.objects.filter(role=Role.DPO, is_active=True).order_by("pk")
    owner = next(
        (one for one in officers if line.data["owner"] in ledger.hashes_of("person", one.uid)),
        officers.first(),
    )
    if owner is None:
        raise User.DoesNotExist("no data protection officer to own a hold")
    hold = Hold.objects.create(
        person=person,
        owner=owner,
        reason=_("Placed again after a restore from a backup; its reason is in the officer’s file"),
        placed_at=datetime.fromisoformat(line.at),
        review_on=date.fromisoformat(line.data["review_on"]),
        placed_again_at=timezone.now(),
    )
    ledger.record_hold(hold)


def work_off(person: User, lines: list[Line]) -> list[SubjectRequest]:
    """Carry out once more each erasure of the person that the lines tell of; return them."""
    erasure.end_what_is_due(timezone.localdate(), person_id=person.pk)
    done = []
    for reference in dict.fromkeys(line.request for line in lines if line.kind == Kind.ITEM):
        own = [line for line in lines if line.request == reference]
        request = _request(person, reference, own)
        if request.status != Status.ANSWERED:
            request = _prepared(request, own)
            _run(request)
            request.refresh_from_db()
        done.append(request)
    return done


@transaction.atomic
def _request(person: User, reference: str, lines: list[Line]) -> SubjectRequest:
    """Return the request by which it was erased, made anew if the backup does not have it."""
    own = person.subject_requests.filter(kind=models.Kind.ERASURE)
    known = own.filter(reference=reference).exclude(status=Status.WITHDRAWN).first()
    found = known or own.open().first()
    if found is not None:
        return found
    certified = next((line for line in lines if line.kind == Kind.CERTIFIED), None)
    received = datetime.fromisoformat(certified.data["received"] if certified else lines[0].at)
    taken = SubjectRequest.objects.filter(reference=reference).exists()
    request = SubjectRequest(
        kind=models.Kind.ERASURE,
        person=person,
        reference=models.new_reference() if taken else reference,
        language=person.language or settings.LANGUAGE_CODE,
        country=person.country or settings.CONTROLLER["country"],
        **clock(received),
    )
    request.save(force_insert=True)
    return request


@transaction.atomic
def _prepared(request: SubjectRequest, lines: list[Line]) -> SubjectRequest:
    """Write the plan as the ledger knows it, and bring the request to where it is carried out."""
    request = lock(request)
    if request.status == Status.PREPARING:
        return request
    note(request, Code.REPLAYED, by=None)
    request.steps.filter(kind=Step.Kind.PLAN).delete()
    request.items.filter(done_at=None).delete()
    for position, slug in enumerate(registered()):
        _plan(request, slug, position, lines)
    for status in WAY[request.status]:
        move(request, status, code=Code.REPLAYED, by=None)
    move(request, Status.PREPARING, code=Code.REPLAYED, by=None)
    return engine.advance(request)


def _plan(request: SubjectRequest, slug: str, position: int, lines: list[Line]) -> None:
    """Write the items of one source; a source that does not answer is planned when it is erased."""
    known = {line.thing: line for line in lines if line.kind == Kind.ITEM and line.source == slug}
    now, source = timezone.now(), registered()[slug]
    found, outcome, cause = list[Proposal](), None, ""
    try:
        found = proposals(request, slug)
    except (SourceError, Pending):
        pass
    except Declined as declined:  # a gap that is named, and keeps nothing else from being erased
        outcome, cause = Step.Outcome.EXCEPTION, declined.cause
    for proposal in found:
        item = ErasureItem(request=request, source=slug, **as_fields(proposal))
        hashes = ledger.hashes_of(slug, source.identity(proposal))
        line = next((known[one] for one in hashes if one in known), None)
        if line is not None:
            _as_it_was(item, line)
        item.save(force_insert=True)
    Step.objects.create(
        request=request,
        kind=Step.Kind.PLAN,
        source=slug,
        position=position,
        status=Step.Status.FINISHED,
        outcome=outcome or (Step.Outcome.DONE if found else Step.Outcome.NOT_FOUND),
        cause=cause,
        accepted_at=now if outcome else None,
        records=len(found),
        not_before=now,
        queued_at=now,
        finished_at=now,
    )


def _as_it_was(item: ErasureItem, line: Line) -> None:
    """Decide as it had been decided, unless that has run out or was for a hold's sake."""
    data = line.data
    until = date.fromisoformat(data["until"]) if data["until"] else None
    today = timezone.localdate(timezone=ZoneInfo(settings.TIME_ZONE))
    run_out = data["decision"] in STAYING and (until is None or until <= today)
    if run_out or data["sentence"] == Sentence.HELD or item.sentence == Sentence.HELD:
        return
    item.decision, item.sentence = Decision(data["decision"]), Sentence(data["sentence"])
    item.ground, item.until = ErasureGround(data["ground"]), until
    item.decided_at = datetime.fromisoformat(line.at)


def _run(request: SubjectRequest) -> None:
    """Do every step that can be done now, as the worker would."""
    while True:
        now = timezone.now()
        waiting = request.steps.filter(status=Step.Status.WAITING, not_before__lte=now)
        step = waiting.order_by("position", "pk").first()
        request.refresh_from_db(fields=["status"])
        if step is None or request.status != Status.PREPARING:
            return
        tasks.run_step(step.pk)
