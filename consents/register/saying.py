"""Drafts and versions of records in words: values, differences, headings."""

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.changes.kinds import Difference
from consents.models.purposes import LegalBasis
from consents.models.register import Role
from consents.register import terms
from consents.register.fields import (
    BOXES,
    COLUMNS,
    LISTS,
    ROWS,
    SCALARS,
    TEXTS,
    Draft,
    Subject,
    asked,
    label,
    languages,
    rows,
    strings,
    text,
    ticked,
)
from consents.register.jobs import JOBS
from portal.lib.durations import in_words
from portal.lib.typesetting import in_series

AMONG: dict[str, dict[str, terms.Words]] = {
    "legal_basis": dict(LegalBasis.choices),
    "role": dict(Role.choices),
    "dpv_purpose": terms.PURPOSES,
    "dpv_processing": terms.PROCESSING,
    "retention_trigger": terms.TRIGGERS,
    "data_subjects": terms.DATA_SUBJECTS,
    "data_categories": terms.DATA,
    "erased_by": JOBS,
    "safeguard": terms.SAFEGUARDS,
    "kind": terms.RECIPIENT_KINDS,
}


def title(draft: Draft) -> str:
    """Return the name that a draft gives the processing, in the active language or another."""
    code = (get_language() or "en").split("-")[0]
    return text(draft, f"title_{code}") or text(draft, "title_en")


def differences(
    before: Draft, after: Draft, subject: Subject, *, language_marks: bool = False
) -> list[Difference]:
    """Return the fields of two drafts that differ, in words, in the order of the form."""
    fields = asked(subject, text(after, "role")) | asked(subject, text(before, "role"))
    found = []
    for name in names(fields):
        old, new = value(before, name), value(after, name)
        if old != new:
            found.append(Difference(_named(name, marks=language_marks), old, new))
    return found


def names(fields: set[str]) -> list[str]:
    """Return the names of the fields of a draft in order, texts once for each language."""
    ordered = [*SCALARS, *BOXES, *LISTS, *ROWS]
    found = [name for name in ordered if name in fields]
    texts = [f"{name}_{code}" for name in TEXTS if name in fields for code in languages()]
    return texts + found


def value(draft: Draft, field: str) -> str:
    """Return what a field says, in words; empty where it says nothing."""
    if field in BOXES:
        return (_("yes") if ticked(draft, field) else _("no")) if draft else ""
    if field in LISTS:
        return terms.listed(strings(draft, field), AMONG[field])
    if field in ROWS:
        return "\n".join(_row(field, row) for row in rows(draft, field))
    typed = text(draft, field)
    if field == "retention_duration":
        return in_words(typed)
    return terms.words(typed, AMONG[field]) if field in AMONG else typed


def _row(field: str, row: dict[str, str]) -> str:
    parts = [
        terms.words(row[name], AMONG[name]) if name in AMONG else row[name]
        for name in COLUMNS[field]
        if row[name]
    ]
    return in_series(parts)


def place(field: str) -> str:
    """Return the name of a field, or of one in a line (``transfers-0-country``), in words."""
    table, _line, rest = field.partition("-")
    if not rest:
        return _named(field, marks=True)
    number, _line, column = rest.partition("-")
    words = COLUMNS.get(table, {}).get(column, column)
    return _("%(table)s, line %(number)d, %(column)s") % {
        "table": ROWS.get(table, table),
        "number": int(number) + 1,
        "column": words,
    }


def _named(field: str, *, marks: bool) -> str:
    base, _line, language = field.rpartition("_")
    if marks and base in TEXTS and language in languages():
        return f"{label(field)} ({language})"
    return str(label(field))
