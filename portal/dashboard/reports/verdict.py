"""The one sentence at the top of a report: is the law being kept? The gravest thing comes first."""

from django.utils.html import format_html, strip_tags
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.dashboard.reports.figures import Part
from portal.dashboard.reports.pieces import count


def verdict(part: Part) -> SafeString:
    """Return the sentence, with its decisive words marked."""
    overdue = sum(line.unacknowledged for line in part.obeyed.systems)
    if part.canaries.leaked:
        return _said(
            ngettext(
                "A document that must never be used <strong>was allowed in {n} check</strong>.",
                "A document that must never be used <strong>was allowed in {n} checks</strong>.",
                part.canaries.leaked,
            ),
            part.canaries.leaked,
        )
    if part.answered.late or part.standing.late:
        return _late(part)
    if overdue:
        return _said(
            ngettext(
                "Every answer was in time, but <strong>{n} refusal is not confirmed</strong> by a"
                " system that had to obey it.",
                "Every answer was in time, but <strong>{n} refusals are not confirmed</strong> by a"
                " system that had to obey them.",
                overdue,
            ),
            overdue,
        )
    return _kept(part)


def plain(sentence: SafeString) -> str:
    """Return it as text."""
    return strip_tags(sentence)


def _late(part: Part) -> SafeString:
    late, decided = part.answered.late, part.answered.decided
    if late:
        words = ngettext(
            "<strong>{n} of {all} answers</strong> was given after its day.",
            "<strong>{n} of {all} answers</strong> were given after their day.",
            late,
        )
        return format_html(words, n=count(late).shown, all=count(decided).shown)
    return _said(
        ngettext(
            "Every answer was in time, but <strong>{n} open request is late</strong>.",
            "Every answer was in time, but <strong>{n} open requests are late</strong>.",
            part.standing.late,
        ),
        part.standing.late,
    )


def _kept(part: Part) -> SafeString:
    if part.answered.decided:
        return _said(
            ngettext(
                "<strong>The one answer was in time</strong>, and no refusal waits longer than"
                " promised.",
                "<strong>All {n} answers were in time</strong>, and no refusal waits longer than"
                " promised.",
                part.answered.decided,
            ),
            part.answered.decided,
        )
    words = _("<strong>No request was decided</strong>, and no refusal waits longer than promised.")
    return format_html(words, n=0)


def _said(words: str, n: int) -> SafeString:
    return format_html(words, n=count(n).shown)
