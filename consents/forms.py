"""What comes in from the pages: searches and acts of choice."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Organisation
from consents.actions.selections import Way
from consents.models import Document
from consents.queries.choice import ALLOW, FOLLOW, REFUSE
from consents.queries.uses import WantedUses
from consents.queries.wanted import Training, Wanted

LIFT = "lift"
FIRST_DAY, LAST_DAY = date(1970, 1, 1), date(2199, 12, 31)


class DayField(forms.DateField):
    """A day, as every browser sends it, in years that a calendar can reckon with."""

    def __init__(self, **options: Any) -> None:
        widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
        super().__init__(
            input_formats=["%Y-%m-%d"],
            widget=widget,
            validators=[MinValueValidator(FIRST_DAY), MaxValueValidator(LAST_DAY)],
            **options,
        )


class DocumentFilter(forms.Form):
    """What a person looks for among their documents. Every field may be empty.

    ``q`` and ``party`` are words about people: they never stand in an address (invariant 12). See
    :mod:`consents.views.searching`.
    """

    SEALED = ("q", "party")

    q = forms.CharField(
        label=_("Title or name of another party"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )
    party = forms.CharField(
        label=_("With whom"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )
    kind = forms.ChoiceField(label=_("Kind"), required=False)
    status = forms.ChoiceField(label=_("Where it stands"), required=False)
    since = DayField(label=pgettext_lazy("a day", "From"), required=False)
    until = DayField(label=pgettext_lazy("a day", "To"), required=False)
    purpose = forms.ChoiceField(label=_("Used for"), required=False)
    training = forms.ChoiceField(
        label=_("AI training"),
        required=False,
        choices=[
            ("", _("All")),
            (Training.USED, pgettext_lazy("a document, by AI training", "Used")),
            (Training.NEVER, pgettext_lazy("a document, by AI training", "Never used")),
            (Training.ALLOWED, _("May be used now")),
            (Training.CLOSED, _("May not be used now")),
        ],
    )
    organisation = forms.ChoiceField(label=_("Organisation"), required=False)

    def __init__(
        self,
        *args: Any,
        purposes: Iterable[tuple[str, str]],
        organisations: Iterable[Organisation],
        **more: Any,
    ) -> None:
        super().__init__(*args, **more)
        everything = ("", _("All"))
        self._choose("kind", [everything, *Document.Kind.choices])
        self._choose("status", [everything, *Document.Status.choices])
        self._choose("purpose", [everything, *purposes])
        self._choose("organisation", [everything, *((str(o.uid), o.name) for o in organisations)])

    def _choose(self, name: str, choices: list[Any]) -> None:
        field = self.fields[name]
        if isinstance(field, forms.ChoiceField):
            field.choices = choices

    def clean(self) -> dict[str, Any]:
        """Take a range of days that goes forward."""
        data: dict[str, Any] = super().clean() or {}
        if data.get("since") and data.get("until") and data["since"] > data["until"]:
            self.add_error("until", _("This day is before the first one."))
        return data

    def wanted(self) -> Wanted:
        """Return what is looked for, by the fields that could be read."""
        self.is_valid()
        data = self.cleaned_data
        return Wanted(
            words=tuple(data.get("q", "").split()),
            names=tuple(data.get("party", "").split()),
            kind=data.get("kind", ""),
            status=data.get("status", ""),
            since=data.get("since"),
            until=data.get("until"),
            organisation=data.get("organisation") or None,
            purpose=data.get("purpose", ""),
            training=data.get("training", ""),
        )


class UsesFilter(forms.Form):
    """Which uses of one document are looked at. Every field may be empty.

    ``version``, ``system`` and ``run`` come from links only: they name one group of repeats.
    """

    purpose = forms.ChoiceField(label=_("Purpose"), required=False)
    since = DayField(label=pgettext_lazy("a day", "From"), required=False)
    until = DayField(label=pgettext_lazy("a day", "To"), required=False)
    version = forms.IntegerField(min_value=1, max_value=32767, required=False)
    system = forms.SlugField(max_length=50, required=False)
    run = forms.UUIDField(required=False)

    def __init__(self, *args: Any, purposes: Iterable[tuple[str, str]], **more: Any) -> None:
        super().__init__(*args, **more)
        field = self.fields["purpose"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [("", _("All")), *purposes]

    def wanted(self) -> WantedUses:
        """Return what is looked for, by the fields that could be read."""
        self.is_valid()
        data = self.cleaned_data
        return WantedUses(
            purpose=data.get("purpose", ""),
            since=data.get("since"),
            until=data.get("until"),
            version=data.get("version"),
            system=data.get("system", ""),
            run=data.get("run"),
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

    act = forms.ChoiceField(choices=[(one, one) for one in (ALLOW, REFUSE, FOLLOW)])
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


class SelectedForm(forms.Form):
    """One act about a selection. ``batch`` makes a form that is sent twice one act."""

    act = forms.ChoiceField(choices=[(one.value, one.value) for one in Way])
    purpose = forms.SlugField()
    version = forms.IntegerField(min_value=0, max_value=32767, required=False)
    batch = forms.UUIDField()
