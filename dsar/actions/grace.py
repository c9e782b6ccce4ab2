"""The time in which an approved erasure can still be taken back.

Nothing has been touched in it. It lies inside the time of the answer and never moves the date
(standards §1.5: a second look is allowed, but must not eat the clock).
"""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from dsar import letters, office, rules, states
from dsar.actions import engine
from dsar.actions.lifecycle import Code, lock, move
from dsar.kinds import nature
from dsar.models import Step, SubjectRequest
from dsar.states import Status

# How many requests one run of the schedule begins; the next run takes the others.
BEGUN_AT_ONCE = 200


def until(request: SubjectRequest, now: datetime) -> datetime | None:
    """Return when the time to take an erasure back ends; None if there is no such time.

    ``now`` is aware. It ends a whole day before the date is over, so that what has to be done can
    be done in time: at the latest when the day begins on which the answer is due.
    """
    hours = office.ERASURE_GRACE_HOURS.now()
    if nature(request).first != Step.Kind.PLAN or hours <= 0:
        return None
    if request.items.filter(done_at__isnull=False).exists():
        return None  # a gap led back to review: what was begun is not to be taken back
    zone = ZoneInfo(settings.TIME_ZONE)
    latest = datetime.combine(request.due_on, time.min, tzinfo=zone)
    end = min(now + timedelta(hours=hours), latest)
    return end if end > now else None


def begin(request: SubjectRequest, *, by: User | None, **data: object) -> SubjectRequest:
    """Carry a locked, approved request out: at once, or when the time to take it back is over."""
    end = until(request, timezone.now())
    if end is None:
        move(request, Status.PREPARING, code=Code.APPROVED, by=by, **data)
        return engine.advance(request)
    request.grace_until = end
    move(request, Status.GRACE, code=Code.APPROVED, by=by, until=end.isoformat(), **data)
    letters.grace(request)
    return request


def may_take_back(request: SubjectRequest, by: User) -> None:
    """Let the person pass, and support on their word; while nothing has been touched.

    Raises:
        NotYourOwn, StaffOnly: somebody else tries.
        IllegalMove: the time is over.
    """
    if by.pk != request.person_id:
        rules.staff_of_another(request, by)
    if request.status != Status.GRACE or is_over(request, timezone.now()):
        raise states.IllegalMove(_("The time in which this could be taken back is over."))
    rules.nothing_carried_out(request)


@transaction.atomic
def take_back(request: SubjectRequest, *, by: User) -> SubjectRequest:
    """Take an approved erasure back: it is withdrawn, and nothing has been done.

    Raises:
        see :func:`may_take_back`.
    """
    request = lock(request)
    may_take_back(request, by)
    move(request, Status.WITHDRAWN, code=Code.TAKEN_BACK, by=by)
    engine.discard_parts(request)
    letters.confirm_withdrawal(request)
    return request


@transaction.atomic
def do_not_wait(request: SubjectRequest, *, by: User) -> SubjectRequest:
    """Carry it out now: the person does not want the time.

    Raises:
        NotYours: only the person gives it up.
        IllegalMove: there is none, or it is over.
    """
    request = lock(request)
    if by.pk != request.person_id:
        raise rules.NotYours(_("Only the person who asked can say that it need not wait."))
    if request.status != Status.GRACE:
        raise states.IllegalMove(_("This is being carried out, or is closed."))
    return _carry_out(request, Code.GRACE_CUT, by=by)


@transaction.atomic
def end(request: SubjectRequest) -> SubjectRequest:
    """Carry it out if its time is over, else leave it; whoever looks at a page may call this."""
    request = lock(request)
    if request.status == Status.GRACE and is_over(request, timezone.now()):
        return _carry_out(request, Code.GRACE_ENDED, by=None)
    return request


def end_all(now: datetime) -> int:
    """Carry out every one whose time is over at ``now`` (aware); return how many."""
    over = SubjectRequest.objects.filter(status=Status.GRACE, grace_until__lte=now)
    found = list(over.order_by("grace_until")[:BEGUN_AT_ONCE])
    for request in found:
        end(request)
    return len(found)


def is_over(request: SubjectRequest, now: datetime) -> bool:
    """Whether the time to take it back is over."""
    return request.grace_until is not None and request.grace_until <= now


def _carry_out(request: SubjectRequest, code: Code, *, by: User | None) -> SubjectRequest:
    """Carry it out; back to review, where a copy was asked for meanwhile: that comes first."""
    if rules.copy_comes_first(request):
        return move(request, Status.REVIEW, code=Code.REVIEWABLE, by=None)
    move(request, Status.PREPARING, code=code, by=by)
    return engine.advance(request)
