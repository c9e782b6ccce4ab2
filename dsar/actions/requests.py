"""What the person does: ask, and take it back. And how a search begins."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from dsar import calendars, deadlines, letters, rules
from dsar.actions import engine
from dsar.actions.lifecycle import Code, lock, move, note
from dsar.deadlines import REGIMES, RegimeCode
from dsar.models import SubjectRequest
from dsar.models.requests import Channel, Kind
from dsar.states import Status


@transaction.atomic
def open_request(
    kind: Kind,
    *,
    person: User,
    by: User,
    language: str,
    channel: Channel = Channel.PORTAL,
    country: str = "",
    about: str = "",
    asked_because: str = "",
    received_at: datetime | None = None,
) -> SubjectRequest:
    """Open a request, confirm it with its reference and due date, and begin the search.

    A signed-in session leaves no doubt about who asks (art. 12(6)), so the search begins at once;
    what came in by another channel waits for support to start it. ``received_at`` (aware) is when
    it reached any contact point of ours, by default now.

    Raises:
        AlreadyOpen: the person has one of this kind under way; it carries that request.
        StaffOnly: somebody else than the person or support asks.
        BeingErased: an erasure of the person is being carried out.
    """
    request = SubjectRequest(
        kind=kind,
        person=person,
        channel=channel,
        language=language,
        country=country or person.country or settings.CONTROLLER["country"],
        about=about.strip(),
        asked_because=asked_because,
        **clock(received_at or timezone.now()),
    )
    rules.may_open(request, by)
    _insert_once(request)
    note(request, Code.OPENED, by=by, channel=channel, due_on=request.due_on.isoformat())
    letters.acknowledge(request)
    if channel == Channel.PORTAL:
        engine.begin(request, by=None)
    return request


@transaction.atomic
def start(request: SubjectRequest, *, by: User) -> SubjectRequest:
    """Begin the search for a request that came in by e-mail, post or telephone.

    Raises:
        IllegalMove: it has begun, or is closed.
    """
    request = lock(request)
    rules.may_start(request, by, timezone.localdate())
    return engine.begin(request, by=by)


@transaction.atomic
def withdraw(request: SubjectRequest, *, by: User) -> SubjectRequest:
    """Take one's request back; steps under way find it closed and stop.

    Raises:
        NotYours: somebody else tries.
        IllegalMove: it is closed or being carried out.
        AlreadyCarriedOut: something has been erased.
    """
    request = lock(request)
    rules.may_withdraw(request, by, timezone.localdate())
    move(request, Status.WITHDRAWN, code=Code.WITHDRAWN, by=by)
    engine.discard_parts(request)
    letters.confirm_withdrawal(request)
    return request


def clock(received_at: datetime) -> dict[str, Any]:
    """Return the dates of a request received at an instant, under the controller's law.

    A controller established in the Union answers everybody under the GDPR (art. 3(1)).
    """
    regime = REGIMES[RegimeCode.GDPR]
    received_on = deadlines.received_on(received_at, ZoneInfo(settings.TIME_ZONE))
    closed = calendars.closed_days(received_on)
    return {
        "regime": regime.code,
        "received_at": received_at,
        "received_on": received_on,
        "due_on": deadlines.answer_by(received_on, regime, holidays=closed),
        "target_on": deadlines.target_by(received_on, regime, closed),
    }


def _insert_once(request: SubjectRequest) -> None:
    """Insert the row; the database decides which of two that arrive together is first."""
    try:
        with transaction.atomic():
            request.save(force_insert=True)
    except IntegrityError:
        # Invariant 12: the database's own message would carry values; it is not passed on.
        open_one = SubjectRequest.objects.open().filter(person=request.person, kind=request.kind)
        existing = open_one.first()
        if existing is None:
            raise
        raise rules.AlreadyOpen(existing) from None
