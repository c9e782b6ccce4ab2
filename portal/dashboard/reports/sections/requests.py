"""Requests: how many came in, how they were answered, what is open, what was contested."""

from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dsar.grounds import RefusalGround
from dsar.laws import LAWS
from dsar.models.requests import Channel, Kind
from dsar.regimes import RegimeCode
from dsar.states import FINAL, Outcome
from portal.dashboard.charts import Chart, Series
from portal.dashboard.periods import Period, month_starts
from portal.dashboard.reports.figures import Answered, Figures
from portal.dashboard.reports.pieces import (
    Drawing,
    Row,
    Section,
    Table,
    capital,
    count,
    days_in_words,
    number,
    share,
    sums,
)
from portal.lib.days import month_label


def compared(first: str) -> list[str]:
    """Return the headings of a table that compares with the period before."""
    return [first, _("This period"), _("The one before")]


def received(figures: Figures, period: Period) -> Section:
    """How many requests came in?"""
    now, before = figures.now.received, figures.before.received
    lead = ngettext(
        "%(n)s request was received; in the period before it was %(before)s.",
        "%(n)s requests were received; in the period before it was %(before)s.",
        now.total,
    ) % {"n": count(now.total).shown, "before": count(before.total).shown}
    laws = [(code.value, LAWS[code].short) for code in RegimeCode]
    tables = [
        Table("received-kind", _("By what was asked"), compared(_("Kind")),
              sums(Kind.choices, now.by_kind, before.by_kind)),
        Table("received-law", _("By the law that answers"), compared(_("Law")),
              sums(laws, now.by_regime, before.by_regime)),
        Table("received-channel", _("By the way they came in"), compared(_("Way")),
              sums(Channel.choices, now.by_channel, before.by_channel)),
    ]  # fmt: skip
    return Section(
        key="received",
        title=_("How many requests came in?"),
        lead=lead,
        tables=tables,
        charts=[_received_chart(figures, period)],
        how=[
            _("A request counts on the day it reached the office, whatever became of it: also what"
              " turned out to be a repetition, or no request about data."),
            _("The period before is as long as this one and ends the day before it begins."),
        ],
    )  # fmt: skip


def _received_chart(figures: Figures, period: Period) -> Drawing:
    """By month if there are several, else by kind."""
    now, months = figures.now.received, month_starts(period)
    if len(months) > 1:
        values = [now.by_month.get(f"{one:%Y-%m}", 0) for one in months]
        chart = Chart(
            _("Requests received, per month"),
            [month_label(one) for one in months],
            [Series(_("requests received"), values)],
        )
        return Drawing(chart, _("Month"), "received.svg")
    short = _short()
    chart = Chart(
        _("Requests received, by what was asked"),
        [capital(short[kind]) for kind in Kind],
        [Series(_("requests received"), [now.by_kind.get(kind.value, 0) for kind in Kind])],
    )
    return Drawing(chart, _("Kind"), "received.svg")


def _short() -> dict[str, str]:
    """Return the kinds in a word, for the axis of a chart."""
    return {
        Kind.ACCESS: _("copy"),
        Kind.PORTABILITY: _("portability"),
        Kind.ERASURE: _("erasure"),
        Kind.RECTIFICATION: _("correction"),
        Kind.RESTRICTION: _("pause"),
        Kind.OBJECTION: _("objection"),
        Kind.HUMAN_REVIEW: _("human review"),
        Kind.APPEAL: _("appeal"),
    }


def answered(figures: Figures) -> Section:
    """How were they answered?"""
    now, before = figures.now.answered, figures.before.answered
    lead = ngettext(
        "%(n)s request was decided, %(share)s of them by their day; half of the answers took at"
        " most %(median)s.",
        "%(n)s requests were decided, %(share)s of them by their day; half of the answers took at"
        " most %(median)s.",
        now.decided,
    ) % {
        "n": count(now.decided).shown,
        "share": share(now.in_time, now.decided).shown,
        "median": days_in_words(now.median_days),
    }
    if not now.decided:
        lead = _("No request was decided in this period.")
    ends = [(one.value, one.label) for one in sorted(FINAL)]
    return Section(
        key="answered",
        title=_("How were they answered?"),
        lead=lead,
        tables=[
            Table("answered-totals", _("In time, and how soon"), compared(_("Figure")),
                  _totals(now, before)),
            Table("answered-ends", _("How they ended"), compared(_("End")),
                  sums(ends, now.by_status, before.by_status)),
            Table("answered-outcomes", _("What the answers amount to"), compared(_("Answer")),
                  sums(Outcome.choices, now.by_outcome, before.by_outcome)),
            Table("answered-grounds", _("Refused, by ground"), compared(_("Ground")),
                  sums(RefusalGround.choices, now.refused_by_ground, before.refused_by_ground)),
            _by_kind(now),
        ],
        charts=[_punctuality(now)],
        how=_how_answered(),
    )  # fmt: skip


def _totals(now: Answered, before: Answered) -> list[Row]:
    both = (now, before)
    rows = [
        (_("Decided: answered or refused"), [count(one.decided) for one in both]),
        (_("Of these in time"), [count(one.in_time) for one in both]),
        (_("In time, share"), [share(one.in_time, one.decided) for one in both]),
        (_("Late"), [count(one.late) for one in both]),
        (_("With more time, as the law allows"), [count(one.extended) for one in both]),
        (_("With gaps that were named"), [count(one.by_outcome.get("with_gaps", 0))
                                          for one in both]),
        (_("Days to answer: median"), [number(one.median_days) for one in both]),
        (_("Days to answer: mean"), [number(one.mean_days) for one in both]),
        (_("Days to answer: nine in ten within"), [number(one.ninetieth_days) for one in both]),
        (_("Days to answer: the slowest"), [number(one.slowest_days) for one in both]),
    ]  # fmt: skip
    return [Row(name, cells) for name, cells in rows]


def _by_kind(now: Answered) -> Table:
    names = dict(Kind.choices)
    return Table(
        "answered-kinds",
        _("By what was asked"),
        [_("Kind"), _("Answered"), _("Refused"), _("Late"), _("Median, in days")],
        [
            Row(
                capital(names.get(one.kind, one.kind)),
                [count(one.answered), count(one.refused), count(one.late),
                 number(one.median_days)],
            )
            for one in now.by_kind
        ],
    )  # fmt: skip


def _punctuality(now: Answered) -> Drawing:
    found = {one.kind: one for one in now.by_kind}
    decided = [found[kind] for kind in Kind.values if kind in found]
    late = [one.late for one in decided]
    in_time = [one.answered + one.refused - one.late for one in decided]
    short = _short()
    chart = Chart(
        _("Decided in time and late"),
        [capital(short[one.kind]) for one in decided],
        [Series(_("late"), late), Series(_("in time"), in_time)],
    )
    return Drawing(chart, _("Kind"), "answered.svg")


def _how_answered() -> list[str]:
    return [
        _("A request counts on the day it ended. Late is an answer or a refusal after its legal"
          " date, pauses and extensions included as the law allows them."),
        _("Days run from the moment of receipt to that of the answer. Refusals and withdrawals have"
          " none; the mean is over all answers, nine in ten took no longer than the third figure."),
        _("A request that a reply opened again is open, and is counted when it ends anew."),
    ]  # fmt: skip


def standing(figures: Figures) -> Section:
    """What was open at the end?"""
    now, before = figures.now.standing, figures.before.standing
    lead = ngettext(
        "%(n)s request was open at the end, %(late)s of them late.",
        "%(n)s requests were open at the end, %(late)s of them late.",
        now.open,
    ) % {"n": count(now.open).shown, "late": count(now.late).shown}
    oldest = parse_date(now.oldest or "")
    if oldest:
        since = _("The oldest was received on %(day)s.") % {"day": date_format(oldest)}
        lead = f"{lead} {since}"
    both = (now, before)
    rows = [
        Row(_("Open"), [count(one.open) for one in both]),
        Row(_("After their legal date"), [count(one.late) for one in both]),
        Row(_("With more time"), [count(one.extended) for one in both]),
        Row(_("Clock stopped, waiting for the person"), [count(one.paused) for one in both]),
    ]
    return Section(
        key="standing",
        title=_("What was open at the end?"),
        lead=lead if now.open else _("Nothing was open at the end."),
        tables=[Table("standing", _("Open requests"), compared(_("State")), rows)],
        how=[_("As of the last midnight of the period; while it is running, as of the count.")],
    )


def appeals(figures: Figures) -> Section:
    """What was contested?"""
    now, before = figures.now, figures.before
    asked = now.received.by_kind.get("appeal", 0)
    lead = ngettext(
        "%(n)s answer was contested.", "%(n)s answers were contested.", asked
    ) % {"n": count(asked).shown}  # fmt: skip
    ends = [*Outcome.choices, ("refused", _("refused"))]
    return Section(
        key="appeals",
        title=_("Which answers were contested?"),
        lead=lead if asked else _("No answer was contested."),
        tables=[
            Table("appeals", _("What the second look decided"), compared(_("Decision")),
                  sums(ends, now.answered.appeals_by_outcome,
                       before.answered.appeals_by_outcome)),
        ],
        how=[_("Contested: received in the period. Decided: ended in the period, by somebody who"
               " had no part in the first answer.")],
    )  # fmt: skip
