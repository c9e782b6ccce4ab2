"""What is looked for in the register."""

from collections.abc import Mapping

from django import forms
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from consents.models.register import Role
from consents.queries.register import GAPS, Record

ANY_GAP = "any"


class RegisterFilter(forms.Form):
    """What is looked for in the register. Every field may be empty."""

    q = forms.CharField(
        label=_("Words"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    role = forms.ChoiceField(
        label=_("What we are in it"), choices=[("", _("all")), *Role.choices], required=False
    )
    gap = forms.ChoiceField(
        label=pgettext_lazy("register", "What is missing"),
        choices=[
            ("", _("all")),
            (ANY_GAP, _("anything")),
            *[(str(gap), words) for gap, words in GAPS.items()],
        ],
        required=False,
    )

    def _wanted(self) -> dict[str, str]:
        self.is_valid()
        return {name: self.cleaned_data.get(name, "") for name in self.fields}

    @property
    def narrows(self) -> bool:
        """Whether anything is looked for."""
        return any(self._wanted().values())

    def way(self, **beside: str) -> str:
        """Return the address of a page of the same search; empty where there is none."""
        wanted = {name: value for name, value in self._wanted().items() if value}
        return f"?{urlencode(wanted | beside)}" if all(beside.values()) else ""

    def narrowed(self, records: list[Record]) -> list[Record]:
        """Return the records that fit."""
        wanted = self._wanted()
        return [one for one in records if _fits(one, wanted)]


def _fits(record: Record, wanted: Mapping[str, str]) -> bool:
    gap, words = wanted["gap"], wanted["q"].casefold().split()
    if wanted["role"] and record.version.role != wanted["role"]:
        return False
    if gap and not (record.gaps if gap == ANY_GAP else gap in record.gaps):
        return False
    said = " ".join([record.slug, record.title, record.purposes, record.data]).casefold()
    return all(word in said for word in words)
