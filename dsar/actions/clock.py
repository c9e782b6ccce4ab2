"""What sets and moves the dates of a request: receipt, a question, another country, the calendar.

Every date comes from ``dsar.reckoning``, which asks ``dsar.deadlines``; here it is written down,
with the line of the timeline that says so, and the mail if the promised day moves later.
"""

from dataclasses import asdict
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from dsar import calendars, deadlines, figures, laws, letters, reckoning, rules, rules_of_time
from dsar.actions.lifecycle import Code, lock, note
from dsar.models import Pause, RequestEvent, SubjectRequest
from dsar.states import Status
from portal.lib.office import store

CALENDAR, COUNTRY, ANSWERED, REPLY = "calendar", "country", "answered", "reply"
LAW = "law"  # the office has published other figures of the law that answers
AT_A_TIME = 500


def dates_for(
    received_at: datetime, *, country: str, region: str = "", kind: str
) -> dict[str, Any]:
    """Return the fields of a request that follow from when and where it came from.

    ``received_at`` (aware) is when it reached any contact point of ours; ``country`` and
    ``region`` are those of the person (ISO 3166; ``laws.place_of`` reads them). Returned are
    regime, received_at, received_on, due_on, target_on and acknowledge_on.
    """
    regime = laws.regime_for(country, region)
    received_on = deadlines.received_on(received_at, ZoneInfo(settings.TIME_ZONE))
    in_force = figures.in_force(regime.code, received_on)
    found = reckoning.first_dates(received_on, in_force, kind)
    return {
        "regime": regime.code,
        "received_at": received_at,
        "received_on": received_on,
    } | asdict(found)


@transaction.atomic
def pause(request: SubjectRequest, *, by: User, reason: Pause.Reason, question: str) -> Pause:
    """Ask the person something, by mail; the clock stands still until the answer.

    It does not where the law knows no pause, or where it is asked too late
    (``PAUSE_WITHIN_DAYS``): then it is a question, and counts no day.

    Raises:
        NoReasonToPause: the reason is none of those the law knows for this request.
        AlreadyAsked: a question waits for its answer.
        EvidenceMissing: nothing was asked.
        StaffOnly, NotYourOwn, Closed: see ``rules``.
    """
    request = lock(request)
    rules_of_time.may_pause(request, by, reckoning.office_today())
    if reason not in rules_of_time.reasons_to_pause(request):
        raise rules_of_time.NoReasonToPause(_("This reason does not fit this request."))
    if not question.strip():
        raise rules.EvidenceMissing(_("Write the question that the person is to answer."))
    asked = stop_clock(request, by=by, reason=reason, question=question)
    letters.ask(request, asked)
    return asked


@transaction.atomic
def resume(request: SubjectRequest, *, by: User) -> SubjectRequest:
    """Let the clock run again without the person's answer, or because it came another way.

    Raises:
        NothingAsked: it is running.
    """
    request = lock(request)
    rules_of_time.may_resume(request, by, reckoning.office_today())
    start_clock(request, by=by)
    return request


def stop_clock(
    request: SubjectRequest, *, by: User | None, reason: Pause.Reason, question: str = ""
) -> Pause:
    """Put on record that a locked request waits for the person; part of another action.

    The caller has its rule, and tells the person itself.
    """
    now = timezone.now()
    asked = Pause.objects.create(
        request=request,
        reason=reason,
        question=question.strip(),
        asked_at=now,
        asked_by=by,
        stops_clock=rules_of_time.stops_clock(request, reckoning.local_day(now)),
    )
    if asked.stops_clock:
        note(request, Code.PAUSED, by=by, why=reason, due_on=request.due_on.isoformat())
    else:
        note(request, Code.MESSAGE, by=by, from_staff=True)
    return asked


def wait_on(request: SubjectRequest) -> None:
    """Let the question who asks, with which a locked request was closed, wait on until now.

    Nobody could go on with it in between: under a law that knows pauses no day since then counts;
    under one that knows none (CCPA § 7021(b)) it is received anew, today.
    """
    if request.status != Status.UNIDENTIFIED or request.closed_at is None:
        return
    ended_with_it = request.pauses.filter(
        reason=Pause.Reason.IDENTITY, answered_at__gte=request.closed_at
    )
    ended_with_it.update(answered_at=None)
    if not request.law.may_pause:
        request.reopened_on = reckoning.office_today()
        request.save(update_fields=["reopened_on"])
        _count(request, by=None, because=ANSWERED, quietly=True)


def start_clock(request: SubjectRequest, *, by: User | None) -> Pause | None:
    """Let the clock of a locked request run again; part of another action. None: it was running.

    Called when the person answers, has shown who they are, or staff go on without.
    """
    running = request.pauses.filter(answered_at=None).first()
    if running is None:
        return None
    running.answered_at = max(timezone.now(), running.asked_at)
    running.save(update_fields=["answered_at"])
    if running.stops_clock:
        days = reckoning.local_day(running.answered_at) - reckoning.local_day(running.asked_at)
        note(request, Code.RESUMED, by=by, days=days.days)
        _count(request, by=by, because=ANSWERED, promised=_promised_before(request))
    return running


@transaction.atomic
def correct_country(
    request: SubjectRequest, country: str, region: str = "", *, by: User
) -> SubjectRequest:
    """Say where the person lives: the law of that place answers, its time counts from receipt.

    Raises:
        SamePlace: nothing is corrected.
        StaffOnly, NotYourOwn, Closed: see ``rules``.
    """
    request = lock(request)
    rules_of_time.may_correct_country(request, by, reckoning.office_today())
    if (request.country, request.region) == (country, region):
        raise rules_of_time.SamePlace(_("The request already names this country."))
    return move_to(request, country, region, by=by)


def move_to(
    request: SubjectRequest, country: str, region: str, *, by: User | None
) -> SubjectRequest:
    """Put on record where the person of a locked request lives; part of another action."""
    old = {"old_country": request.country, "old_region": request.region}
    if (request.country, request.region) == (country, region):
        return request
    request.country, request.region = country, region
    request.regime = laws.regime_for(country, region).code
    request.save(update_fields=["country", "region", "regime"])
    note(request, Code.COUNTRY_CORRECTED, by=by, country=country, region=region, **old)
    _count(request, by=by, because=COUNTRY, always_tell=True)
    return request


def count_from_reply(request: SubjectRequest, *, by: User | None) -> None:
    """Let the clock of a locked request begin anew today: a reply has opened it again.

    Part of the action that opens it. What was asked or extended before counts no more, and the
    reminders ring again.
    """
    request.pauses.filter(answered_at=None).update(answered_at=timezone.now())
    request.reopened_on = reckoning.office_today()
    request.save(update_fields=["reopened_on"])
    request.alarms.all().delete()
    _count(request, by=by, because=REPLY, quietly=True)


def recount_open(because: str = CALENDAR) -> int:
    """Every night, and when the calendar or a law's figure changed: move what has to move.

    ``because`` is CALENDAR or LAW. Returned is how many moved. A request whose clock stands still
    moves quietly with each day.
    """
    with store.settled():
        return _recount_open(because)


def _recount_open(because: str) -> int:
    today, years, moved = reckoning.office_today(), dict[int, Any](), 0
    requests = SubjectRequest.objects.open().prefetch_related("pauses").order_by("pk")
    for request in requests.iterator(chunk_size=AT_A_TIME):
        start = reckoning.counted_from(request)
        closed = years.get(start.year) or calendars.closed_days(start)
        years[start.year] = closed
        if _differs(request, reckoning.dates(request, today, closed)):
            moved += _recount(request.pk, because)
    return moved


def recount_for_law() -> int:
    """Move the open requests whose law has other figures now; return how many moved."""
    return recount_open(LAW)


@transaction.atomic
def _recount(pk: int, because: str) -> bool:
    request = lock(pk)
    if not request.is_open:
        return False
    waits = any(one.stops_clock for one in request.pauses.filter(answered_at=None))
    return _count(request, by=None, because=because, quietly=waits)


def _differs(request: SubjectRequest, new: reckoning.Dates) -> bool:
    return (request.due_on, request.target_on) != (new.due_on, new.target_on)


def _promised_before(request: SubjectRequest) -> date | None:
    """Return the day that was promised when the clock was stopped; it has moved quietly since."""
    stopped = request.events.filter(code=RequestEvent.Code.PAUSED).order_by("-id").first()
    return date.fromisoformat(stopped.data["due_on"]) if stopped else None


def _count(
    request: SubjectRequest,
    *,
    by: User | None,
    because: str,
    promised: date | None = None,
    quietly: bool = False,
    always_tell: bool = False,
) -> bool:
    """Write a locked request's dates as they are now; return whether the promised day moved.

    ``promised`` is what the person was told last, if it is not in the row. They are told by mail
    where the day is later, or ``always_tell``; nobody has to act on an earlier one.
    """
    old, new = promised or request.due_on, reckoning.dates(request, reckoning.office_today())
    request.due_on, request.target_on = new.due_on, new.target_on
    request.acknowledge_on = new.acknowledge_on
    request.save(update_fields=["due_on", "target_on", "acknowledge_on"])
    if old == new.due_on or quietly:
        return False
    said = {"old_due_on": old.isoformat(), "due_on": new.due_on.isoformat()}
    moved = note(request, Code.DUE_MOVED, by=by, because=because, **said)
    if new.due_on > old or always_tell:
        letters.tell_moved(request, moved)
    return True
