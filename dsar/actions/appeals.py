"""Contesting an answer (art. 12(4) GDPR; Va. Code § 59.1-577(C)): another hand, another clock."""

from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from dsar import letters, rules_kinds
from dsar.actions import reopening, resolving
from dsar.actions.lifecycle import Code, lock, note
from dsar.actions.requests import open_request
from dsar.models import SubjectRequest
from dsar.models.requests import Channel, Kind
from dsar.states import REOPENING, Outcome, Status


@transaction.atomic
def appeal(
    first: SubjectRequest,
    *,
    by: User,
    language: str,
    about: str = "",
    details: dict[str, Any] | None = None,
    channel: Channel = Channel.PORTAL,
) -> SubjectRequest:
    """Contest the answer to a request; somebody who did not decide it looks at it again.

    Raises:
        NotYours: somebody else than the person (or staff for them) contests.
        NothingToContest: there is no answer yet, or one that nobody can look at again.
        AlreadyContested: an appeal is under way; it carries that request.
        TooLateToContest: the time for it is over; the authority and the court stay open.
    """
    first = lock(first)
    rules_kinds.may_appeal(first, by, timezone.localdate())
    request = open_request(
        Kind.APPEAL,
        person=first.person,
        by=by,
        language=language,
        channel=channel,
        country=first.country,
        region=first.region,
        about=about,
        details=details,
        parent=first,
    )
    note(first, Code.APPEALED, by=by, appeal=request.reference)
    return request


@transaction.atomic
def decide(
    request: SubjectRequest,
    *,
    by: User,
    outcome: Outcome,
    text: str,
    reopen: bool = False,
) -> SubjectRequest:
    """Answer an appeal in words; ``reopen`` puts the first request back to review, to be done.

    Raises:
        SameHand: ``by`` had decided the first request.
        see :func:`dsar.actions.resolving.resolve`.
    """
    request = resolving.answer(request, by=by, outcome=outcome, text=text)
    first = request.parent
    if reopen and outcome != Outcome.CONFIRMED and first is not None:
        first = lock(first)
        if Status(first.status) in REOPENING:
            reopening.reopen(first, by=by)
    letters.resolved(request)
    return request
