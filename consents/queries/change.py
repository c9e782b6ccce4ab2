"""In what a version goes further than the one before, in the words that people read."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from consents import widening
from consents.models import PurposeVersion, System
from consents.models.purposes import Control
from consents.queries import diff
from consents.register import terms
from consents.widening import Widening
from portal.lib.durations import in_words


@dataclass(frozen=True)
class Step:
    """One thing in which it goes further: how it is until the date, and from then on."""

    label: str | Promise
    before: str
    after: str


LABELS: dict[Widening, str | Promise] = {
    Widening.NEW_DATA: gettext_lazy("More data"),
    Widening.NEW_RECIPIENT: gettext_lazy("Others receive it"),
    Widening.OTHER_RECIPIENT: gettext_lazy("Who receives it is elsewhere, or somebody else"),
    Widening.OTHER_BASIS: gettext_lazy("Another legal basis"),
    Widening.AI_USE: gettext_lazy("AI is used"),
    Widening.OTHER_PROCESSING: gettext_lazy("Something else is done"),
    Widening.LONGER: gettext_lazy("Kept longer, or counted from another day"),
    Widening.WEAKER: gettext_lazy("Less protection"),
}
NEW = gettext_lazy("A new purpose")
NOT_DONE = gettext_lazy("This was not done.")


def steps(before: PurposeVersion | None, after: PurposeVersion) -> list[Step]:
    """Return in what ``after`` goes further, in the active language; following none, it is new."""
    if before is None:
        return [Step(NEW, str(NOT_DONE), after.text().summary)]
    return [
        Step(LABELS[one], _said(one, before, after), _said(one, after, before))
        for one in widening.between(before, after)
    ]


def before(version: PurposeVersion) -> PurposeVersion | None:
    """Return the version that this one follows; a new purpose follows none."""
    return version.before


def for_mail(version: PurposeVersion) -> dict[str, object]:
    """Return what the mail about a wider version says, in the active language, to anybody."""
    last = before(version)
    return {
        "title": version.text().title,
        "steps": steps(last, version),
        "version": version,
        "by_consent": version.purpose.control == Control.CONSENT,
        "has_control": version.purpose.has_control,
    }


def _said(what: Widening, version: PurposeVersion, other: PurposeVersion) -> str:
    """Return the words of the version about it; where they are the same, its terms in words."""
    words, others = _words(what, version), _words(what, other)
    return words if words != others else _terms(what, version)


def _words(what: Widening, version: PurposeVersion) -> str:
    text = version.text()
    return {
        Widening.NEW_DATA: text.data,
        Widening.NEW_RECIPIENT: diff.recipients(version),
        Widening.OTHER_RECIPIENT: places(version),
        Widening.OTHER_BASIS: diff.basis(version),
        Widening.AI_USE: text.summary,
        Widening.OTHER_PROCESSING: text.summary,
        Widening.LONGER: text.retention,
        Widening.WEAKER: protection(version),
    }[what]


def places(version: PurposeVersion) -> str:
    """Return who receives it, each with the country and as whom."""
    kinds = dict(System.Kind.choices)
    return ", ".join(
        f"{one['name']} ({one.get('country') or '–'}, {kinds.get(one.get('kind', ''), '–')})"
        for one in version.recipients
    )


def protection(version: PurposeVersion) -> str:
    """Return what is said to protect the data, as published, in the active language."""
    statement: dict[str, str] = version.safeguards.get("statement") or {}
    code = (get_language() or "en").split("-")[0]
    return statement.get(code) or statement.get("en", "")


def term(version: PurposeVersion) -> str:
    """Return how long data are kept and from which event, in words."""
    trigger = terms.words(version.retention_trigger, terms.TRIGGERS)
    return f"{in_words(version.retention_duration)} · {trigger}"


def _terms(what: Widening, version: PurposeVersion) -> str:
    if what is Widening.NEW_DATA:
        return terms.listed(version.data_categories, terms.DATA)
    if what is Widening.LONGER:
        return term(version)
    if what is Widening.WEAKER:
        return _measured(version)
    if what in (Widening.OTHER_PROCESSING, Widening.AI_USE):
        done = terms.words(version.dpv_processing, terms.PROCESSING)
        return f"{terms.words(version.dpv_purpose, terms.PURPOSES)} · {done}"
    return ", ".join(one["system"] for one in version.recipients)


def _measured(version: PurposeVersion) -> str:
    """Return the bare facts about what protects the data."""
    anonymous = version.safeguards.get("anonymised") is True
    recall = version.safeguards.get("recall")
    parts = [_("anonymous") if anonymous else _("not anonymous")]
    if isinstance(recall, int | float):
        parts.append(_("%(share)s of identifiers found") % {"share": f"{recall:.1%}"})
    return ", ".join(parts)
