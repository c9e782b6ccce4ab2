"""How requests came in and were answered over a period: one card, one query, one dataclass."""

from dataclasses import dataclass
from math import ceil

from django.db.models import Sum
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dsar.deadlines import REGIMES, RegimeCode
from dsar.laws import LAWS
from dsar.models.requests import Channel, Kind
from dsar.states import Outcome, Status
from portal.dashboard.cards import links
from portal.dashboard.cards.counted import Link, Make, Trend, count, lines
from portal.dashboard.cards.periods import cut
from portal.dashboard.charts import Chart, Mark, Series, Shape
from portal.dashboard.models import RequestTally
from portal.dashboard.periods import Period

TABLE = "portal_requesttally"
OF_LAW = "t.measure = %(measure)s AND (%(regime)s = '' OR t.regime = %(regime)s)"
Measure = RequestTally.Measure
WIDTH = 5  # days in one bar of the histogram
TAIL = 90  # days; what took longer is one bar


def by_kind(period: Period, regime: str) -> Trend:
    """Return what was asked for."""
    found = count(TABLE, "t.value", period, OF_LAW, measure=Measure.KIND, regime=regime)
    return Trend(
        "kind", _("What is asked for?"),
        _("Requests by the day they were received, in the controller’s time zone, of every state; "
          "also those that were closed as spam or asked twice."),
        period, lines(found, Kind.choices, _received("kind", regime)),
        _received("kind", regime)(""),
    )  # fmt: skip


def by_channel(period: Period, regime: str) -> Trend:
    """Return by which ways requests came in."""
    found = count(TABLE, "t.value", period, OF_LAW, measure=Measure.CHANNEL, regime=regime)
    return Trend(
        "channel", _("How do requests come in?"),
        _("Requests by the day they were received, whoever entered them."),
        period, lines(found, Channel.choices, _received("channel", regime)),
        _received("channel", regime)(""),
    )  # fmt: skip


def by_regime(period: Period, regime: str) -> Trend:
    """Return under which laws requests are answered."""
    found = count(TABLE, "t.regime", period, OF_LAW, measure=Measure.KIND, regime=regime)
    labels = [(code.value, law.short) for code, law in LAWS.items()]
    return Trend(
        "regime", _("Under which law?"),
        _("Requests by the day they were received. A country that was corrected later counts "
          "under the law that answers now."),
        period, lines(found, labels, _received("regime", "")),
        _received("regime", "")(regime),
    )  # fmt: skip


def by_end(period: Period, regime: str) -> Trend:
    """Return how requests ended."""
    found = count(TABLE, "t.value", period, OF_LAW, measure=Measure.END, regime=regime)
    return Trend(
        "end", _("How do requests end?"),
        _("Requests by the day they were closed. One that a reply opened again is not closed any "
          "more, and counts when it is closed anew."),
        period, lines(found, [*Outcome.choices, *Status.choices], _ended(regime)),
        _ended(regime)(""),
    )  # fmt: skip


def _received(filtered: str, regime: str) -> Make:
    def of(code: str) -> Link:
        filters = {"regime": regime} | {filtered: code}
        return lambda days: links.queue(
            "any", **filters, received_from=days.first, received_to=days.last
        )

    return of


def _ended(regime: str) -> Make:
    def of(code: str) -> Link:
        is_outcome = code in Outcome.values
        when = "answered" if is_outcome else "closed"
        what = {"outcome": code} if is_outcome else {"state": code}
        return lambda days: links.queue(
            when, **what, regime=regime, closed_from=days.first, closed_to=days.last
        )

    return of


@dataclass(frozen=True)
class Flow:
    """What came in and what left in a period, and how fast it was decided."""

    period: Period
    regime: str
    received: int
    closed: int
    answered: int
    refused: int
    withdrawn: int
    with_gaps: int
    late: int  # answered or refused after their day
    median_days: int | None  # from receipt to the answer or refusal
    before: "Flow | None" = None

    def rows(self, when: str, **filters: str) -> str:
        """Return the address of what was closed in the period."""
        return links.queue(
            when, **filters, regime=self.regime,
            closed_from=self.period.first, closed_to=self.period.last,
        )  # fmt: skip

    @property
    def links(self) -> dict[str, str]:
        """Where the rows of each figure are."""
        days = {"received_from": self.period.first, "received_to": self.period.last}
        return {
            "received": links.queue("any", regime=self.regime, **days),
            "closed": self.rows("closed"),
            "answered": self.rows("answered"),
            "refused": self.rows("refused"),
            "withdrawn": self.rows("withdrawn"),
            "with_gaps": self.rows("answered", outcome=Outcome.WITH_GAPS),
            "late": self.rows("closed-late"),
            "decided": self.rows("decided"),
        }


def flow(period: Period, regime: str) -> Flow:
    """Return the figures of the period and of the one before: two queries."""
    before = _flow(period.before, regime)
    return _flow(period, regime, before)


def _flow(period: Period, regime: str, before: Flow | None = None) -> Flow:
    rows = RequestTally.objects.filter(day__range=(period.first, period.last))
    rows = rows.filter(regime=regime) if regime else rows
    found: dict[str, dict[str, int]] = {}
    for measure, value, number in rows.values_list("measure", "value").annotate(n=Sum("number")):
        found.setdefault(measure, {})[value] = number
    ends = found.get(Measure.END, {})
    return Flow(
        period, regime,
        received=sum(found.get(Measure.KIND, {}).values()),
        closed=sum(ends.values()),
        answered=sum(ends.get(code, 0) for code in Outcome.values),
        refused=ends.get(Status.REFUSED, 0),
        withdrawn=ends.get(Status.WITHDRAWN, 0),
        with_gaps=ends.get(Outcome.WITH_GAPS, 0),
        late=sum(found.get(Measure.LATE, {}).values()),
        median_days=_median(found.get(Measure.TOOK, {})),
        before=before,
    )  # fmt: skip


def _median(took: dict[str, int]) -> int | None:
    """Return the number of days within which half of them were decided."""
    half, reached = sum(took.values()) / 2, 0
    for days in sorted(map(int, took)):
        reached += took[str(days)]
        if reached >= half:
            return days
    return None


def received_chart(period: Period, regime: str, *, is_compared: bool = True) -> Chart:
    """Draw what was received, and dashed the period before if it is known: two queries.

    A month has not as many days as the one before: where that ends earlier, so does its line.
    """
    steps, was = cut(period), cut(period.before)
    then = _received_in(period.before, regime)
    make = _received("regime", "")(regime)
    return Chart(
        name=_("Requests received"),
        labels=[step.label for step in steps],
        series=[
            Series(_("this period"), _received_in(period, regime),
                   [make(Period(step.first, step.last)) for step in steps]),
            Series(_("the period before"), then[: len(steps)],
                   [make(Period(step.first, step.last)) for step in was][: len(steps)]),
        ][: 1 + is_compared],
        shape=Shape.LINE,
    )  # fmt: skip


def _received_in(period: Period, regime: str) -> list[int]:
    found = count(TABLE, "''", period, OF_LAW, measure=Measure.KIND, regime=regime)
    return found[""].steps if "" in found else [0] * len(cut(period))


@dataclass(frozen=True)
class Days:
    """How long answers and refusals took under one law, its limit marked."""

    code: str
    law: str
    chart: Chart
    decided: int
    link: str


def days_to_answer(period: Period, regime: str) -> list[Days]:
    """Return a histogram for each law under which anything was decided: one query."""
    rows = RequestTally.objects.filter(measure=Measure.TOOK, day__range=(period.first, period.last))
    rows = rows.filter(regime=regime) if regime else rows
    found: dict[str, dict[int, int]] = {}
    for code, value, number in rows.values_list("regime", "value").annotate(n=Sum("number")):
        found.setdefault(code, {})[int(value)] = number
    by_size = sorted(found, key=lambda code: (-sum(found[code].values()), code))
    return [_histogram(RegimeCode(code), found[code], period) for code in by_size]


def _histogram(code: RegimeCode, took: dict[int, int], period: Period) -> Days:
    limit, words = _limit(code)
    between = ((first, first + WIDTH - 1) for first in range(1, TAIL + 1, WIDTH))
    bars: list[tuple[int, int | None]] = [(0, 0), *between, (TAIL + 1, None)]
    figures = [_within(took, first, last) for first, last in bars]
    chart = Chart(
        name=_("Days from receipt to answer, %(law)s") % {"law": LAWS[code].short},
        labels=[_bar(first, last) for first, last in bars],
        series=[Series(_("answered or refused"), figures, [
            links.queue("decided", regime=code.value, closed_from=period.first,
                        closed_to=period.last, took_from=first, took_to=last)
            for first, last in bars
        ])],
        mark=Mark(ceil(limit / WIDTH), words),
    )  # fmt: skip
    link = links.queue(
        "decided", regime=code.value, closed_from=period.first, closed_to=period.last
    )
    return Days(code.value, str(LAWS[code].short), chart, sum(took.values()), link)


def _limit(code: RegimeCode) -> tuple[int, str]:
    """Return the law's time to answer in days and in words; a month is drawn at thirty days."""
    term = REGIMES[code].answer
    days = 30 * term.months + term.days
    words = (
        ngettext("%(n)s month", "%(n)s months", term.months) % {"n": term.months}
        if term.months
        else ngettext("%(n)s day", "%(n)s days", days) % {"n": days}
    )
    return days, _("legal limit: %(time)s") % {"time": words}


def _within(took: dict[int, int], first: int, last: int | None) -> int:
    return sum(
        number for days, number in took.items() if first <= days and (last is None or days <= last)
    )


def _bar(first: int, last: int | None) -> str:
    if last is None:
        return f"> {first - 1}"
    return str(first) if first == last else f"{first}–{last}"
