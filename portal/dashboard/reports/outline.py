"""Puts the whole report together, in the active language, from what was stored: nothing is counted
here, so that the page, the files and a later look say the same."""

from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.timezone import get_default_timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.dashboard.models.reports import Report
from portal.dashboard.periods import Period
from portal.dashboard.reports.figures import Figures, loaded
from portal.dashboard.reports.metrics import Metrics
from portal.dashboard.reports.pieces import Document, capital, count, days_in_words, share
from portal.dashboard.reports.sections import choices, keeping, metrics, requests
from portal.dashboard.reports.verdict import plain, verdict


def document(report: Report) -> Document:
    """Return a report that has been counted, in words."""
    period = Period(report.first, report.last)
    if report.is_metrics:
        return _of_metrics(report, loaded(Metrics, report.figures or {}), period)
    return _of_figures(report, loaded(Figures, report.figures or {}), period)


def _of_figures(report: Report, figures: Figures, period: Period) -> Document:
    sentence = verdict(figures.now)
    sections = [
        requests.received(figures, period),
        requests.answered(figures),
        requests.standing(figures),
        requests.appeals(figures),
        choices.chosen(figures),
        choices.obeyed(figures),
        choices.gate(figures),
        choices.changed(figures),
        keeping.erased(figures),
        keeping.breaches(figures),
    ]
    return Document(
        title=capital(report.get_kind_display()),
        period=period.words,
        before=period.before.words,
        verdict=sentence,
        plain_verdict=plain(sentence),
        summary=_summary(figures),
        sections=sections,
    )


def _summary(figures: Figures) -> list[str]:
    """Return what a board reads: four lines below the sentence."""
    answered, now = figures.now.answered, figures.now
    return [
        _("%(received)s requests received, %(decided)s decided, %(open)s open at the end.")
        % {
            "received": count(now.received.total).shown,
            "decided": count(answered.decided).shown,
            "open": count(now.standing.open).shown,
        },
        _("In time: %(share)s. Median time to answer: %(median)s.")
        % {
            "share": share(answered.in_time, answered.decided).shown,
            "median": days_in_words(answered.median_days),
        },
        _("Refusals obeyed by every system: %(applied)s of %(told)s.")
        % {"applied": count(now.obeyed.applied).shown, "told": count(now.obeyed.told).shown},
        _("Rules of our own that were broken: %(broken)s, with gaps that were named: %(gaps)s.")
        % {
            "broken": count(sum(keeping.broken(now).values())).shown,
            "gaps": count(answered.by_outcome.get("with_gaps", 0)).shown,
        },
    ]


def _of_metrics(report: Report, found: Metrics, period: Period) -> Document:
    received = sum(line.received for line in found.lines)
    denied = sum(line.denied for line in found.lines)
    sentence = format_html(
        ngettext(
            "<strong>{denied} of {received} requests</strong> received in {year} was denied.",
            "<strong>{denied} of {received} requests</strong> received in {year} were denied.",
            denied,
        ),
        denied=count(denied).shown,
        received=count(received).shown,
        year=found.year,
    )
    return Document(
        title=capital(report.get_kind_display()),
        period=f"{period.words}, {report.get_scope_display()}",
        before="",
        verdict=sentence,
        plain_verdict=plain(sentence),
        summary=[_("To be published by 1 July %(year)s.") % {"year": found.year + 1}],
        sections=[metrics.metrics(found)],
    )


def counted(report: Report) -> str:
    """Return when it was counted, in the controller's time."""
    at = report.counted_at
    return date_format(at.astimezone(get_default_timezone()), "DATETIME_FORMAT") if at else ""
