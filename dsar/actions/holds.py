"""Legal holds: while one stands, nothing of the person is erased.

A hold has an owner, a reason and a day when it is looked at again. It changes plans under way at
once, and what it kept is erased as soon as the last one is lifted.
"""

from datetime import date, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import actions as accounts
from accounts.models import AccessEvent, User
from dsar import ledger
from dsar.actions import engine
from dsar.actions.lifecycle import Code, lock, note
from dsar.grounds import ErasureGround, Sentence
from dsar.models import ErasureItem, Hold, Step, SubjectRequest
from dsar.models.erasure import STAYING, Decision
from dsar.models.requests import Kind
from dsar.rules import EvidenceMissing, NotYourOwn
from dsar.states import Status
from portal.lib import mail
from portal.lib.errors import DomainError
from portal.lib.tasks import enqueue

# How long before its review the owner is reminded; and again on the day itself.
REMINDED_BEFORE = timedelta(days=7)


class OfficerOnly(DomainError):
    """Only the data protection officer decides about holds."""

    code = "officer_only"


class AlreadyLifted(DomainError):
    """The hold has ended."""

    code = "already_lifted"


@transaction.atomic
def place_hold(person: User, *, by: User, reason: str, review_on: date) -> Hold:
    """Hold everything of a person back from erasure until somebody lifts it.

    ``reason`` says which dispute in a few words and names nobody; ``review_on`` is when it must be
    looked at again, and the end date the person reads.

    Raises:
        OfficerOnly: somebody else than the data protection officer tries.
        NotYourOwn: about oneself.
        NamesSomebody: the reason names the person: it outlives their name.
        EvidenceMissing: no reason, or no day to come for the review.
    """
    _require_officer(person, by)
    _require_day(review_on)
    reason = reason.strip()
    if not reason:
        raise EvidenceMissing(_("A hold needs its reason, in a few words."))
    if accounts.names(person, reason):
        raise accounts.NamesSomebody(
            _("Give the reason without the name or an address of the person.")
        )
    _seen(person, by)
    hold = Hold.objects.create(person=person, owner=by, reason=reason, review_on=review_on)
    ledger.record_hold(hold)
    for request in plans_under_way(person):
        # Whose question is out with somebody: they read at once that it must stay.
        if lock(request).status == Status.PREPARING:
            hold_back(request.items.all(), hold)
    _tell_of(hold, Code.HELD, by=by, review_on=review_on.isoformat())
    return hold


@transaction.atomic
def review_hold(hold: Hold, *, by: User, review_on: date) -> Hold:
    """Let a hold stand after a look at it, until another day; what it keeps is kept until then.

    Raises:
        OfficerOnly, NotYourOwn, EvidenceMissing: see :func:`place_hold`.
        AlreadyLifted: it has ended.
    """
    hold = _standing(hold, by)
    _require_day(review_on)
    hold.review_on, hold.reviewed_at, hold.reviewed_by = review_on, timezone.now(), by
    hold.save(update_fields=["review_on", "reviewed_at", "reviewed_by"])
    held_items(hold.person).filter(until__lt=review_on).update(until=review_on)
    ledger.record_hold(hold)
    _seen(hold.person, by)
    _tell_of(hold, Code.HOLD_REVIEWED, by=by, review_on=review_on.isoformat())
    return hold


@transaction.atomic
def lift_hold(hold: Hold, *, by: User) -> Hold:
    """End a hold; what it alone kept is erased at once, unless another one stands.

    Raises:
        OfficerOnly, NotYourOwn: see :func:`place_hold`.
        AlreadyLifted: it has been lifted before.
    """
    hold = _standing(hold, by)
    hold.lifted_at, hold.lifted_by = timezone.now(), by
    hold.save(update_fields=["lifted_at", "lifted_by"])
    ledger.record_hold(hold)
    _seen(hold.person, by)
    _tell_of(hold, Code.HOLD_LIFTED, by=by)
    if not hold.person.holds.filter(lifted_at=None).exists():
        _plan_anew(hold.person, by=by)
        held_items(hold.person).update(until=timezone.localdate())
        enqueue("dsar.tasks_erasure.end_what_was_held", hold.person_id)
    return hold


def held_items(person: User) -> QuerySet[ErasureItem]:
    """Return what stays of the person only because of a hold."""
    items = ErasureItem.objects.filter(request__person=person, sentence=Sentence.HELD)
    return items.filter(ended_at=None)


def hold_back(items: QuerySet[ErasureItem], hold: Hold) -> None:
    """Let what has not been carried out of a locked request stay, for the hold."""
    items.filter(done_at=None).exclude(decision__in=STAYING).update(
        decision=Decision.RESTRICT,
        sentence=Sentence.HELD,
        ground=ErasureGround.LEGAL_CLAIMS,
        until=hold.review_on,
    )


def plans_under_way(person: User) -> list[SubjectRequest]:
    """Return the erasures of the person that a hold placed now would change."""
    return list(person.subject_requests.open().filter(kind=Kind.ERASURE))


def remind(today: date) -> int:
    """Remind the owners of holds whose review is near or due; return how many stand so.

    Each is reminded a week before, and on the day; the key of a mail makes it one mail each.
    ``today`` is in the controller's zone.
    """
    near = Hold.objects.filter(lifted_at=None, review_on__lte=today + REMINDED_BEFORE)
    count = 0
    for hold in near.select_related("owner"):
        when = "due" if hold.review_on <= today else "near"
        if hold.owner.email:
            _remind(hold, when)
        count += 1
    return count


def _remind(hold: Hold, when: str) -> None:
    language = hold.owner.language or settings.LANGUAGE_CODE
    mail.send(
        "dsar/hold_review",
        to=hold.owner.email or "",
        language=language,
        key=f"dsar-hold:{hold.pk}:{hold.review_on.isoformat()}:{when}",
        context={"hold": hold, "is_due": when == "due", "person": hold.owner},
    )


def _plan_anew(person: User, *, by: User) -> None:
    """Decide again about what a plan under way was to keep for the hold alone."""
    for open_one in plans_under_way(person):
        request = lock(open_one)
        held = request.items.filter(sentence=Sentence.HELD, done_at=None)
        sources = list(held.values_list("source", flat=True).distinct())
        if request.status != Status.REVIEW:
            held.delete()  # it is decided when it is carried out
            continue
        steps = request.steps.filter(kind=Step.Kind.PLAN, source__in=sources)
        for step in steps.filter(status=Step.Status.FINISHED):
            engine.requeue(request, step, by=by)


def _standing(hold: Hold, by: User) -> Hold:
    hold = Hold.objects.select_for_update(of=("self",)).select_related("person").get(pk=hold.pk)
    _require_officer(hold.person, by)
    if hold.lifted_at is not None:
        raise AlreadyLifted(_("This hold has already been lifted."))
    return hold


def _tell_of(hold: Hold, code: Code, *, by: User, **data: str) -> None:
    """Write it into the timeline of every erasure it changes: under way, or answered with it."""
    erasures = hold.person.subject_requests.filter(kind=Kind.ERASURE)
    concerned = erasures.open() | erasures.filter(items__in=held_items(hold.person))
    for request in concerned.distinct():
        note(request, code, by=by, **data)


def _require_officer(person: User, by: User) -> None:
    if not by.is_dpo:
        raise OfficerOnly(_("Only the data protection officer can do this."))
    if by.pk == person.pk:
        raise NotYourOwn(_("This is about yourself: a colleague has to decide."))


def _require_day(review_on: date) -> None:
    if review_on <= timezone.localdate():
        raise EvidenceMissing(_("A hold needs a day to come when it is looked at again."))


def _seen(person: User, by: User) -> None:
    """Make the act a row the person can read (invariant 14)."""
    accounts.look(person, by=by, kind=AccessEvent.Kind.REQUEST_ACTED)
