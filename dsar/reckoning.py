"""How the dates of one request come about: for the actions that set them, and in words for pages.

The law is in ``dsar.deadlines``, which knows no request; here its terms meet what happened to one:
pauses, an extension, a reply that opened it again, another country, a corrected calendar.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from dsar import calendars, deadlines, figures, laws
from dsar.deadlines import EEA, REGIMES, Asked, Regime, RegimeCode, Term, Why
from dsar.models import Pause, SubjectRequest
from dsar.models.requests import Kind
from dsar.states import Status

LONG_DATE = gettext_lazy("l j F Y")
ASKED = {Kind.OBJECTION: Asked.OPT_OUT, Kind.APPEAL: Asked.APPEAL}
# How much of the time to the target is used before a colour, and its word, changes.
SOON_PERCENT = 75

Days = Mapping[date, str]


@dataclass(frozen=True)
class Dates:
    """The days of one request, in the controller's zone. ``acknowledge_on`` None: no term."""

    due_on: date
    target_on: date
    acknowledge_on: date | None


@dataclass(frozen=True)
class Clock:
    """What a page shows of a request's time.

    ``pause`` is the question that waits for its answer; ``stands_still`` whether the clock waits
    with it, and then ``due`` is the day if it were answered today. ``used`` is the share of the
    time to the target that is over, 0 to 100. ``state`` is "late", "soon", "waiting", "fine" or
    "done", ``word`` the same for readers.
    """

    due: date
    target: date
    acknowledge_on: date | None
    why: list[str]
    law: str
    pause: Pause | None
    stands_still: bool
    paused_days: int
    extended: bool
    used: int
    state: str
    word: str | Promise

    @property
    def mark(self) -> str:
        """The state as the mark of a page (``components/state.html``)."""
        return "due-soon" if self.state == "soon" else self.state


def asked_of(kind: str) -> Asked:
    """Return what a law may give this kind of request a time of its own for."""
    return ASKED.get(Kind(kind), Asked.ANSWER)


def first_dates(received_on: date, regime: Regime, kind: str) -> Dates:
    """Return the dates of a request received on a day, before anything has happened to it."""
    asked, closed = asked_of(kind), calendars.closed_days(received_on)
    return Dates(
        due_on=deadlines.answer_by(received_on, regime, asked=asked, holidays=closed),
        target_on=_target(received_on, regime, asked, closed),
        acknowledge_on=deadlines.acknowledge_by(received_on, regime, asked),
    )


def dates(request: SubjectRequest, today: date, closed: Days | None = None) -> Dates:
    """Return the dates that the law and what happened to the request give it now.

    A pause that has not ended counts as if it were answered ``today``.
    """
    start, asked = counted_from(request), asked_of(request.kind)
    closed = calendars.closed_days(start) if closed is None else closed
    return Dates(
        due_on=steps(request, today, closed)[-1].day,
        target_on=_target(start, request.law, asked, closed),
        acknowledge_on=deadlines.acknowledge_by(start, request.law, asked),
    )


def steps(request: SubjectRequest, today: date, closed: Days) -> list[deadlines.Step]:
    """Return the steps from the day the clock began to run to the day an answer is due."""
    start = counted_from(request)
    return deadlines.explain(
        start,
        request.law,
        asked=asked_of(request.kind),
        extended=is_extended(request),
        paused_days=paused_days(request, today),
        holidays=closed,
    )


def counted_from(request: SubjectRequest) -> date:
    """Return the day of receipt, or of the reply that opened the request again."""
    return request.reopened_on or request.received_on


def is_extended(request: SubjectRequest) -> bool:
    """Whether more time was taken, since the clock began to run."""
    at = request.extended_at
    return at is not None and local_day(at) >= counted_from(request)


def paused_days(request: SubjectRequest, today: date) -> int:
    """Return for how many whole days the clock has stood still since it began to run."""
    start = counted_from(request)
    total = 0
    for pause in request.pauses.all():
        asked = local_day(pause.asked_at)
        if pause.stops_clock and asked >= start:
            ended = local_day(pause.answered_at) if pause.answered_at else today
            total += max(0, (ended - asked).days)
    return total


def running_pause(request: SubjectRequest) -> Pause | None:
    """Return the question that waits for its answer, whether or not it stops the clock."""
    return next((pause for pause in request.pauses.all() if pause.answered_at is None), None)


def local_day(at: datetime) -> date:
    """Return the controller's calendar day of an instant."""
    return deadlines.received_on(at, ZoneInfo(settings.TIME_ZONE))


def office_today() -> date:
    """Return the controller's calendar day, whatever zone the reader is in."""
    return local_day(timezone.now())


def clock_of(request: SubjectRequest, today: date) -> Clock:
    """Return what a page shows of a request's time; ``today`` in the controller's zone."""
    pause = running_pause(request) if request.is_open else None
    stands_still = pause is not None and pause.stops_clock and request.law.may_pause
    due = dates(request, today).due_on if stands_still else request.due_on
    used = used_percent(request, today)
    state, word = _state(request, due, used, today, stands_still=stands_still)
    return Clock(
        due=due,
        target=request.target_on,
        acknowledge_on=request.acknowledge_on,
        why=why_this_date(request, today),
        law=str(laws.law_of(request).name),
        pause=pause,
        stands_still=stands_still,
        paused_days=paused_days(request, today) if request.law.may_pause else 0,
        extended=is_extended(request),
        used=used,
        state=state,
        word=word,
    )


def used_percent(request: SubjectRequest, today: date) -> int:
    """Return the share of the days to the target that is over, from 0 to 100."""
    start = counted_from(request)
    whole = max(1, (request.target_on - start).days)
    return max(0, min(100, 100 * (today - start).days // whole))


def why_this_date(request: SubjectRequest, today: date | None = None) -> list[str]:
    """Return, a sentence a step, how the day of the answer comes about (Regulation 1182/71)."""
    today = today or _last_day(request)
    closed = calendars.closed_days(counted_from(request))
    found = steps(request, today, closed)
    return [_sentence(step, request, closed.get(step.day, "")) for step in found]


def long_date(day: date) -> str:
    """Return a day in full, with its weekday, in the active language."""
    return date_format(day, str(LONG_DATE))


def _last_day(request: SubjectRequest) -> date:
    return local_day(request.closed_at) if request.closed_at else office_today()


def _target(start: date, regime: Regime, asked: Asked, closed: Days) -> date:
    """Our own aim. A controller in the EEA owes everybody the GDPR's month too (art. 3(1))."""
    bound = None
    if settings.CONTROLLER["country"] in EEA:
        gdpr = figures.in_force(RegimeCode.GDPR, start)
        bound = deadlines.answer_by(start, gdpr, asked=asked, holidays=closed)
    return deadlines.target_by(start, regime, closed, asked=asked, no_later_than=bound)


def _state(
    request: SubjectRequest, due: date, used: int, today: date, *, stands_still: bool
) -> tuple[str, str | Promise]:
    if not request.is_open:
        return "done", Status(request.status).label
    if due < today:
        return "late", _("late")
    if stands_still:
        return "waiting", _("the clock stands still")
    if used >= SOON_PERCENT:
        return "soon", _("due soon")
    return "fine", _("in time")


def _sentence(step: deadlines.Step, request: SubjectRequest, holiday: str) -> str:
    """Return one step in words."""
    words = {
        Why.RECEIVED: _received(request),
        Why.TERM_ENDS: _given(request),
        Why.EXTENDED_TERM_ENDS: _(
            "With the time added (%(article)s) it is %(term)s from receipt: to %(day)s."
        ),
        Why.MONTH_IS_SHORTER: _("That month has no such day, so its last day counts: %(day)s."),
        Why.PAUSED: _("While we waited for you the clock stood still for %(days)s: to %(day)s."),
        Why.SATURDAY: _("%(day)s is a Saturday, so the next working day counts."),
        Why.SUNDAY: _("%(day)s is a Sunday, so the next working day counts."),
        Why.HOLIDAY: _(
            "%(day)s is a public holiday (%(holiday)s), so the next working day counts."
        ),
        Why.DUE: _("The answer is due by the end of %(day)s."),
    }
    return words[step.code] % {
        "day": long_date(step.day),
        "holiday": holiday,
        "days": _days(step.days),
        "article": str(laws.law_of(request).extension),
        "term": _term_of(request, extended=step.code == Why.EXTENDED_TERM_ENDS),
    }


def _given(request: SubjectRequest) -> str:
    """Return who gives the time: the law as shipped, a change of it, or we less than the law."""
    ours, asked = request.law, asked_of(request.kind)
    changed = figures.changed_law(request.regime, counted_from(request))
    shipped = REGIMES[RegimeCode(request.regime)].answers(asked)
    if ours.answers(asked) == shipped:
        return _("The law gives %(term)s: to %(day)s.")
    if changed:
        since = long_date(date.fromisoformat(changed["from"]))
        said = _("The law changed on %(since)s (%(source)s).")
        # What the source is called may hold a percent sign; it is filled in with the others.
        source = changed["source"].replace("%", "%%")
        told = said % {"since": since, "source": source}
        return told + " " + _("It gives %(term)s: to %(day)s.")
    law = _("The law would give %(law)s.") % {"law": term_in_words(shipped)}
    return law + " " + _("We take %(term)s at the most: to %(day)s.")


def _received(request: SubjectRequest) -> str:
    first = (
        request.law.counts_receipt_day
        and not request.law.answers(asked_of(request.kind)).working_days
    )
    if request.reopened_on:
        return _("Your reply opened it again on %(day)s. That day is not counted.")
    if first:
        return _("We received it on %(day)s. That day is the first that counts.")
    return _("We received it on %(day)s. That day is not counted.")


def _term_of(request: SubjectRequest, *, extended: bool) -> str:
    asked = asked_of(request.kind)
    term = request.law.answers(asked)
    return term_in_words(term + request.law.extends(asked) if extended else term)


def term_in_words(term: Term) -> str:
    """Return a length of time as "one month", "45 days", "15 working days"."""
    parts = []
    if term.months == 1:
        parts.append(_("one month"))
    elif term.months:
        parts.append(ngettext("%(n)d month", "%(n)d months", term.months) % {"n": term.months})
    if term.days:
        parts.append(_days(term.days))
    if n := term.working_days:
        parts.append(ngettext("%(n)d working day", "%(n)d working days", n) % {"n": n})
    return _(" and ").join(parts)


def _days(n: int) -> str:
    return ngettext("%(n)d day", "%(n)d days", n) % {"n": n}
