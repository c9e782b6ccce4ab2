"""What was erased and kept, and where our own rules were broken."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dsar.grounds import ground_label
from dsar.models.erasure import STAYING, Decision
from portal.dashboard.reports.figures import Figures, Part
from portal.dashboard.reports.pieces import Row, Section, Table, capital, count, words
from portal.dashboard.reports.sections.requests import compared


def erased(figures: Figures) -> Section:
    """What was erased, and what stays?"""
    now, before = figures.now.erasures, figures.before.erasures
    gone = [one for one in now.lines if one.decision not in STAYING]
    proven = sum(one.proven for one in gone)
    lead = ngettext(
        "%(n)s decision to erase was carried out; a new search has proven %(proven)s.",
        "%(n)s decisions to erase were carried out; a new search has proven %(proven)s.",
        items := sum(one.items for one in gone),
    ) % {"n": count(items).shown, "proven": count(proven).shown}
    decisions = dict(Decision.choices)
    rows = [
        Row(capital(decisions.get(one.decision, one.decision)), [
            words(capital(ground_label(one.ground)) if one.ground else ""),
            count(one.items), count(one.amount), count(one.proven),
        ])
        for one in now.lines
    ]  # fmt: skip
    both = (now, before)
    totals = [
        Row(_("Certificates of erasure"), [count(one.certificates) for one in both]),
        Row(_("Kept until its date, then erased"), [count(one.ended) for one in both]),
        Row(_("Carried out and not proven yet"), [count(one.unproven) for one in both]),
    ]
    headings = [_("Decision"), _("Ground"), _("Decisions"), _("Things"), _("Proven")]
    return Section(
        key="erasures",
        title=_("What was erased, and what stays?"),
        lead=lead if now.lines else _("Nothing had to be erased."),
        tables=[
            Table("erasures", _("Decisions carried out, with their ground"), headings, rows),
            Table("erasures-totals", _("Proof and ends"), compared(_("Figure")), totals),
        ],
        how=[_("A decision is about one document, or all things of one kind. Proven: a search after"
               " it found the thing gone, or kept just as was decided.")],
    )  # fmt: skip


def breaches(figures: Figures) -> Section:
    """Which of our own rules were broken?"""
    now, before = broken(figures.now), broken(figures.before)
    times = sum(now.values())
    lead = ngettext(
        "Our own rules were broken %(n)s time. We say so here.",
        "Our own rules were broken %(n)s times. We say so here.",
        times,
    ) % {"n": count(times).shown}
    names = _rules()
    rows = [Row(names[code], [count(now[code]), count(before[code])]) for code in now]
    return Section(
        key="breaches",
        title=_("Which of our own rules were broken?"),
        lead=lead if times else _("None of the rules below was broken."),
        tables=[Table("breaches", _("Broken, how often"), compared(_("Rule")), rows)],
        how=[_("Each line is counted by the system from what happened, and cannot be left out of a"
               " report. A breach of personal data is another matter, told to the authority within"
               " 72 hours (art. 33 GDPR).")],
    )  # fmt: skip


def broken(part: Part) -> dict[str, int]:
    """Return how often each rule was broken, by its code."""
    return {
        "late": part.answered.late,
        "open_late": part.standing.late,
        "unconfirmed": part.unconfirmed,
        "leaked": part.canaries.leaked,
        "applied_late": sum(one.late for one in part.obeyed.systems),
        "unapplied": sum(one.unacknowledged for one in part.obeyed.systems),
        "unproven": part.erasures.unproven,
        "short_notice": part.short_notices,
    }


def _rules() -> dict[str, str]:
    return {
        "late": _("Every request is decided by its legal date"),
        "open_late": _("No open request is past its legal date at the end"),
        "unconfirmed": _("Receipt is confirmed by the day the law says"),
        "leaked": _("A document that must never be used is never allowed"),
        "applied_late": _("A system applies a refusal within the time it promised"),
        "unapplied": _("No system leaves a refusal unapplied"),
        "unproven": _("What was erased is proven gone"),
        "short_notice": _("A wider wording takes effect after the notice it promised"),
    }
