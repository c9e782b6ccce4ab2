"""What keeps a draft of a record from being recorded: each field, and how to mend it.

What the law asks of a record is refused when it is missing. What it asks of us besides (the
assessment of an interest, an impact assessment, a job that erases) is no reason to leave a
processing out of the register: the record says in words that it is missing
(``consents.queries.register``).
"""

import re
from collections.abc import Collection, Iterator

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.changes.kinds import Problems
from consents import vocabulary
from consents.models import System
from consents.models.purposes import LegalBasis
from consents.models.register import Role
from consents.register import terms
from consents.register.fields import (
    COLUMNS,
    Draft,
    Subject,
    asked,
    languages,
    rows,
    strings,
    text,
    ticked,
)
from consents.register.jobs import JOBS
from portal.lib.countries import ADEQUATE, is_third

Found = Iterator[tuple[str, str]]
DURATION = re.compile(r"P(?=[0-9])(?:[0-9]+Y)?(?:[0-9]+M)?(?:[0-9]+D)?")
LONGEST = {"title": 200, "reference": 200, "other": 4000, "row": 500}
LONGEST_DURATION = 20  # characters, of the column
MOST_YEARS = 200
MISSING: str | Promise = gettext_lazy("Say it in both languages.")
TOO_LONG: str | Promise = gettext_lazy("This is longer than %(most)d characters.")
UNKNOWN: str | Promise = gettext_lazy("“%(term)s” is not a term of this register.")


def problems(draft: Draft, subject: Subject) -> Problems:
    """Return what is wrong, by field; of a row by ``transfers-0-country``. Reads the systems."""
    role = text(draft, "role")
    fields = asked(subject, role)
    found: Problems = {}
    checks = [
        _role(draft, subject),
        _texts(draft, fields),
        _basis(draft, fields),
        _terms(draft, fields),
        _retention(draft, fields),
        _parties(draft, fields, role),
        _countries(draft, fields),
        _recipients(draft, fields),
        _transfers(draft, subject),
        _decisions(draft, fields),
    ]
    for check in checks:
        for field, sentence in check:
            found.setdefault(field, []).append(sentence)
    return found


def _role(draft: Draft, subject: Subject) -> Found:
    role = text(draft, "role")
    if role not in Role.values:
        yield "role", _("Choose what we are in this processing.")
    elif subject.of_purpose and role == Role.PROCESSOR:
        yield (
            "role",
            _("Whoever tells people of a purpose decides about it: we are its controller."),
        )


def _texts(draft: Draft, fields: set[str]) -> Found:
    needed = {"title", "purposes", "data", "measures"} & fields
    for name in sorted(needed):
        if not all(text(draft, f"{name}_{code}") for code in languages()):
            yield f"{name}_{languages()[0]}", str(MISSING)
    for name in sorted(fields & {"source", "recipients", "retention", "erased_elsewhere", "adm"}):
        said = [bool(text(draft, f"{name}_{code}")) for code in languages()]
        if any(said) and not all(said):
            yield f"{name}_{languages()[said.index(False)]}", str(MISSING)
    for field, value in draft.items():
        most = LONGEST[_length_of(field)]
        if isinstance(value, str) and len(value) > most:
            yield field, str(TOO_LONG) % {"most": most}


def _length_of(field: str) -> str:
    if field.startswith("title_"):
        return "title"
    return "reference" if field.endswith("_reference") else "other"


def _basis(draft: Draft, fields: set[str]) -> Found:
    if "legal_basis" not in fields:
        return
    basis = text(draft, "legal_basis")
    if not basis:
        yield "legal_basis", _("Nothing may be done without a legal basis (art. 6(1)): choose one.")
    elif basis not in LegalBasis.values:
        yield "legal_basis", str(UNKNOWN) % {"term": basis}


def _terms(draft: Draft, fields: set[str]) -> Found:
    one: dict[str, Collection[str]] = {
        "dpv_purpose": terms.PURPOSES,
        "dpv_processing": terms.PROCESSING,
        "retention_trigger": terms.TRIGGERS,
    }
    several: dict[str, Collection[str]] = {
        "data_subjects": terms.DATA_SUBJECTS,
        "data_categories": terms.DATA.keys() | _catalogued(),
        "erased_by": JOBS,
    }
    for field, known in one.items():
        term = text(draft, field)
        if field in fields and term and term not in known:
            yield field, str(UNKNOWN) % {"term": term}
    for field, known in several.items():
        for term in strings(draft, field):
            if field in fields and term not in known:
                yield field, str(UNKNOWN) % {"term": term}
    for field in {"data_subjects", "data_categories"} & fields:
        if not strings(draft, field):
            yield field, _("Choose at least one (art. 30(1)(c)).")


def _catalogued() -> set[str]:
    """Return the terms for data that versions of purposes use."""
    return {term for term in vocabulary.known() if term.startswith("pd:")}


def _retention(draft: Draft, fields: set[str]) -> Found:
    if "retention_duration" not in fields:
        return
    duration, trigger = text(draft, "retention_duration"), text(draft, "retention_trigger")
    is_one = len(duration) <= LONGEST_DURATION and DURATION.fullmatch(duration)
    if duration and (not is_one or _years(duration) > MOST_YEARS):
        yield (
            "retention_duration",
            _("This is no duration: write P5Y for five years, P18M for months, P30D for days."),
        )
    elif duration and not trigger:
        yield "retention_trigger", _("Say from which event the period is counted.")
    elif trigger and not duration:
        yield "retention_duration", _("Say for how long, counted from that event.")
    if not duration and not text(draft, f"retention_{languages()[0]}"):
        yield (
            "retention_duration",
            _("Say how long it is kept, or by which criteria that is decided (art. 30(1)(f))."),
        )


def _years(duration: str) -> int:
    return max((int(number) for number in re.findall(r"([0-9]+)Y", duration)), default=0)


def _parties(draft: Draft, fields: set[str], role: str) -> Found:
    if (
        role == Role.JOINT
        and "joint_controllers" in fields
        and not rows(draft, "joint_controllers")
    ):
        yield "joint_controllers", _("Name who decides together with us (art. 26).")
    someone = rows(draft, "controllers") or ticked(draft, "every_organisation")
    if role == Role.PROCESSOR and "controllers" in fields and not someone:
        yield "controllers", _("Name each controller on whose behalf we work (art. 30(2)(a)).")
    for field in ("joint_controllers", "processors", "controllers"):
        for at, row in enumerate(rows(draft, field) if field in fields else []):
            for part in ("name", "contact"):
                if not row[part]:
                    yield f"{field}-{at}-{part}", _("The law asks for name and contact.")
    if text(draft, "representative_contact") and not text(draft, "representative_name"):
        yield "representative_name", _("The law asks for name and contact.")


def _countries(draft: Draft, fields: set[str]) -> Found:
    for field in {"processors", "recipients", "transfers"} & fields:
        for at, row in enumerate(rows(draft, field)):
            if row["country"] and not terms.is_country(row["country"]):
                yield (
                    f"{field}-{at}-country",
                    _("“%(code)s” is no country: write two capital letters, as in FR or US.")
                    % {"code": row["country"][:20]},
                )
    for field in fields & COLUMNS.keys():
        for at, row in enumerate(rows(draft, field)):
            for name, typed in row.items():
                if len(typed) > LONGEST["row"]:
                    yield f"{field}-{at}-{name}", str(TOO_LONG) % {"most": LONGEST["row"]}


def _recipients(draft: Draft, fields: set[str]) -> Found:
    for at, row in enumerate(rows(draft, "recipients") if "recipients" in fields else []):
        if not row["name"]:
            yield f"recipients-{at}-name", _("Name the recipient.")
        if row["kind"] not in terms.RECIPIENT_KINDS:
            yield f"recipients-{at}-kind", _("Say who runs it.")


def _transfers(draft: Draft, subject: Subject) -> Found:
    """Yield what is wrong with transfers: to whom, where, and above all what covers each."""
    for at, row in enumerate(rows(draft, "transfers")):
        field = f"transfers-{at}"
        if not row["recipient"]:
            yield f"{field}-recipient", _("Say who receives it there.")
        if not row["country"]:
            yield f"{field}-country", _("Identify the third country (art. 30(1)(e)).")
        elif terms.is_country(row["country"]) and not is_third(row["country"]):
            yield f"{field}-country", _("This country is in the EEA: that is no transfer.")
        safeguard = row["safeguard"]
        if not safeguard:
            yield (
                f"{field}-safeguard",
                _("A transfer needs something that covers it (arts 44 to 49)."),
            )
        elif safeguard not in terms.SAFEGUARDS:
            yield f"{field}-safeguard", str(UNKNOWN) % {"term": safeguard}
        elif safeguard == terms.COMPELLING and not (row["detail_en"] and row["detail_fr"]):
            yield (
                f"{field}-detail_en",
                _("Document the suitable safeguards, in both languages (art. 49(6) and 30(1)(e))."),
            )
    yield from _uncovered(draft, subject)


def _uncovered(draft: Draft, subject: Subject) -> Found:
    """Yield the recipients in third countries for which no transfer is described."""
    described = {row["recipient"] for row in rows(draft, "transfers")}
    for field in () if subject.of_purpose else ("recipients", "processors"):
        for at, row in enumerate(rows(draft, field)):
            country = row["country"]
            if is_third(country) and country not in ADEQUATE and row["name"] not in described:
                yield (
                    f"{field}-{at}-country",
                    _("This is outside the EEA: describe the transfer below, with what covers it."),
                )
    if subject.of_purpose:
        known = set(System.objects.values_list("slug", flat=True)) if described else set()
        for at, row in enumerate(rows(draft, "transfers")):
            if row["recipient"] and row["recipient"] not in known:
                yield f"transfers-{at}-recipient", _("This is none of the systems.")


def _decisions(draft: Draft, fields: set[str]) -> Found:
    if "adm" in fields and ticked(draft, "adm") and not text(draft, f"adm_{languages()[0]}"):
        yield (
            f"adm_{languages()[0]}",
            _("Say the logic of the decision and what follows from it (arts 13(2)(f), 15(1)(h))."),
        )
