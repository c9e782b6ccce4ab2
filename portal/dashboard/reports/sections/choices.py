"""Choices and whether they are obeyed: purposes, systems, the gate, canaries, changed wordings."""

from datetime import datetime

from django.utils.formats import date_format
from django.utils.text import Truncator
from django.utils.timezone import get_default_timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from consents.models.ledger import ALLOWING, Act, Source
from consents.permits import Reason
from portal.dashboard.charts import Chart, Series
from portal.dashboard.reports.figures import ChoiceLine, Figures, GateLine
from portal.dashboard.reports.pieces import (
    Drawing,
    Row,
    Section,
    Table,
    capital,
    count,
    length,
    words,
)
from portal.dashboard.reports.sections.requests import compared

ROOM = 96  # letters that have room under all the bars of a chart together


def title_of(titles: dict[str, str], slug: str) -> str:
    """Return a title in the active language, else in English, else the slug."""
    language = (get_language() or "en").split("-")[0]
    return titles.get(language) or titles.get("en") or slug


def chosen(figures: Figures) -> Section:
    """What did people choose?"""
    now, before = figures.now.choices, figures.before.choices
    refused, allowed = _count(now, allowing=False), _count(now, allowing=True)
    lead = ngettext(
        "People refused, objected or withdrew %(n)s time, and agreed %(allowed)s times.",
        "People refused, objected or withdrew %(n)s times, and agreed %(allowed)s times.",
        refused,
    ) % {"n": count(refused).shown, "allowed": count(allowed).shown}
    names = {one.purpose: title_of(figures.titles.get(one.purpose, {}), one.purpose)
             for one in [*now, *before]}  # fmt: skip
    return Section(
        key="choices",
        title=_("What did people choose?"),
        lead=lead if now else _("Nobody made a choice in this period."),
        tables=[_by_purpose(now, before, names), _by_way(now, names)],
        charts=[_chart(now, names)],
        how=[
            _("Acts, not people: who refuses, agrees and refuses again did three. A choice about a"
              " selection of documents is one act for each of them."),
            _("An agreement is only ever the person’s own, or a clause of a contract, which is"
              " listed apart; support and browsers can only refuse."),
        ],
    )  # fmt: skip


def _count(lines: list[ChoiceLine], *, allowing: bool, purpose: str = "") -> int:
    return sum(
        one.times
        for one in lines
        if (one.act in ALLOWING) is allowing and purpose in ("", one.purpose)
    )


def _by_purpose(now: list[ChoiceLine], before: list[ChoiceLine], names: dict[str, str]) -> Table:
    return Table(
        "choices-purpose",
        _("By purpose"),
        [_("Purpose"), _("Refused"), _("Refused before"), _("Agreed"), _("Agreed before")],
        [
            Row(name, [
                count(_count(now, allowing=False, purpose=slug)),
                count(_count(before, allowing=False, purpose=slug)),
                count(_count(now, allowing=True, purpose=slug)),
                count(_count(before, allowing=True, purpose=slug)),
            ])
            for slug, name in names.items()
        ],
    )  # fmt: skip


def _by_way(now: list[ChoiceLine], names: dict[str, str]) -> Table:
    acts, sources = dict(Act.choices), dict(Source.choices)
    return Table(
        "choices-way",
        _("By what was done, and by which way"),
        [_("Purpose"), _("Act"), _("Way"), _("Times")],
        [
            Row(names[one.purpose], [
                words(capital(acts.get(one.act, one.act))),
                words(capital(sources.get(one.source, one.source))),
                count(one.times),
            ])
            for one in now
        ],
    )  # fmt: skip


def _chart(now: list[ChoiceLine], names: dict[str, str]) -> Drawing:
    slugs = list(dict.fromkeys(one.purpose for one in now))
    refused = [_count(now, allowing=False, purpose=slug) for slug in slugs]
    allowed = [_count(now, allowing=True, purpose=slug) for slug in slugs]
    most = max(ROOM // max(len(slugs), 1), 8)
    chart = Chart(
        _("Refused and agreed, by purpose"),
        [Truncator(names[slug]).chars(most) for slug in slugs],
        [Series(_("refusals"), refused), Series(_("agreements"), allowed)],
    )
    return Drawing(chart, _("Purpose"), "choices.svg")


def obeyed(figures: Figures) -> Section:
    """How soon was a refusal obeyed everywhere?"""
    now, before = figures.now.obeyed, figures.before.obeyed
    lead = ngettext(
        "Of %(n)s refusal that systems had to be told of, %(applied)s is applied by all of them.",
        "Of %(n)s refusals that systems had to be told of, %(applied)s are applied by all of them.",
        now.told,
    ) % {"n": count(now.told).shown, "applied": count(now.applied).shown}
    both = (now, before)
    rows = [
        Row(_("Refusals that systems were told of"), [count(one.told) for one in both]),
        Row(_("Applied by every system"), [count(one.applied) for one in both]),
        Row(_("Until applied everywhere: median"), [length(one.median_seconds) for one in both]),
        Row(_("Until applied everywhere: worst"), [length(one.worst_seconds) for one in both]),
    ]
    systems = [
        Row(one.name, [count(one.told), count(one.applied), count(one.late),
                       count(one.unacknowledged), length(one.median_seconds),
                       length(one.worst_seconds)])
        for one in now.systems
    ]  # fmt: skip
    headings = [_("System"), _("Passed on"), _("Applied"), _("Later than promised"),
                _("Unconfirmed"), _("Median"), _("Worst")]  # fmt: skip
    return Section(
        key="obeyed",
        title=_("How soon was a refusal obeyed everywhere?"),
        lead=lead if now.told else _("No system had to be told of a refusal."),
        tables=[
            Table("obeyed", _("All systems together"), compared(_("Figure")), rows),
            Table("obeyed-systems", _("Each system"), headings, systems),
        ],
        how=[
            _("A refusal holds at the gate from the moment it is saved. Applied is what the systems"
              " say themselves; a refusal that a later choice replaced is not waited for."),
            _("Unconfirmed: not applied although the time that the system promised is over."),
        ],
    )  # fmt: skip


def gate(figures: Figures) -> Section:
    """Was every no obeyed?"""
    now, before = figures.now.gate, figures.before.gate
    checks, earlier = figures.now.canaries, figures.before.canaries
    lead = _(
        "The gate was asked %(asked)s times and said no %(denied)s times. Of %(checks)s checks with"
        " documents that must never be used, %(leaked)s found one allowed."
    ) % {
        "asked": count(now.allowed + now.denied).shown,
        "denied": count(now.denied).shown,
        "checks": count(checks.held + checks.leaked + checks.unreachable).shown,
        "leaked": count(checks.leaked).shown,
    }
    both, canaries = (now, before), (checks, earlier)
    return Section(
        key="gate",
        title=_("Was every no obeyed?"),
        lead=lead,
        tables=[
            Table("gate", _("Questions to the gate"), compared(_("Answer")), [
                Row(_("Allowed"), [count(one.allowed) for one in both]),
                Row(_("Denied"), [count(one.denied) for one in both]),
                Row(_("In bulk: documents asked about"), [count(one.bulk_asked) for one in both]),
                Row(_("In bulk: allowed"), [count(one.bulk_allowed) for one in both]),
            ]),
            Table("gate-reasons", _("Why the gate answered as it did"),
                  [_("Reason"), _("Answer"), _("Times")], [_reason(one) for one in now.lines]),
            Table("canaries", _("Checks with documents that must never be used"),
                  compared(_("Found")), [
                Row(_("Every refusal held"), [count(one.held) for one in canaries]),
                Row(_("One was allowed or used"), [count(one.leaked) for one in canaries]),
                Row(_("The gate did not answer"), [count(one.unreachable) for one in canaries]),
            ]),
        ],
        how=[
            _("One question is one document for one purpose; questions about many documents at once"
              " are counted by document, apart. Our own checks are in neither."),
        ],
    )  # fmt: skip


def _reason(line: GateLine) -> Row:
    label = Reason(line.reason).label if line.reason in Reason.values else line.reason
    answer = _("allowed") if line.allowed else _("denied")
    return Row(capital(label), [words(answer), count(line.times)])


def changed(figures: Figures) -> Section:
    """Which purposes changed?"""
    now = figures.now.changes
    wider = sum(one.widens for one in now)
    lead = ngettext(
        "%(n)s wording was published or took effect; %(wider)s goes further than before.",
        "%(n)s wordings were published or took effect; %(wider)s go further than before.",
        len(now),
    ) % {"n": count(len(now)).shown, "wider": count(wider).shown}
    rows = [
        Row(
            _("%(title)s, version %(number)s")
            % {"title": title_of(one.titles, one.purpose), "number": one.number},
            [
                words(_day(one.published_at)),
                words(_day(one.effective_at)),
                words(_("yes, notice of %(days)s days") % {"days": one.notice_days}
                      if one.widens else _("no")),
                count(one.told), count(one.failed), count(one.read),
            ],
        )
        for one in now
    ]  # fmt: skip
    headings = [_("Wording"), _("Published"), _("In effect"), _("Goes further"), _("Told"),
                _("Mails failed"), _("Opened")]  # fmt: skip
    return Section(
        key="changes",
        title=_("Which purposes changed?"),
        lead=lead if now else _("No purpose changed."),
        tables=[Table("changes", _("Wordings"), headings, rows)],
        how=[_("Told: accounts and addresses that were sent the notice. Nobody’s silence is a yes:"
               " an agreement to a narrower wording does not cover a wider one.")],
    )  # fmt: skip


def _day(at: datetime) -> str:
    return date_format(at.astimezone(get_default_timezone()))
