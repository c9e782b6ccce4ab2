"""A record line by line, under the letters of art. 30: the page and every export say the same."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils import formats, timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from accounts.models import Organisation
from consents.models.register import RetentionRun, Role
from consents.queries.register import Record, Transfer
from consents.register import terms
from consents.register.jobs import HELD, JOBS
from portal.lib.office.contacts import controller
from portal.lib.typesetting import named

Words = str | Promise

WHO, WHY, WHOSE, TO_WHOM, WHERE, HOW_LONG, HOW_SAFE, BESIDES = "a", "b", "c", "d", "e", "f", "g", ""
HEADINGS: dict[str, Words] = {
    WHO: gettext_lazy("Who is responsible?"),
    WHY: gettext_lazy("What is it for, and on which basis?"),
    WHOSE: gettext_lazy("About whom, and which data?"),
    TO_WHOM: gettext_lazy("Who receives it?"),
    WHERE: gettext_lazy("Does it leave the European Economic Area?"),
    HOW_LONG: gettext_lazy("How long is it kept, and who sees to it?"),
    HOW_SAFE: gettext_lazy("How is it protected?"),
    BESIDES: gettext_lazy("Assessments, decisions and rights"),
}
ON_BEHALF: dict[str, Words] = {
    "a": gettext_lazy("Who works on whose behalf?"),
    "b": gettext_lazy("What is done for them?"),
    "c": gettext_lazy("Does it leave the European Economic Area?"),
    "d": gettext_lazy("How is it protected?"),
}


@dataclass(frozen=True)
class Line:
    """One thing a record says: under which letter, its name, and its values, one or several."""

    letter: str
    key: str
    label: str
    values: tuple[str, ...]

    @property
    def value(self) -> str:
        """Return the values as one text."""
        return "\n".join(self.values)


@dataclass(frozen=True)
class Section:
    """The lines under one letter. ``article`` is "30(1)(a)", empty for what stands besides."""

    article: str
    heading: str
    lines: list[Line]


def sections(record: Record, *, organisations: list[Organisation] | None = None) -> list[Section]:
    """Return a record under its letters, in the active language."""
    paragraph, headings = ("30(2)", ON_BEHALF) if record.is_processor else ("30(1)", HEADINGS)
    found = lines(record, organisations=organisations)
    return [
        Section(
            f"{paragraph}({letter})" if letter else "",
            str(heading),
            [line for line in found if line.letter == letter],
        )
        for letter, heading in headings.items()
    ]


def lines(record: Record, *, organisations: list[Organisation] | None = None) -> list[Line]:
    """Return everything a record says. ``organisations`` are those of the portal, for a record that
    names each of them as a controller."""
    if record.is_processor:
        return [*_on_behalf(record, organisations or [])]
    return [
        *_who(record),
        *_why(record),
        *_whose(record),
        _line("d", "recipients", _("Recipients"), [record.recipients_text, *_recipients(record)]),
        _line("e", "transfers", _("Transfers"), _transfers(record)),
        *_how_long(record),
        _line("g", "measures", _("Measures of security"), [record.text("measures")]),
        *_besides(record),
    ]


def _line(letter: str, key: str, label: str, values: list[str]) -> Line:
    said = tuple(value for value in values if value)
    return Line(letter, key, label, said or (pgettext("register", "none"),))


def _party(*parts: str) -> str:
    return ", ".join(part for part in parts if part)


def _us() -> str:
    us = controller()
    return _party(us["name"], us["address"], us["email"])


def _dpo() -> str:
    us = controller()
    return _party(us["dpo_name"], us["dpo_email"])


def _representative(record: Record) -> list[str]:
    one = record.version.representative
    return [_party(one["name"], one["contact"])] if one else [_("none is needed")]


def _who(record: Record) -> Iterator[Line]:
    yield _line("a", "role", _("What we are in it"), [str(Role(record.version.role).label)])
    yield _line("a", "controller", _("Controller"), [_us()])
    joint = [_party(one["name"], one["contact"]) for one in record.version.joint_controllers]
    yield _line("a", "joint", _("Joint controllers"), joint)
    yield _line("a", "representative", _("Representative"), _representative(record))
    yield _line("a", "dpo", _("Data protection officer"), [_dpo()])


def _why(record: Record) -> Iterator[Line]:
    yield _line("b", "purposes", _("Purposes"), [record.purposes])
    kind = terms.words(record.dpv_purpose, terms.PURPOSES)
    yield _line("b", "kind", _("Kind of purpose"), [kind])
    basis = _basis(record)
    yield _line("b", "basis", _("Legal basis"), [basis])


def _basis(record: Record) -> str:
    if not record.basis:
        return ""
    return f"{record.basis_words} ({_('article %(basis)s GDPR') % {'basis': record.basis}})"


def _whose(record: Record) -> Iterator[Line]:
    people = terms.listed(record.version.data_subjects, terms.DATA_SUBJECTS)
    yield _line("c", "subjects", _("About whom"), [people])
    yield _line(
        "c",
        "categories",
        _("Categories of data"),
        [terms.listed(record.data_categories, terms.DATA)],
    )
    yield _line("c", "data", _("Which data"), [record.data])


def _recipients(record: Record) -> list[str]:
    return [
        _party(one.name, one.kind_words, terms.country(one.country)) for one in record.recipients
    ]


def _transfers(record: Record) -> list[str]:
    found = [_transfer(one) for one in record.transfers]
    return found or [_("No: nothing leaves it.")]


def _transfer(one: Transfer) -> str:
    return _("%(name)s, %(country)s: %(safeguard)s") % {
        "name": one.name,
        "country": terms.country(one.country),
        "safeguard": _safeguard(one),
    }


def _safeguard(one: Transfer) -> str:
    tool = terms.words(one.safeguard, terms.SAFEGUARDS) if one.safeguard else ""
    return f"{tool}. {one.words}" if tool and one.words != tool else one.words


def _how_long(record: Record) -> Iterator[Line]:
    yield _line("f", "retention", _("Period"), [record.retention_text])
    yield _line("f", "duration", _("Counted"), [_period(record)])
    yield _line("f", "evidence", _("Carried out by"), evidence(record))


def _period(record: Record) -> str:
    if not record.duration:
        return str(terms.NO_END)
    return _("%(duration)s from %(trigger)s") % {
        "duration": record.duration_words,
        "trigger": terms.words(record.trigger, terms.TRIGGERS),
    }


def evidence(record: Record) -> list[str]:
    """Return what shows that the period is carried out, or says that nothing does."""
    found = [_run(record, task) for task in record.version.erased_by]
    elsewhere = record.text("erased_elsewhere")
    if elsewhere:
        found.append(elsewhere)
    if found or not record.is_done:
        return found
    return [_("No job of this portal carries it out, and nothing shows that it is done elsewhere.")]


def _run(record: Record, task: str) -> str:
    words, run = terms.words(task, JOBS), record.runs.get(task)
    what = words[:1].upper() + words[1:]
    if run is None:
        return _("%(what)s. It has not run yet.") % {"what": what}
    when = formats.date_format(timezone.localtime(run.ended_at), "DATETIME_FORMAT")
    if run.failed:
        return _("%(what)s. It failed on %(when)s.") % {"what": what, "when": when}
    if run.erased is None:
        return _("%(what)s. Last run on %(when)s.") % {"what": what, "when": when}
    did = ngettext(
        "%(what)s. Last run on %(when)s; %(n)d thing erased.",
        "%(what)s. Last run on %(when)s; %(n)d things erased.",
        run.erased,
    ) % {"what": what, "when": when, "n": run.erased}
    return " ".join([did, *_held_back(run)])


def _held_back(run: RetentionRun) -> list[str]:
    """Return what the run left alone and why, in one sentence; nothing if it left nothing."""
    if not run.held:
        return []
    reasons = [f"{terms.words(code, HELD)} ({n})" for code, n in sorted(run.held.items())]
    return [_("Left alone although the time is over: %(reasons)s.") % {
        "reasons": ", ".join(reasons)
    }]  # fmt: skip


def _besides(record: Record) -> Iterator[Line]:
    if record.basis == "6(1)(f)":
        lia = record.version.lia_reference or _("There is none yet.")
        yield _line("", "lia", _("Assessment of the legitimate interest"), [lia])
    dpia = [record.version.dpia_reference, record.text("dpia_reason")]
    yield _line("", "dpia", _("Impact assessment"), dpia)
    adm = [record.text("adm")] if record.version.adm else [_("No machine decides alone.")]
    yield _line("", "adm", _("Automated decisions (art. 22)"), adm)
    source = record.text("source") or _("The person.")
    yield _line("", "source", _("Where the data come from (art. 14)"), [source])
    yield _line("", "rights", _("Rights of the person"), [str(one.words) for one in record.rights])


def _on_behalf(record: Record, organisations: list[Organisation]) -> Iterator[Line]:
    version = record.version
    yield _line("a", "role", _("What we are in it"), [str(Role(version.role).label)])
    engaged = [
        _party(one["name"], one["contact"], terms.country(one["country"]))
        for one in version.processors
    ]
    yield _line("a", "processors", _("Processors"), [_us(), *engaged])
    deciding = [
        _party(one["name"], one["contact"], one["representative"], one["dpo"])
        for one in version.controllers
    ]
    yield _line(
        "a", "controllers", _("Controllers"), [*deciding, *(one.name for one in organisations)]
    )
    yield _line("a", "representative", _("Representative"), _representative(record))
    yield _line("a", "dpo", _("Data protection officer"), [_dpo()])
    special = [
        named(one["name"], one["categories"]) for one in version.controllers if one["categories"]
    ]
    yield _line("b", "purposes", _("Categories of processing"), [record.text("purposes"), *special])
    yield _line("c", "transfers", _("Transfers"), _transfers(record))
    yield _line("d", "measures", _("Measures of security"), [record.text("measures")])
