"""What comes in from the pages: searches and acts of choice."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from consents.models import Document
from consents.queries.choice import ALLOW, REFUSE
from consents.queries.shelf import Wanted

LIFT = "lift"


class DocumentFilter(forms.Form):
    """What a person looks for among their documents. Every field may be empty."""

    q = forms.CharField(
        label=_("Title or name of another party"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )
    kind = forms.ChoiceField(label=_("Kind"), required=False)
    status = forms.ChoiceField(label=_("Where it stands"), required=False)
    year = forms.TypedChoiceField(label=_("Year"), required=False, coerce=int, empty_value=None)
    organisation = forms.ChoiceField(label=_("Organisation"), required=False)
    training = forms.ChoiceField(
        label=_("AI training"),
        required=False,
        choices=[("", _("All")), ("yes", _("Used")), ("no", _("Never used"))],
    )

    def __init__(
        self, *args: Any, years: Iterable[int], organisations: Iterable[Organisation], **more: Any
    ) -> None:
        super().__init__(*args, **more)
        everything = ("", _("All"))
        self._choose("kind", [everything, *Document.Kind.choices])
        self._choose("status", [everything, *Document.Status.choices])
        self._choose("year", [everything, *((year, str(year)) for year in years)])
        self._choose("organisation", [everything, *((str(o.uid), o.name) for o in organisations)])

    def _choose(self, name: str, choices: list[Any]) -> None:
        field = self.fields[name]
        if isinstance(field, forms.ChoiceField):
            field.choices = choices

    def wanted(self) -> Wanted:
        """Return what is looked for, by the fields that could be read."""
        self.is_valid()
        data = self.cleaned_data
        training = data.get("training")
        return Wanted(
            words=tuple(data.get("q", "").split()),
            kind=data.get("kind", ""),
            status=data.get("status", ""),
            year=data.get("year"),
            organisation=data.get("organisation") or None,
            training={"yes": True, "no": False}.get(training or ""),
        )


class PlaceForm(forms.Form):
    """Where a list goes on. What cannot be read means the first page."""

    older = forms.UUIDField(required=False)
    newer = forms.UUIDField(required=False)

    def place(self, name: str) -> Any:
        """Return the uid to go on from, or None."""
        self.is_valid()
        return self.cleaned_data.get(name)


class ChoiceForm(forms.Form):
    """One act of choice, as the switch sends it. ``version`` is the wording that was shown."""

    act = forms.ChoiceField(choices=[(ALLOW, ALLOW), (REFUSE, REFUSE)])
    version = forms.IntegerField(min_value=0, max_value=32767, required=False)
    document = forms.UUIDField(required=False)
    organisation = forms.UUIDField(required=False)

    def clean(self) -> dict[str, Any]:
        """Take one scope at most."""
        data: dict[str, Any] = super().clean() or {}
        if data.get("document") and data.get("organisation"):
            raise forms.ValidationError("one scope")
        return data


class PolicyForm(forms.Form):
    """An act of an organisation's administrator."""

    act = forms.ChoiceField(choices=[(REFUSE, REFUSE), (LIFT, LIFT)])
    organisation = forms.UUIDField()
    purpose = forms.SlugField()
