"""The figures of a law: stricter at any time, looser only as a change of the law that is shown."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import date, timedelta
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.changes.kinds import Problems
from accounts.changes.office import About, Line, OfficeKind
from dsar import figures, foreseen
from dsar.figures import FIGURES
from dsar.laws import LAWS
from dsar.reckoning import office_today, term_in_words
from dsar.regimes import REGIMES, RegimeCode, Term
from portal.lib.office.shapes import LONGEST, Field, Typed, Words
from portal.lib.tasks import enqueue
from portal.lib.typesetting import in_series

RECOUNT = "dsar.actions.clock.recount_for_law"
LABELS: dict[str, Words] = {
    "answer": gettext_lazy("Time to answer"),
    "extension": gettext_lazy("More time, once"),
    "target": gettext_lazy("Our own aim"),
    "acknowledge": gettext_lazy("Time to confirm receipt"),
    "opt_out": gettext_lazy("Time to obey an opt-out"),
    "appeal_answer": gettext_lazy("Time to decide an appeal"),
    "appeal_extension": gettext_lazy("More time for an appeal, once"),
    "appeal_within": gettext_lazy("How long an answer can be contested"),
    "keep_proof": gettext_lazy("How long proof of an answer is kept"),
}
UNITS: tuple[tuple[str, Words], ...] = (
    ("months", gettext_lazy("months")),
    ("days", gettext_lazy("days")),
    ("working_days", gettext_lazy("working days")),
)
UNIT = "_unit"
LAW_FIELDS = ("law_source", "law_url", "law_from")
MOST = {"months": 120, "days": 3650, "working_days": 60}
# CCPA regulations § 7101(a): records of requests are kept for 24 months at least.
LEAST_PROOF = Term(months=24)


class RegimeKind(OfficeKind):
    """The subject is a :class:`RegimeCode`; the value ``{"figures": …, "law": … or None}``.

    ``law`` is ``{"source", "url", "from"}`` of a documented change of the law; then ``before``
    holds the figures of what is received before that day.
    """

    slug = "regime"
    label: Words = gettext_lazy("figures of a law")

    def subjects(self) -> Iterable[str]:
        """Return the codes of the laws."""
        return [code.value for code in REGIMES]

    def about(self, subject: str) -> About:
        """Return the law's name, and what the rule about its figures is."""
        law = LAWS[RegimeCode(subject)]
        return About(
            name=str(law.name),
            help=_("How much time this law gives, and what we give ourselves within it."),
            affects=_(
                "New requests, and every open one that the figures are for: it is counted anew with"
                " a line in its timeline, and the person is told by mail where the day is later."
            ),
            bounds=_(
                "We may be stricter than the law (%(article)s) at any time. Later than the law as"
                " shipped only where the law itself has changed: then its source, its address and"
                " the day it takes effect are needed, and it counts for what is received from"
                " that day on."
            )
            % {"article": law.extension},
            first=_("the law that Regard is shipped with"),
        )

    def first(self, subject: str) -> dict[str, Any]:
        """Return the law as shipped."""
        return {"figures": _kept(figures.of(REGIMES[RegimeCode(subject)])), "law": None}

    def fields(self, subject: str) -> list[Field]:
        """Return a figure and a unit each, and the proof of a change of the law."""
        found = []
        for name, term in figures.of(REGIMES[RegimeCode(subject)]).items():
            hint = _("The law as shipped: %(term)s.") % {"term": term_in_words(term) or _("none")}
            found.append(Field(name, LABELS[name], "number", hint))
            units = [one for one in UNITS if one[0] != "working_days" or term.working_days]
            found.append(Field(name + UNIT, _("Unit"), "choice", options=units, of=LABELS[name]))
        why = _("Only if the law itself has changed. Otherwise leave the three empty.")
        return [
            *found,
            Field("law_source", _("Change of the law: act and article"), hint=why, required=False),
            Field("law_url", _("Where it is published"), "url", required=False),
            Field("law_from", _("From which day it takes effect"), "date", required=False),
        ]

    def typed(self, subject: str, value: Any) -> dict[str, Any]:
        """Return each figure in its unit."""
        typed: dict[str, Any] = {}
        for name, parts in value["figures"].items():
            unit = next((unit for unit, _label in UNITS if parts[unit]), "days")
            typed |= {name: str(parts[unit]), name + UNIT: unit}
        law = value["law"] or {}
        return typed | {name: law.get(name.removeprefix("law_"), "") for name in LAW_FIELDS}

    def read(self, subject: str, typed: Typed) -> tuple[Any, Problems]:
        """Return figures that are never later than the law, or what is."""
        shipped = figures.of(REGIMES[RegimeCode(subject)])
        terms, problems = _terms(shipped, typed)
        law, wrong = _law(typed)
        problems |= wrong
        if not problems and not law:
            said = _("Later than the law gives: shorten it, or show the change of the law below.")
            also = _("Earlier than people have now: lengthen it, or show the change of the law.")
            for name in figures.looser(terms, shipped):
                is_longer = name == "appeal_within"
                problems[name] = [also if is_longer else said]
        if law and figures.looser(terms, shipped) and law["from"] < office_today().isoformat():
            problems["law_from"] = [
                _("What leaves people with less counts from a day that has not passed.")
            ]
        if problems:
            return None, problems
        value: dict[str, Any] = {"figures": _kept(terms), "law": law}
        if law:
            eve = date.fromisoformat(law["from"]) - timedelta(days=1)
            before = figures.terms_on(self.now(subject), eve)
            value["before"] = _kept(figures.strictest(before, shipped))
        return value, {}

    def say(self, subject: str, value: Any) -> list[Line]:
        """Return each figure in words, and the change of the law it rests on."""
        terms = figures.terms(value["figures"])
        lines: list[Line] = [
            (LABELS[one.name], term_in_words(terms[one.name]) or _("none"))
            for one in FIGURES
            if one.name in terms
        ]
        if law := value["law"]:
            since = date_format(date.fromisoformat(law["from"]), "DATE_FORMAT")
            lines.append((_("Change of the law"), f"{law['source']}\n{law['url']}"))
            lines.append((_("For what is received from"), since))
        return lines

    def warns(self, subject: str, value: Any) -> str:
        """Say what would happen to open requests, and whether people are left with less."""
        new = figures.terms((self.first(subject) if value is None else value)["figures"])
        told = [foreseen.in_words(foreseen.recount(self.key(subject), value, regime=subject))]
        now = figures.terms(self.now(subject)["figures"])
        if fewer := figures.looser(new, now):
            named = in_series([str(LABELS[name]) for name in fewer])
            told.append(_("People have less than now: %(figures)s.") % {"figures": named})
        if figures.looser(new, figures.of(REGIMES[RegimeCode(subject)])):
            told.append(_("It is later than the law as shipped: read its source."))
        return " ".join(told)

    def published(self, subject: str) -> None:
        """Count the open requests anew, by the worker."""
        enqueue(RECOUNT)


def _terms(shipped: Mapping[str, Term], typed: Typed) -> tuple[dict[str, Term], Problems]:
    """Return the figures that were typed, or what is wrong with which."""
    found, problems = dict[str, Term](), dict[str, list[str]]()
    for name, term in shipped.items():
        unit, text = str(typed.get(name + UNIT, "")), str(typed.get(name, "")).strip()
        if unit not in MOST or (unit == "working_days" and not term.working_days):
            problems[name + UNIT] = [_("Choose what it is counted in.")]
        elif not (text.isascii() and text.isdigit() and len(text) <= 4 and int(text) <= MOST[unit]):
            said = _("Write a whole number in figures, %(most)d at the most.")
            problems[name] = [said % {"most": MOST[unit]}]
        elif int(text) == 0 and term != Term() and name not in ("extension", "appeal_extension"):
            problems[name] = [_("It cannot be nothing.")]
        found[name] = Term(**{unit: int(text)}) if not problems else Term()
    if not problems and not figures.never_later(LEAST_PROOF, found["keep_proof"]):
        problems["keep_proof"] = [_("24 months are the least (§ 7101 of the CCPA regulations).")]
    return found, problems


def _law(typed: Typed) -> tuple[dict[str, str] | None, Problems]:
    """Return the documented change of a law, None if there is none, or what is missing of it."""
    given = {name: " ".join(str(typed.get(name, "")).split()) for name in LAW_FIELDS}
    if not any(given.values()):
        return None, {}
    problems = {
        name: [_("A change of the law is shown by all three: source, address and day.")]
        for name, text in given.items()
        if not text
    }
    if given["law_source"] and len(given["law_source"]) > LONGEST["text"]:
        said = _("Shorten it to %(most)d characters; it has %(now)d.")
        how = {"most": LONGEST["text"], "now": len(given["law_source"])}
        problems["law_source"] = [said % how]
    url = given["law_url"]
    if url and not (url.startswith("https://") and "." in url and len(url) <= LONGEST["url"]):
        problems["law_url"] = [_("Write a whole address that begins with https://.")]
    if given["law_from"] and _day(given["law_from"]) is None:
        problems["law_from"] = [_("Write a day as 2027-01-31.")]
    law = {name.removeprefix("law_"): text for name, text in given.items()}
    return (None, problems) if problems else (law, {})


def _day(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if 2000 <= found.year < 2100 else None


def _kept(terms: Mapping[str, Term]) -> dict[str, dict[str, int]]:
    return {name: asdict(term) for name, term in terms.items()}
