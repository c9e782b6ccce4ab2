"""The metrics of § 7102 as a section."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.dashboard.charts import Chart, Series
from portal.dashboard.models.reports import Report
from portal.dashboard.reports.metrics import DENIED, Metrics, Part, Type
from portal.dashboard.reports.pieces import Drawing, Row, Section, Table, count, number


def type_names() -> dict[str, str]:
    """Return what each type of request is called."""
    return {
        Type.DELETE: _("Requests to delete"),
        Type.CORRECT: _("Requests to correct"),
        Type.KNOW: _("Requests to know"),
        Type.OPT_OUT: _("Requests to opt out"),
        Type.LIMIT: _("Requests to limit"),
    }


def short_names() -> dict[str, str]:
    """Return the same in a word."""
    return {
        Type.DELETE: _("Deletion"),
        Type.CORRECT: _("Correct"),
        Type.KNOW: _("Know"),
        Type.OPT_OUT: _("Opt out"),
        Type.LIMIT: _("Limit"),
    }


def part_names() -> dict[str, str]:
    """Return what became of a request, in words."""
    return {
        Part.COMPLIED: _("Complied with, in whole or in part"),
        Part.UNVERIFIABLE: _("Denied: not verifiable"),
        Part.NOT_A_CONSUMER: _("Denied: not a consumer"),
        Part.EXEMPT: _("Denied: exempt by law"),
        Part.OTHER: _("Denied: other"),
        Part.ENDED: _("Ended otherwise"),
        Part.OPEN: _("Still open"),
    }


def metrics(found: Metrics) -> Section:
    """Received, complied with, denied; median and mean days."""
    total = sum(line.received for line in found.lines)
    lead = ngettext(
        "%(n)s request of these types was received in %(year)s.",
        "%(n)s requests of these types were received in %(year)s.",
        total,
    ) % {"n": count(total).shown, "year": found.year}
    return Section(
        key="metrics",
        title=_("Requests under § 7102"),
        lead=lead,
        tables=[_main(found), _denials(found)],
        charts=[_chart(found)],
        how=_how(found),
    )


def _main(found: Metrics) -> Table:
    headings = [_("Type"), _("Requests received"), _("Complied with"), _("Requests denied"),
                _("Median days"), _("Mean days")]  # fmt: skip
    names = type_names()
    rows = [
        Row(names[line.type], [
            count(line.received), count(line.complied), count(line.denied),
            number(line.median_days), number(line.mean_days),
        ])
        for line in found.lines
    ]  # fmt: skip
    return Table(
        "metrics", _("Received, complied with in whole or in part, denied"), headings, rows
    )


def _denials(found: Metrics) -> Table:
    """One row for what became of a request: the types are the columns, for they are short."""
    short, names = short_names(), part_names()
    rows = [
        Row(names[part], [count(line.parts[part]) for line in found.lines])
        for part in [*DENIED, Part.ENDED, Part.OPEN]
    ]
    headings = [_("What became of it"), *(short[line.type] for line in found.lines)]
    return Table("metrics-denied", _("Why denied, and what is neither"), headings, rows)


def _chart(found: Metrics) -> Drawing:
    names = short_names()
    lines = found.lines
    chart = Chart(
        _("What became of the requests"),
        [names[line.type] for line in lines],
        [
            Series(_("complied with"), [line.complied for line in lines]),
            Series(_("requests denied"), [line.denied for line in lines]),
            Series(_("ended otherwise"), [line.parts[Part.ENDED] for line in lines]),
            Series(_("still open"), [line.parts[Part.OPEN] for line in lines]),
        ],
    )
    return Drawing(chart, _("Type"), "metrics.svg")


def _how(found: Metrics) -> list[str]:
    whose = {
        Report.Scope.ALL: _("All individuals are counted, wherever they live, not consumers in"
                            " California alone (Cal. Code Regs. tit. 11, § 7102)."),
        Report.Scope.CCPA: _("Requests answered under the law of California are counted; opt-outs"
                             " by a switch, a link or a signal count where the account says that"
                             " the person lives in the United States."),
        Report.Scope.US: _("Requests answered under the law of a state of the United States are"
                           " counted; opt-outs by a switch, a link or a signal count where the"
                           " account says that the person lives there."),
    }  # fmt: skip
    aside = ngettext(
        "%(n)s message that was no request, or repeated one, is left out.",
        "%(n)s messages that were no requests, or repeated one, are left out.",
        found.set_aside,
    ) % {"n": count(found.set_aside).shown}
    return [whose[Report.Scope(found.scope)], *how_types(), aside]


def how_types() -> list[str]:
    """Return how each column comes about, in sentences."""
    return [
        _("Counted are the requests received in the year, each as it stands on the day of the"
          " count: received is the sum of complied with, denied, ended otherwise, and still open."),
        _("To know: copies and portability. To correct: rectification. To limit: restriction. To"
          " opt out: refusals of a purpose that sells, shares or trains AI, by switch, link,"
          " signal, support or interface, and objections that a person decides; they are complied"
          " with once every system applies them. Contested answers and human reviews are in none."),
        _("Not verifiable: refused for that reason, or closed because nobody confirmed who asked."
          " Exempt: a law obliges us to keep the data, legal claims, rights of others. Nobody is"
          " refused for living elsewhere; their own law answers. Ended otherwise: taken back, or"
          " passed on to who decides about the data."),
        _("Days are calendar days from the day of receipt to that of the substantive answer,"
          " whether complied with or denied."),
    ]  # fmt: skip
