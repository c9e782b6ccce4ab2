"""Two states of a form side by side, in words."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _

from accounts.changes.kinds import Difference


def differs(before: forms.Form, after: forms.Form) -> list[Difference]:
    """Return the fields in which two forms of one class differ, by their labels, in words."""
    old, new = in_words(before), in_words(after)
    return [
        Difference(label, old.get(label, ""), new.get(label, ""))
        for label in dict.fromkeys([*old, *new])
        if old.get(label, "") != new.get(label, "")
    ]


def in_words(form: forms.Form) -> dict[str, str]:
    """Return what stands in each field as people read it, by label; with the language, if any."""
    return {_label(one): _value(one) for one in form}


def _label(one: forms.BoundField) -> str:
    attrs = one.field.widget.attrs
    of, language = str(attrs.get("aria-label") or one.label), attrs.get("lang")
    return f"{of} ({language})" if language else of


def _value(one: forms.BoundField) -> str:
    value: Any = one.value()
    names = dict(_flat(getattr(one.field, "choices", [])))
    if isinstance(one.field, forms.BooleanField):
        return _("yes") if value else _("no")
    if isinstance(value, list | tuple):
        return ", ".join(str(names.get(item, item)) for item in value)
    return str(names.get(value, value) if value else "")


def _flat(choices: Any) -> list[tuple[Any, Any]]:
    """Return choices without their groups."""
    found: list[tuple[Any, Any]] = []
    for code, name in choices:
        found += _flat(name) if isinstance(name, list | tuple) else [(code, name)]
    return found
