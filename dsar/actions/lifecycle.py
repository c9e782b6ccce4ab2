"""The one place where a request changes its status."""

from typing import Any

from django.db.models import Value
from django.db.models.functions import Greatest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import actions as accounts
from accounts.models import AccessEvent, User
from dsar import reckoning, states
from dsar.kinds import nature
from dsar.models import RequestEvent, SubjectRequest
from dsar.states import OPEN, Status

Code = RequestEvent.Code
WORKED = frozenset({Status.SEARCHING, Status.GRACE, Status.PREPARING})


def lock(request: SubjectRequest | int) -> SubjectRequest:
    """Return the request under its row lock; always taken before those of its steps and items."""
    pk = request if isinstance(request, int) else request.pk
    return (
        SubjectRequest.objects.select_for_update(of=("self",)).select_related("person").get(pk=pk)
    )


def move(
    request: SubjectRequest, new: Status, *, code: Code, by: User | None, **data: Any
) -> SubjectRequest:
    """Change the status of a locked request and write the line of the timeline that says so.

    Raises:
        IllegalMove: the table of moves does not have it, or the answer was not prepared.
    """
    old = Status(request.status)
    states.require(old, new)
    _not_without_its_work(request, old, new)
    note(request, code, by=by, old_status=old, new_status=new, **data)
    request.status = new
    request.closed_at = None if new in OPEN else timezone.now()
    if new not in OPEN:
        _end_questions(request)
    request.save()
    return request


def _end_questions(request: SubjectRequest) -> None:
    """Wait for no answer any more; the days for which the clock stood still end here.

    What is opened again has a clock of its own.
    """
    asked = request.pauses.filter(answered_at=None)
    if not asked.exists():
        return
    asked.update(answered_at=Greatest("asked_at", Value(timezone.now())))
    counted = reckoning.dates(request, reckoning.office_today())
    request.due_on, request.target_on = counted.due_on, counted.target_on


def _not_without_its_work(request: SubjectRequest, old: Status, new: Status) -> None:
    """What is searched for is answered only once it was prepared (invariant 8), and nothing else is
    searched for or prepared: what a person decides has no steps to carry out.

    A request that a reply has reopened was prepared before; a person may end it in words.
    """
    if new in WORKED and not nature(request).searches:
        raise states.IllegalMove(_("Decide, and say why in words."))
    skipped = new == Status.ANSWERED and old != Status.PREPARING
    if skipped and nature(request).searches and request.reopened_on is None:
        raise states.IllegalMove(_("This request is answered by carrying it out."))


def note(
    request: SubjectRequest,
    code: Code,
    *,
    by: User | None,
    old_status: str = "",
    new_status: str = "",
    **data: Any,
) -> RequestEvent:
    """Write one line of the timeline; an act of staff is a row the person reads (invariant 14)."""
    if by is not None and by.is_support:
        accounts.look(
            request.person,
            by=by,
            kind=AccessEvent.Kind.REQUEST_ACTED,
            reference=request.reference,
        )
    return RequestEvent.objects.create(
        request=request, by=by, code=code, old_status=old_status, new_status=new_status, data=data
    )
