"""What a draft of a record holds, and how it becomes a version and comes back.

A draft is what was typed, field by field, right or wrong: ``title_en``, ``role``, lists of terms,
lists of rows. All values are text, or lists of text, or lists of rows of text; a box that is ticked
is ``"on"``.
"""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from consents.models.register import ProcessingVersion

Draft = dict[str, Any]
Words = str | Promise
ON = "on"

# Sentences, in each of the portal's languages.
TEXTS: dict[str, Words] = {
    "title": _("Name of the processing"),
    "purposes": _("What it is for"),
    "data": _("Which data"),
    "recipients": _("Who receives it"),
    "retention": _("How long it is kept"),
    "erased_elsewhere": _("Erased elsewhere: where, and how it is shown"),
    "measures": _("Measures of security"),
    "source": _("Where the data come from, if not from the person"),
    "adm": _("The logic of the decision, and what follows from it"),
    "dpia_reason": _("Why no impact assessment is needed"),
}
# What a purpose's version says in its own words: no field of its record.
OF_THE_PURPOSE = frozenset(
    {
        "title", "purposes", "data", "recipients", "retention", "legal_basis", "dpv_purpose",
        "dpv_processing", "data_categories", "retention_trigger", "retention_duration",
    }
)  # fmt: skip
# What is no field of a record of processing on behalf of others: its controllers answer for it.
OF_CONTROLLERS = frozenset(
    {
        "legal_basis", "lia_reference", "dpia_reference", "dpia_reason", "adm", "source",
        "joint_controllers", "dpv_purpose", "data", "data_subjects", "data_categories",
        "recipients", "retention", "retention_trigger", "retention_duration", "erased_by",
        "erased_elsewhere",
    }
)  # fmt: skip
OF_PROCESSORS = frozenset({"processors", "controllers", "every_organisation"})
SCALARS: dict[str, Words] = {
    "role": _("What we are in it"),
    "legal_basis": _("Legal basis"),
    "dpv_purpose": _("Kind of purpose"),
    "dpv_processing": _("Kind of operation"),
    "representative_name": _("Representative in the Union: name"),
    "representative_contact": _("Representative in the Union: contact"),
    "retention_trigger": _("Kept from"),
    "retention_duration": _("Kept for"),
    "lia_reference": _("Assessment of the legitimate interest"),
    "dpia_reference": _("Impact assessment"),
}
BOXES: dict[str, Words] = {
    "has_ended": _("The processing has ended"),
    "every_organisation": _("Every organisation of the portal is a controller of it"),
    "adm": _("A machine alone decides, with effect on the person (art. 22)"),
}
LISTS: dict[str, Words] = {
    "data_subjects": _("About whom"),
    "data_categories": _("Categories of data"),
    "erased_by": _("Jobs that erase it"),
}
ROWS: dict[str, Words] = {
    "joint_controllers": _("Joint controllers"),
    "processors": _("Processors we engage"),
    "controllers": _("Controllers on whose behalf we work"),
    "recipients": _("Recipients"),
    "transfers": _("Transfers to third countries"),
}
COLUMNS: dict[str, dict[str, Words]] = {
    "joint_controllers": {"name": _("Name"), "contact": _("Contact")},
    "processors": {"name": _("Name"), "contact": _("Contact"), "country": _("Country")},
    "controllers": {
        "name": _("Name"),
        "contact": _("Contact"),
        "representative": _("Representative"),
        "dpo": _("Data protection officer"),
        "categories": _("What we do for it, if it differs"),
    },
    "recipients": {"name": _("Name"), "kind": _("Who runs it"), "country": _("Country")},
    "transfers": {
        "recipient": pgettext_lazy("of a transfer", "Recipient"),
        "country": _("Country"),
        "safeguard": _("What covers it"),
        "detail_en": _("In words, English"),
        "detail_fr": _("In words, French"),
    },
}


def languages() -> list[str]:
    """Return the codes of the portal's languages."""
    return [code for code, _name in settings.LANGUAGES]


def label(field: str) -> Words:
    """Return the words of a field of a draft; of a text without its language."""
    base, _line, language = field.rpartition("_")
    if base in TEXTS and language in languages():
        return TEXTS[base]
    known: dict[str, Words] = {**SCALARS, **BOXES, **LISTS, **ROWS}
    return known.get(field, field)


@dataclass(frozen=True)
class Subject:
    """Of what a draft is: ``of_purpose`` says that a version of a purpose holds the rest."""

    slug: str
    of_purpose: bool


def asked(subject: Subject, role: str) -> set[str]:
    """Return the fields that a draft has (texts without a language)."""
    fields = {*TEXTS, *SCALARS, *BOXES, *LISTS, *ROWS}
    if subject.of_purpose:
        fields -= OF_THE_PURPOSE | {"recipients"} | OF_PROCESSORS
    elif role == "processor":
        fields -= OF_CONTROLLERS
    else:
        fields -= OF_PROCESSORS
    return fields


def draft_of(version: ProcessingVersion | None) -> Draft:
    """Return a version as the draft that would make it again."""
    draft: Draft = dict.fromkeys((*SCALARS, *BOXES), "")
    draft |= {name: list[Any]() for name in (*LISTS, *ROWS)}
    for code in languages():
        texts = version.texts.get(code, {}) if version else {}
        draft |= {f"{name}_{code}": texts.get(name, "") for name in TEXTS}
    if version is None:
        return {**draft, "role": "controller"}
    draft |= {name: getattr(version, name) for name in SCALARS if hasattr(version, name)}
    draft |= {f"representative_{part}": text for part, text in version.representative.items()}
    draft |= {name: ON if getattr(version, name) else "" for name in BOXES}
    draft |= {name: list(getattr(version, name)) for name in LISTS}
    return draft | {name: _typed(name, getattr(version, name)) for name in ROWS}


def columns(draft: Draft, subject: Subject) -> dict[str, Any]:
    """Return the columns of the version that a draft without problems makes."""
    role = text(draft, "role")
    kept = asked(subject, role)
    made: dict[str, Any] = {
        name: text(draft, name) if name in kept else ""
        for name in SCALARS
        if not name.startswith("representative_")
    }
    made |= {name: ticked(draft, name) and name in kept for name in BOXES}
    made |= {name: strings(draft, name) if name in kept else [] for name in LISTS}
    made |= {name: _stored(name, rows(draft, name)) if name in kept else [] for name in ROWS}
    name, contact = text(draft, "representative_name"), text(draft, "representative_contact")
    made["representative"] = {"name": name, "contact": contact} if name else {}
    made["texts"] = {
        code: {name: text(draft, f"{name}_{code}") for name in TEXTS if name in kept}
        for code in languages()
    }
    return made


def text(draft: Draft, field: str) -> str:
    """Return what was typed, without spaces around it."""
    value = draft.get(field, "")
    return value.strip() if isinstance(value, str) else ""


def ticked(draft: Draft, field: str) -> bool:
    """Return whether a box is ticked."""
    return text(draft, field) == ON


def strings(draft: Draft, field: str) -> list[str]:
    """Return the terms of a list, each once."""
    value = draft.get(field, [])
    found = [one for one in value if isinstance(one, str)] if isinstance(value, list) else []
    return list(dict.fromkeys(found))


def rows(draft: Draft, field: str) -> list[dict[str, str]]:
    """Return the rows in which something was typed."""
    value = draft.get(field, [])
    found = []
    for one in value if isinstance(value, list) else []:
        if isinstance(one, dict):
            row = {name: text(one, name) for name in COLUMNS[field]}
            if any(row.values()):
                found.append(row)
    return found


def _stored(field: str, found: list[dict[str, str]]) -> list[dict[str, Any]]:
    """Return rows as a version holds them: the words of a transfer by language."""
    if field != "transfers":
        return list(found)
    return [
        {
            **{name: row[name] for name in ("recipient", "country", "safeguard")},
            "detail": {code: row.get(f"detail_{code}", "") for code in languages()},
        }
        for row in found
    ]


def _typed(field: str, found: list[dict[str, Any]]) -> list[dict[str, str]]:
    """Return the rows of a version as they are typed."""
    if field != "transfers":
        return [{name: row.get(name, "") for name in COLUMNS[field]} for row in found]
    return [
        {
            **{name: row.get(name, "") for name in ("recipient", "country", "safeguard")},
            **{f"detail_{code}": row.get("detail", {}).get(code, "") for code in languages()},
        }
        for row in found
    ]
