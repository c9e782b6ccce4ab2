"""What comes in about the register: a search, a draft, a name for a new record."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.changes.kinds import Problems
from consents.models import ProcessingRecord, Purpose
from consents.models.register import Role
from consents.register.fields import (
    BOXES,
    COLUMNS,
    LISTS,
    ON,
    ROWS,
    SCALARS,
    TEXTS,
    Draft,
    Subject,
    asked,
    languages,
    rows,
    strings,
    text,
)
from consents.register.saying import AMONG, value
from portal.lib import strict_json

Words = str | Promise
LONGEST = 20_000  # characters of one field that a draft keeps
MOST_ROWS = 200
ROW = re.compile(r"([a-z_]+)-([0-9]{1,3})-([a-z_]+)")
RESERVED = frozenset({"new", "import", "export"})
NEEDED = frozenset(
    {
        "title", "role", "purposes", "legal_basis", "data", "data_subjects", "data_categories",
        "measures",
    }
)  # fmt: skip
LANGUAGES: dict[str, Words] = {"en": _("English"), "fr": _("French")}

# How the form is divided, under the letters of the article.
PARTS: tuple[tuple[Words, tuple[str, ...]], ...] = (
    (_("Name and role"), ("title", "role", "has_ended")),
    (
        _("Who is responsible? (a)"),
        ("joint_controllers", "processors", "controllers", "every_organisation",
         "representative_name", "representative_contact"),
    ),
    (
        _("What is it for? (b)"),
        ("purposes", "dpv_purpose", "dpv_processing", "legal_basis", "lia_reference"),
    ),
    (_("About whom, and which data? (c)"), ("data_subjects", "data_categories", "data", "source")),
    (_("Who receives it? (d)"), ("recipients", "recipients_rows")),
    (_("Does it leave the European Economic Area? (e)"), ("transfers",)),
    (
        _("How long is it kept, and who sees to it? (f)"),
        ("retention_duration", "retention_trigger", "retention", "erased_by", "erased_elsewhere"),
    ),
    (_("How is it protected? (g)"), ("measures",)),
    (_("Assessments and decisions"), ("dpia_reference", "dpia_reason", "adm_box", "adm")),
)  # fmt: skip
HINTS: dict[str, Words] = {
    "retention_duration": _("ISO 8601: P5Y is five years, P18M eighteen months, P30D thirty days."),
    "lia_reference": _(
        "Where the assessment is kept, for instance LIA-2026-03. Needed for art. 6(1)(f)."
    ),
    "dpia_reference": _("Where it is kept; or say below why none is needed (art. 35)."),
    "erased_by": _("Each run of these is on record, with what it erased."),
    "measures": _("In general terms (art. 32(1)): nothing that would help somebody who attacks."),
    "source": _("Only what does not come from the person (art. 14)."),
    "joint_controllers": _("Who decides together with us (art. 26). An empty line is left out."),
    "transfers": _("One line for each recipient outside the EEA. An empty line is left out."),
    "recipients": _("An empty line is left out."),
}


class NewRecord(forms.Form):
    """The name of a record that does not exist yet."""

    slug = forms.SlugField(
        label=_("Short name"),
        max_length=60,
        help_text=_(
            "Small letters and hyphens, for instance job-applications. It does not change later."
        ),
    )
    role = forms.ChoiceField(label=_("What we are in it"), choices=Role.choices)

    def clean_slug(self) -> str:
        """Refuse what is taken: by a record, a purpose, or a page."""
        slug: str = self.cleaned_data["slug"].lower()
        taken = ProcessingRecord.objects.filter(slug=slug), Purpose.objects.filter(slug=slug)
        if slug in RESERVED or any(one.exists() for one in taken):
            raise forms.ValidationError(_("This short name is taken."), code="taken")
        return slug


@dataclass(frozen=True)
class Part:
    """A part of the form: its heading, single fields, and tables of rows."""

    heading: Words
    fields: list[forms.BoundField]
    tables: list["Rows"]


@dataclass(frozen=True)
class Rows:
    """Lines of one kind in a form: recipients, transfers, controllers."""

    label: Words
    hint: Words
    lines: list[list[forms.BoundField]]


class RecordForm(forms.Form):
    """A draft as a form. It takes everything, for a draft keeps what was typed; what is wrong is
    said beside each field (``problems``)."""

    use_required_attribute = False

    def __init__(self, draft: Draft, subject: Subject, problems: Problems) -> None:
        self._draft, self._subject = draft, subject
        self._asked = asked(subject, text(draft, "role"))
        super().__init__(data=None)
        for name, field in self._made():
            # Nothing keeps a draft from being saved: what is needed is only said.
            field.required = name.rpartition("_")[0] in NEEDED or name in NEEDED
            self.fields[name] = field
        self.initial = dict(self._initial())
        self._errors = forms.utils.ErrorDict()
        for name, sentences in problems.items():
            key = name if name in self.fields else NON_FIELD_ERRORS
            said = self._errors.setdefault(key, self.error_class(renderer=self.renderer))
            said.extend(sentences)

    @property
    def data_words(self) -> str:
        """Return the categories of data that are chosen, in words."""
        return value(self._draft, "data_categories")

    @property
    def parts(self) -> list[Part]:
        """Return the form in its parts; those without fields are left out."""
        found = [self._part(heading, names) for heading, names in PARTS]
        return [part for part in found if part.fields or part.tables]

    def _part(self, heading: Words, names: tuple[str, ...]) -> Part:
        fields: list[forms.BoundField] = []
        tables: list[Rows] = []
        for name in names:
            base = name.removesuffix("_box").removesuffix("_rows")
            if base not in self._asked:
                continue
            if base in ROWS and (name.endswith("_rows") or base not in TEXTS):
                tables.append(self._rows(base))
            elif base in TEXTS and not name.endswith("_box"):
                fields += [self[f"{base}_{code}"] for code in languages()]
            else:
                fields.append(self[base])
        return Part(heading, fields, tables)

    def _rows(self, name: str) -> Rows:
        count = self._count(name)
        lines = [[self[f"{name}-{at}-{column}"] for column in COLUMNS[name]] for at in range(count)]
        return Rows(ROWS[name], HINTS.get(name, ""), lines)

    def _count(self, name: str) -> int:
        return min(len(rows(self._draft, name)) + 1, MOST_ROWS)

    def _made(self) -> Iterator[tuple[str, forms.Field]]:
        for name in self._asked & TEXTS.keys():
            yield from _in_each_language(name)
        for name in self._asked & SCALARS.keys():
            yield name, _one(SCALARS[name], AMONG.get(name), HINTS.get(name, ""))
        for name in self._asked & BOXES.keys():
            yield name, forms.BooleanField(label=str(BOXES[name]))
        for name in self._asked & LISTS.keys():
            yield name, _several(LISTS[name], AMONG[name], HINTS.get(name, ""))
        for name in self._asked & ROWS.keys():
            yield from _table(name, self._count(name))

    def _initial(self) -> Iterator[tuple[str, Any]]:
        for name in self.fields:
            row = ROW.fullmatch(name)
            if row:
                typed = rows(self._draft, row[1])
                at = int(row[2])
                yield name, typed[at][row[3]] if at < len(typed) else ""
            elif name in LISTS:
                yield name, strings(self._draft, name)
            elif name in BOXES:
                yield name, text(self._draft, name) == ON
            else:
                yield name, self._draft.get(name, "")


def _in_each_language(name: str) -> Iterator[tuple[str, forms.Field]]:
    for code in languages():
        label = f"{TEXTS[name]} ({LANGUAGES.get(code, code)})"
        widget = forms.TextInput() if name == "title" else forms.Textarea({"rows": 3})
        widget.attrs["lang"] = code
        hint = "" if name in ROWS else str(HINTS.get(name, ""))
        yield f"{name}_{code}", forms.CharField(label=label, widget=widget, help_text=hint)


def _table(name: str, count: int) -> Iterator[tuple[str, forms.Field]]:
    for at in range(count):
        for column, label in COLUMNS[name].items():
            yield f"{name}-{at}-{column}", _one(label, AMONG.get(column), "")


def _one(label: Words, among: Mapping[str, Words] | None, hint: Words) -> forms.Field:
    if among is None:
        return forms.CharField(label=str(label), help_text=str(hint))
    choices = [("", "–"), *among.items()]
    return forms.CharField(
        label=str(label), help_text=str(hint), widget=forms.Select(choices=choices)
    )


def _several(label: Words, among: Mapping[str, Words], hint: Words) -> forms.Field:
    return forms.MultipleChoiceField(
        label=str(label),
        help_text=str(hint),
        choices=list(among.items()),
        widget=forms.CheckboxSelectMultiple,
    )


def typed(post: QueryDict, subject: Subject, before: Draft) -> Draft:
    """Return the draft that was sent. What the form did not ask stays as it was."""
    draft = dict(before)
    fields = asked(subject, text(before, "role"))
    for name in SCALARS.keys() & fields:
        draft[name] = _kept(post.get(name, ""))
    for name in TEXTS.keys() & fields:
        draft |= {f"{name}_{code}": _kept(post.get(f"{name}_{code}", "")) for code in languages()}
    for name in BOXES.keys() & fields:
        draft[name] = ON if post.get(name) else ""
    for name in LISTS.keys() & fields:
        draft[name] = [_kept(one) for one in post.getlist(name)][:MOST_ROWS]
    for name in ROWS.keys() & fields:
        draft[name] = _lines(post, name)
    return draft


def _lines(post: QueryDict, name: str) -> list[dict[str, str]]:
    found: dict[int, dict[str, str]] = {}
    for key in post:
        row = ROW.fullmatch(key)
        if row and row[1] == name and row[3] in COLUMNS[name]:
            found.setdefault(int(row[2]), {})[row[3]] = _kept(post.get(key, ""))
    lines = [
        {column: found[at].get(column, "") for column in COLUMNS[name]} for at in sorted(found)
    ]
    return [line for line in lines if any(line.values())][:MOST_ROWS]


def _kept(value: str) -> str:
    """Return what can be stored of what was typed."""
    value = value.replace("\r\n", "\n")[:LONGEST]
    return value if strict_json.is_storable(value) else ""
