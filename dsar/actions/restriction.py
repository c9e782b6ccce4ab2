"""Pausing the use of somebody's data (art. 18 GDPR), and ending the pause, announced before.

A pause begins by itself, at once, for what the person named: whether the ground holds is looked at
afterwards. It ends only by a decision that the person was told of some days before, or because the
person themselves took the request back. A request is locked before its rows are touched.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from consents.actions import restricting
from consents.models import Document, Purpose
from dsar import details, letters, rules
from dsar.actions import recipients
from dsar.actions.lifecycle import Code, lock, move, note
from dsar.models import ErasureItem, RecipientNotice, Restriction, SubjectRequest
from dsar.models.erasure import Decision
from dsar.states import Status
from portal.lib.errors import DomainError

# Art. 18(3) wants the person told before; a week lets them object, and keeps the pause short.
NOTICE = timedelta(days=7)
# Who asks by a form or a letter names no ground; disputed accuracy is the one that needs no proof.
USUAL = Restriction.Ground.ACCURACY
AT_A_TIME = 2000


class TooSoon(DomainError):
    """The person has to hear of the end of a pause some days before (art. 18(3) GDPR)."""

    code = "too_soon"


class NothingPaused(DomainError):
    """No pause of this request stands."""

    code = "nothing_paused"


def pause_use(request: SubjectRequest, *, by: User | None) -> SubjectRequest:
    """Pause at once what a locked request names, and leave the ground to a person (REVIEW).

    Documents that are not the person's are passed over: their names may come from anybody.
    """
    ground = details.word(request.details, "ground")
    ground = ground if ground in Restriction.Ground.values else USUAL
    _pause(request, _documents(request), ground=ground, everything=_is_everything(request))
    move(request, Status.REVIEW, code=Code.REVIEWABLE, by=by)
    letters.restricted(request)
    return request


def pause_purpose(request: SubjectRequest, purpose: Purpose) -> Restriction:
    """Pause one purpose while an objection of a locked request is weighed (art. 18(1)(d))."""
    restricting.object_to(purpose, person=request.person)
    row, _is_new = Restriction.objects.get_or_create(
        request=request,
        purpose=purpose,
        document=None,
        lifted_at=None,
        defaults={"ground": Restriction.Ground.OBJECTION},
    )
    note(request, Code.RESTRICTED, by=None, purpose=purpose.slug)
    return row


@transaction.atomic
def announce_end(
    request: SubjectRequest, *, by: User | None, reason: str, on: date | None = None
) -> SubjectRequest:
    """Decide the end of every pause of a request, and tell the person; it ends ``on`` that day.

    Raises:
        TooSoon: that is less than the notice the person is owed.
        NothingPaused: there is nothing to end.
        EvidenceMissing: the person is owed the reason in words.
        StaffOnly, NotYourOwn: ``by`` may not decide it.
    """
    request = lock(request)
    if by is not None:
        rules.staff_of_another(request, by)
    first = timezone.localdate() + NOTICE
    on = on or first
    if on < first:
        raise TooSoon(_("The person has to hear of it at least a week before."))
    if not reason.strip():
        raise rules.EvidenceMissing(_("Say in a sentence why the pause ends."))
    standing = _standing(request)
    if not standing.update(
        lift_on=on, lift_reason=reason.strip(), lift_by=by, told_at=timezone.now()
    ):
        raise NothingPaused(_("Nothing is paused by this request."))
    note(request, Code.LIFTING_TOLD, by=by, day=on.isoformat())
    if row := _standing(request).first():
        letters.announce_lifting(row)
    return request


def end_with(request: SubjectRequest, *, by: User | None) -> None:
    """What the end of a locked request means for what it paused.

    Refused: the pause ends after its notice. Taken back by the person: at once, for it is theirs.
    Any other end leaves it standing until somebody ends it; closed is the safe side.
    """
    if not _standing(request).exists():
        return
    if request.status == Status.WITHDRAWN:
        now = timezone.now()
        _standing(request).update(lift_on=timezone.localdate(now), told_at=now)
        _lift(request, now)
    elif request.status == Status.REFUSED:
        announce_end(request, by=by, reason=request.refusal_evidence)


def lift_due(now: datetime) -> int:
    """End the pauses whose announced day has come; return of how many requests."""
    today = timezone.localdate(now)
    due = Restriction.objects.filter(lifted_at=None, told_at__isnull=False, lift_on__lte=today)
    ids = list(due.order_by().values_list("request", flat=True).distinct())
    for pk in ids:
        with transaction.atomic():
            _lift(lock(pk), now, today)
    return len(ids)


def pause_new_documents() -> int:
    """Pause documents that came in since somebody paused everything; return how many."""
    rows = Restriction.objects.filter(lifted_at=None, document=None, purpose=None)
    return sum(_pause_new(pk) for pk in list(rows.values_list("pk", flat=True)))


@transaction.atomic
def _pause_new(pk: int) -> int:
    row = Restriction.objects.select_related("request").get(pk=pk)
    request = lock(row.request_id)
    known = _standing(request).exclude(document=None).values("document")
    new = _of_person(request.person).exclude(pk__in=known)
    return _pause_documents(request, new.values_list("pk", flat=True), row.ground)


def _pause(
    request: SubjectRequest, documents: Iterable[int], *, ground: str, everything: bool
) -> None:
    if everything:
        Restriction.objects.get_or_create(
            request=request,
            document=None,
            purpose=None,
            lifted_at=None,
            defaults={"ground": ground},
        )
    ids = list(documents)
    paused = _pause_documents(request, ids, ground)
    note(request, Code.RESTRICTED, by=None, ground=ground, documents=paused)
    recipients.tell_recipients(request, RecipientNotice.What.RESTRICTION, ids)


def _pause_documents(request: SubjectRequest, documents: Iterable[int], ground: str) -> int:
    ids = list(documents)
    paused = Document.objects.filter(pk__in=ids, restricted_at__isnull=False)
    ours = Restriction.objects.filter(lifted_at=None, document__in=ids).values("document")
    before = set(paused.exclude(pk__in=ours).values_list("pk", flat=True))
    rows = (
        Restriction(request=request, document_id=pk, ground=ground, was_paused=pk in before)
        for pk in ids
    )
    Restriction.objects.bulk_create(rows, batch_size=AT_A_TIME, ignore_conflicts=True)
    restricting.restrict(ids, at=timezone.now())
    return len(ids)


def _lift(request: SubjectRequest, now: datetime, today: date | None = None) -> None:
    """End the pauses of a locked request; what something else pauses too stays paused."""
    due = _standing(request).filter(told_at__isnull=False)
    if today is not None:
        due = due.filter(lift_on__lte=today)
    rows = list(due)
    Restriction.objects.filter(pk__in=[row.pk for row in rows]).update(lifted_at=now)
    ids = [row.document_id for row in rows if row.document_id and not row.was_paused]
    restricting.release(_paused_by_nothing_else(ids))
    for row in rows:
        if row.purpose is not None and not _objected_otherwise(row):
            restricting.end_objection(row.purpose, person=request.person, at=now)
    note(request, Code.RESTRICTION_LIFTED, by=None, documents=len(ids))


def _paused_by_nothing_else(ids: list[int]) -> list[int]:
    others = Restriction.objects.filter(lifted_at=None, document__in=ids).values("document")
    kept = ErasureItem.objects.filter(
        source="documents", decision=Decision.RESTRICT, done_at__isnull=False, ended_at=None
    )
    locked = {int(key.rpartition(":")[2]) for key in kept.values_list("key", flat=True)}
    free = Document.objects.filter(pk__in=ids).exclude(pk__in=others)
    return [pk for pk in free.values_list("pk", flat=True) if pk not in locked]


def _objected_otherwise(row: Restriction) -> bool:
    """Whether another request of the person pauses the same purpose."""
    same = Restriction.objects.filter(
        lifted_at=None, purpose=row.purpose, request__person=row.request.person_id
    )
    return same.exclude(request=row.request_id).exists()


def _standing(request: SubjectRequest) -> Any:
    return request.restrictions.filter(lifted_at=None).order_by("pk")


def _is_everything(request: SubjectRequest) -> bool:
    return details.word(request.details, "scope") != "documents"


def _documents(request: SubjectRequest) -> list[int]:
    """Return the documents a request names, of those that are the person's; else all of them."""
    theirs = _of_person(request.person)
    if not _is_everything(request):
        theirs = theirs.filter(uid__in=details.uids(request.details, "documents"))
    return list(theirs.order_by("pk").values_list("pk", flat=True))


def _of_person(person: User) -> Any:
    mine = Q(parties__address__person=person)
    return Document.objects.filter(mine, erased_at=None).distinct()
