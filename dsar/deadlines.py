"""The law of time: by when an answer is due, and why that day. Pure: imports no Django.

Months are counted as Regulation (EEC, Euratom) 1182/71 says: the day of receipt is not counted
(art. 3(1)); a period in months ends with the last hour of the same date of the last month, or of
that month's last day if it has no such date (art. 3(2)(c)); weekends and holidays in between count
(art. 3(3)); a period that would end on a Saturday, a Sunday or a public holiday ends with the next
working day (art. 3(4)).
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from dsar.regimes import (
    AT_ONCE,
    DAY,
    EEA,
    NONE,
    REGIMES,
    SATURDAY,
    SUNDAY,
    Asked,
    Regime,
    RegimeCode,
    Term,
    is_closed,
    next_open_day,
    regime_of,
)

__all__ = [
    "EEA",
    "NONE",
    "REGIMES",
    "Asked",
    "Regime",
    "RegimeCode",
    "Step",
    "Term",
    "Why",
    "acknowledge_by",
    "answer_by",
    "explain",
    "is_closed",
    "next_open_day",
    "received_on",
    "regime_of",
    "target_by",
]


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
    asked: Asked = Asked.ANSWER,
    extended: bool = False,
    paused_days: int = 0,
    holidays: Collection[date] = (),
) -> date:
    """Return the last day to answer, to its last hour in the controller's time zone.

    An extension runs from receipt, not from the first deadline. ``paused_days`` are whole days
    during which the clock stood still; a regime without pauses ignores them.
    """
    return explain(
        received,
        regime,
        asked=asked,
        extended=extended,
        paused_days=paused_days,
        holidays=holidays,
    )[-1].day


def explain(
    received: date,
    regime: Regime,
    *,
    asked: Asked = Asked.ANSWER,
    extended: bool = False,
    paused_days: int = 0,
    holidays: Collection[date] = (),
) -> list[Step]:
    """Return the steps from the day of receipt to the day an answer is due, in order."""
    term = regime.answers(asked)
    is_longer = extended and regime.extends(asked) != NONE
    if is_longer:
        term += regime.extends(asked)
    # Working days are counted from the next one on (§ 7026(f)): the day of receipt never is one.
    start = received - DAY if regime.counts_receipt_day and not term.working_days else received
    end = term.after(start, holidays if regime.ends_on_working_day else ())
    steps = [Step(Why.RECEIVED, received)]
    steps.append(Step(Why.EXTENDED_TERM_ENDS if is_longer else Why.TERM_ENDS, end))
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


def target_by(
    received: date,
    regime: Regime,
    holidays: Collection[date] = (),
    *,
    asked: Asked = Asked.ANSWER,
    no_later_than: date | None = None,
) -> date:
    """Return our internal target: on an open day if there is one, never after the legal date.

    ``no_later_than`` is a further limit, for a controller whom another law binds as well.
    """
    due = answer_by(received, regime, asked=asked, holidays=holidays)
    target = min((AT_ONCE if asked == Asked.OPT_OUT else regime.target).after(received), due)
    target = min(target, no_later_than) if no_later_than else target
    while is_closed(target, holidays):
        target -= DAY
    return max(target, received)


def acknowledge_by(received: date, regime: Regime, asked: Asked = Asked.ANSWER) -> date | None:
    """Return by when receipt is to be confirmed; None where the law names no term.

    "Business day" is undefined: Monday to Friday without regard to holidays is the strict reading.
    """
    term = regime.acknowledges(asked)
    return term.after(received) if term else None


def _closed_days_from(day: date, holidays: Collection[date]) -> Iterator[Step]:
    """Yield each closed day, with what it is closed for, up to the next working day."""
    while is_closed(day, holidays):
        weekday = {SATURDAY: Why.SATURDAY, SUNDAY: Why.SUNDAY}.get(day.weekday(), Why.HOLIDAY)
        yield Step(Why.HOLIDAY if day in holidays else weekday, day)
        day += DAY
