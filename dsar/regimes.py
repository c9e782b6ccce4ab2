"""The laws that answer requests, as data: what each says about time. Pure: imports no Django.

Their names, articles and remedies, which are words, are in ``dsar.laws``.
"""

from calendar import monthrange
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from portal.lib.countries import EEA as EEA

DAY = timedelta(days=1)
SATURDAY, SUNDAY = 5, 6


def is_closed(day: date, holidays: Collection[date] = ()) -> bool:
    """Return whether it is a Saturday, a Sunday or a public holiday."""
    return day.weekday() >= SATURDAY or day in holidays


def next_open_day(day: date, holidays: Collection[date] = ()) -> date:
    """Return the day itself if it is a working day, else the next one."""
    while is_closed(day, holidays):
        day += DAY
    return day


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
    FADP = "fadp"
    CCPA = "ccpa"
    VCDPA = "vcdpa"
    CPA = "cpa"


class Asked(StrEnum):
    """What a law may give a time of its own."""

    ANSWER = "answer"
    OPT_OUT = "opt_out"
    APPEAL = "appeal"


NONE = Term()


@dataclass(frozen=True)
class Appeal:
    """How an answer can be contested at our own house, before an authority is asked.

    ``by_law``: the law demands it; where it does not, we give it all the same. ``within``: how long
    after the answer; ``answer``, ``extension``: our time to decide, from the appeal's receipt.
    """

    answer: Term
    extension: Term = NONE
    within: Term = Term(months=6)
    acknowledge: Term | None = None
    by_law: bool = False


@dataclass(frozen=True)
class Regime:
    """What one law says about time. Terms run from receipt.

    ``counts_receipt_day``: the day of receipt is day one (CCPA regulations § 7021(b)).
    ``ends_on_working_day``: an end on a closed day moves to the next open one; where it is false,
    public holidays count as any other day too, which is never later than the law.
    ``target``: our own aim, before the legal date; pauses do not move it.
    ``keep_proof``: how long the proof of an answer is kept after it was given.
    """

    code: RegimeCode
    answer: Term
    extension: Term
    target: Term
    appeal: Appeal
    acknowledge: Term | None = None
    opt_out: Term | None = None
    counts_receipt_day: bool = False
    ends_on_working_day: bool = True
    may_pause: bool = True
    keep_proof: Term = Term(months=24)

    def answers(self, asked: Asked = Asked.ANSWER) -> Term:
        """Return the time for what is asked."""
        if asked == Asked.OPT_OUT:
            return self.opt_out or self.answer
        return self.appeal.answer if asked == Asked.APPEAL else self.answer

    def extends(self, asked: Asked = Asked.ANSWER) -> Term:
        """Return the one extension of that time; an empty term where the law knows none."""
        if asked == Asked.OPT_OUT and self.opt_out:
            return NONE
        return self.appeal.extension if asked == Asked.APPEAL else self.extension

    def acknowledges(self, asked: Asked = Asked.ANSWER) -> Term | None:
        """Return the time to confirm receipt, None where the law names none."""
        return {Asked.ANSWER: self.acknowledge, Asked.APPEAL: self.appeal.acknowledge}.get(asked)


TWO_MONTHS, FORTY_FIVE = Term(months=2), Term(days=45)
# What an objection or an opt-out is aimed at: it is obeyed at once, this is for what is not.
AT_ONCE = Term(working_days=5)

REGIMES: dict[RegimeCode, Regime] = {
    # Art. 12(3): one month from receipt, two more for complexity or number, the person being told
    # within the first. Proof of the answer is kept for the limitation period (here five years).
    # An answer contested is a request of its own: no law says how long, so the same month.
    RegimeCode.GDPR: Regime(
        code=RegimeCode.GDPR,
        answer=Term(months=1),
        extension=TWO_MONTHS,
        target=Term(days=21),
        appeal=Appeal(Term(months=1), TWO_MONTHS),
        keep_proof=Term(months=60),
    ),
    # The same article. A complaint to the controller is confirmed within 30 days "beginning when
    # the complaint is received" and decided without undue delay (s. 164A DPA 2018, since 2026).
    RegimeCode.UK_GDPR: Regime(
        code=RegimeCode.UK_GDPR,
        answer=Term(months=1),
        extension=TWO_MONTHS,
        target=Term(days=21),
        appeal=Appeal(Term(months=1), TWO_MONTHS, acknowledge=Term(days=29), by_law=True),
        keep_proof=Term(months=72),
    ),
    # Art. 25(7) FADP and art. 18 of its ordinance: 30 days, or by when the person is told.
    RegimeCode.FADP: Regime(
        code=RegimeCode.FADP,
        answer=Term(days=30),
        extension=Term(days=30),
        target=Term(days=21),
        appeal=Appeal(Term(days=30), Term(days=30)),
        keep_proof=Term(months=60),
    ),
    # Cal. Code Regs. tit. 11: § 7021(a) ten business days to confirm, § 7021(b) 45 calendar days
    # from the day of receipt and 90 at most, whatever the time verification takes; §§ 7026(f),
    # 7027(g) fifteen business days to opt out; § 7101 records for 24 months. No appeal by law.
    RegimeCode.CCPA: Regime(
        code=RegimeCode.CCPA,
        answer=FORTY_FIVE,
        extension=FORTY_FIVE,
        target=Term(days=30),
        appeal=Appeal(FORTY_FIVE, FORTY_FIVE),
        acknowledge=Term(working_days=10),
        opt_out=Term(working_days=15),
        counts_receipt_day=True,
        ends_on_working_day=False,
        may_pause=False,
    ),
    # Va. Code § 59.1-577: 45 days and 45 more; an appeal is decided within 60. The day of receipt
    # is counted, no pause, California's time to opt out: the strict reading where the law is open.
    RegimeCode.VCDPA: Regime(
        code=RegimeCode.VCDPA,
        answer=FORTY_FIVE,
        extension=FORTY_FIVE,
        target=Term(days=30),
        appeal=Appeal(Term(days=60), by_law=True),
        opt_out=Term(working_days=15),
        counts_receipt_day=True,
        ends_on_working_day=False,
        may_pause=False,
    ),
    # Colo. Rev. Stat. § 6-1-1306: 45 days and 45 more; an appeal 45, and 60 more.
    RegimeCode.CPA: Regime(
        code=RegimeCode.CPA,
        answer=FORTY_FIVE,
        extension=FORTY_FIVE,
        target=Term(days=30),
        appeal=Appeal(FORTY_FIVE, Term(days=60), by_law=True),
        opt_out=Term(working_days=15),
        counts_receipt_day=True,
        ends_on_working_day=False,
        may_pause=False,
    ),
}

# The law of a country, and of a state where the country has none for all of it. The strictest law
# of the United States answers who does not say in which state they live.
LAWS: dict[str, RegimeCode] = {
    "GB": RegimeCode.UK_GDPR,
    "CH": RegimeCode.FADP,
    "US": RegimeCode.CCPA,
    "US-VA": RegimeCode.VCDPA,
    "US-CO": RegimeCode.CPA,
}


def regime_of(country: str, region: str = "") -> Regime:
    """Return the law under which somebody of this country is answered.

    ``country`` is ISO 3166-1 alpha-2, ``region`` ISO 3166-2 without the country ("CA"). Where no
    law of the place is known here, it is the GDPR, which a controller in the Union owes everybody
    (art. 3(1)).
    """
    code = LAWS.get(f"{country}-{region}") or LAWS.get(country) or RegimeCode.GDPR
    return REGIMES[code]
