"""The form of one subject: it keeps all that was typed, and says at each field what is wrong."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django import forms
from django.forms.utils import ErrorDict
from django.utils.html import escape

from accounts.changes.kinds import Problems
from portal.lib.office.shapes import Field
from portal.lib.typesetting import named

UNIT = "_unit"


class DraftForm(forms.Form):
    """Fields as the kind names them. What is wrong is the kind's to say: a draft may be wrong."""

    use_required_attribute = False

    def __init__(
        self, wanted: Sequence[Field], typed: Mapping[str, Any], problems: Problems
    ) -> None:
        super().__init__(data=dict(typed))
        self.problems = problems
        for one in wanted:
            self.fields[one.name] = _field(one, typed.get(one.name, ""))

    def full_clean(self) -> None:
        """Take over what the kind has found wrong."""
        self._errors = ErrorDict()
        self.cleaned_data: dict[str, Any] = {}
        for name, sentences in self.problems.items():
            self.add_error(name if name in self.fields else None, list(sentences))

    def rows(self) -> list[list[forms.BoundField]]:
        """Return the fields, a figure and its unit beside each other."""
        found: list[list[forms.BoundField]] = []
        for one in self:
            if one.name.endswith(UNIT) and found:
                found[-1].append(one)
            else:
                found.append([one])
        return found


def _field(one: Field, value: Any) -> forms.Field:
    common: dict[str, Any] = {
        "label": one.label,
        "help_text": escape(one.hint),
        "required": one.required,
    }
    if one.widget == "choices":
        widget: Any = forms.CheckboxSelectMultiple
        return forms.MultipleChoiceField(choices=one.options, widget=widget, **common)
    if one.widget == "choice":
        widget = forms.RadioSelect
        if one.of:  # many look alike: each says of what it is the unit
            widget = forms.Select(attrs={"aria-label": named(one.label, one.of)})
        return forms.ChoiceField(choices=one.options, widget=widget, **common)
    return forms.CharField(widget=_text(one.widget, value), **common)


def _text(kind: str, value: Any) -> forms.Widget:
    if kind in ("lines", "letter"):
        return forms.Textarea(attrs={"rows": 18 if kind == "letter" else 3})
    if kind == "date" and (not value or _is_day(str(value))):
        return forms.DateInput(attrs={"type": "date"})
    if kind == "number":
        return forms.TextInput(attrs={"inputmode": "numeric"})
    return forms.TextInput(attrs={"inputmode": kind} if kind in ("email", "url") else {})


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
