"""The law of time: by when an answer is due, and why that day. Pure: imports no Django.

Months are counted as Regulation (EEC, Euratom) 1182/71 says: the day of receipt is not counted
(art. 3(1)); a period in months ends with the last hour of the same date of the last month, or of
that month's last day if it has no such date (art. 3(2)(c)); weekends and holidays in between count
(art. 3(3)); a period that would end on a Saturday, a Sunday or a public holiday ends with the next
working day (art. 3(4)).
"""

from calendar import monthrange
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)
SATURDAY, SUNDAY = 5, 6


@dataclass(frozen=True)
class Term:
    """A length of time: months, then calendar days, then working days (Monday to Friday)."""

    months: int = 0
    days: int = 0
    working_days: int = 0

    def __add__(self, other: "Term") -> "Term":
        return Term(
            self.months + other.months,
            self.days + other.days,
            self.working_days + other.working_days,
        )

    def after(self, start: date, closed: Collection[date] = ()) -> date:
        """Return the day the term ends when ``start`` itself is not counted."""
        years, month = divmod(start.month - 1 + self.months, 12)
        year, month = start.year + years, month + 1
        # 31 January + 1 month is the last day of February.
        day = min(start.day, monthrange(year, month)[1])
        end = date(year, month, day) + timedelta(days=self.days)
        for _ in range(self.working_days):
            end = next_open_day(end + DAY, closed)
        return end


class RegimeCode(StrEnum):
    """Under which law a request is answered."""

    GDPR = "gdpr"
    UK_GDPR = "uk_gdpr"
    CCPA = "ccpa"
    FADP = "fadp"


@dataclass(frozen=True)
class Regime:
    """What one law says about time. Terms run from receipt.

    ``counts_receipt_day``: the day of receipt is day one (CCPA regulations § 7021(b)).
    ``ends_on_working_day``: an end on a closed day moves to the next open one.
    ``target``: our own aim, before the legal date; pauses do not move it.
    """

    code: RegimeCode
    answer: Term
    extension: Term
    target: Term
    acknowledge: Term | None = None
    opt_out: Term | None = None
    counts_receipt_day: bool = False
    ends_on_working_day: bool = True
    may_pause: bool = True
    keep_proof: Term = Term(months=24)


REGIMES: dict[RegimeCode, Regime] = {
    # Art. 12(3): one month from receipt, two more for complexity or number, the person being told
    # within the first. Proof of the answer is kept for the limitation period (here five years).
    RegimeCode.GDPR: Regime(
        code=RegimeCode.GDPR,
        answer=Term(months=1),
        extension=Term(months=2),
        target=Term(days=21),
        keep_proof=Term(months=60),
    ),
    RegimeCode.UK_GDPR: Regime(
        code=RegimeCode.UK_GDPR,
        answer=Term(months=1),
        extension=Term(months=2),
        target=Term(days=21),
        keep_proof=Term(months=72),
    ),
    RegimeCode.FADP: Regime(
        code=RegimeCode.FADP,
        answer=Term(days=30),
        extension=Term(days=30),
        target=Term(days=21),
        keep_proof=Term(months=60),
    ),
    # Cal. Code Regs. tit. 11: § 7021(a) ten business days to confirm, § 7021(b) 45 calendar days
    # from the day of receipt and 90 at most, whatever the time verification takes; §§ 7026(f),
    # 7027(g) fifteen business days to opt out; § 7101 records for 24 months.
    RegimeCode.CCPA: Regime(
        code=RegimeCode.CCPA,
        answer=Term(days=45),
        extension=Term(days=45),
        target=Term(days=30),
        acknowledge=Term(working_days=10),
        opt_out=Term(working_days=15),
        counts_receipt_day=True,
        ends_on_working_day=False,
        may_pause=False,
    ),
}


class Why(StrEnum):
    """One step on the way to a date; the sentences are written where languages are known."""

    RECEIVED = "received"
    TERM_ENDS = "term_ends"
    EXTENDED_TERM_ENDS = "extended_term_ends"
    MONTH_IS_SHORTER = "month_is_shorter"
    PAUSED = "paused"
    SATURDAY = "saturday"
    SUNDAY = "sunday"
    HOLIDAY = "holiday"
    DUE = "due"


@dataclass(frozen=True)
class Step:
    """One step behind a date: its code, the day it led to, and a number of days if it has one."""

    code: Why
    day: date
    days: int = 0


def received_on(at: datetime, zone: ZoneInfo) -> date:
    """Return the controller's calendar day of the instant ``at``.

    Raises:
        ValueError: ``at`` is naive; a receipt without its zone has no date.
    """
    if at.tzinfo is None:
        raise ValueError("the instant of receipt needs a time zone")
    return at.astimezone(zone).date()


def answer_by(
    received: date,
    regime: Regime,
    *,
    extended: bool = False,
    paused_days: int = 0,
    holidays: Collection[date] = (),
) -> date:
    """Return the last day to answer, to its last hour in the controller's time zone.

    An extension runs from receipt, not from the first deadline. ``paused_days`` are whole days
    during which the clock stood still; a regime without pauses ignores them.
    """
    return explain(received, regime, extended=extended, paused_days=paused_days, holidays=holidays)[
        -1
    ].day


def explain(
    received: date,
    regime: Regime,
    *,
    extended: bool = False,
    paused_days: int = 0,
    holidays: Collection[date] = (),
) -> list[Step]:
    """Return the steps from the day of receipt to the day an answer is due, in order."""
    start = received - DAY if regime.counts_receipt_day else received
    term = regime.answer + regime.extension if extended else regime.answer
    end = term.after(start, holidays)
    ends = Why.EXTENDED_TERM_ENDS if extended else Why.TERM_ENDS
    steps = [Step(Why.RECEIVED, received), Step(ends, end)]
    if term.months and not term.days and end.day != start.day:
        steps.append(Step(Why.MONTH_IS_SHORTER, end))
    if paused_days and regime.may_pause:
        end += timedelta(days=paused_days)
        steps.append(Step(Why.PAUSED, end, paused_days))
    if regime.ends_on_working_day:
        for closed in _closed_days_from(end, holidays):
            steps.append(closed)
            end = closed.day + DAY
    return [*steps, Step(Why.DUE, end)]


def target_by(received: date, regime: Regime, holidays: Collection[date] = ()) -> date:
    """Return our internal target: on an open day, and never after the legal date."""
    target = regime.target.after(received)
    while is_closed(target, holidays):
        target -= DAY
    return max(target, received)


def acknowledge_by(received: date, regime: Regime, holidays: Collection[date] = ()) -> date:
    """Return by when receipt is to be confirmed; the same day where the law names no term."""
    return regime.acknowledge.after(received, holidays) if regime.acknowledge else received


def opt_out_by(received: date, regime: Regime, holidays: Collection[date] = ()) -> date:
    """Return by when an opt-out must be obeyed; the same day where the law names no term."""
    return regime.opt_out.after(received, holidays) if regime.opt_out else received


def is_closed(day: date, holidays: Collection[date] = ()) -> bool:
    """Return whether it is a Saturday, a Sunday or a public holiday."""
    return day.weekday() >= SATURDAY or day in holidays


def next_open_day(day: date, holidays: Collection[date] = ()) -> date:
    """Return the day itself if it is a working day, else the next one."""
    while is_closed(day, holidays):
        day += DAY
    return day


def _closed_days_from(day: date, holidays: Collection[date]) -> Iterator[Step]:
    """Yield each closed day, with what it is closed for, up to the next working day."""
    while is_closed(day, holidays):
        weekday = {SATURDAY: Why.SATURDAY, SUNDAY: Why.SUNDAY}.get(day.weekday(), Why.HOLIDAY)
        yield Step(Why.HOLIDAY if day in holidays else weekday, day)
        day += DAY
