"""What is asked where the clock of a request is stopped, moved, or the calendar corrected."""

from typing import Any, cast

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from accounts import places
from dsar.forms import LONG
from dsar.laws import place_of
from dsar.models import Pause

STATES = [
    ("", _("Another one, or not in the United States")),
    ("CA", "California"),
    ("CO", "Colorado"),
    ("VA", "Virginia"),
]


class PauseForm(forms.Form):
    """A question without which we cannot go on: one of the two lawful reasons, and its words."""

    reason = forms.ChoiceField(label=_("Reason"))
    question = forms.CharField(
        label=_("Your question"),
        help_text=_("The person reads it in the portal; the mail says that there is one."),
        widget=LONG,
        max_length=2000,
    )

    def __init__(self, *args: Any, reasons: list[Pause.Reason], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = cast(forms.ChoiceField, self.fields["reason"])
        field.choices = [(reason.value, capfirst(reason.label)) for reason in reasons]


class CountryForm(forms.Form):
    """Where the person lives: it decides which law answers, and by when."""

    country = forms.ChoiceField(
        label=_("Country"), widget=forms.Select(attrs={"autocomplete": "country"})
    )
    region = forms.ChoiceField(
        label=_("State"),
        help_text=_("Only in the United States, where each state has a law of its own."),
        choices=STATES,
        required=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = cast(forms.ChoiceField, self.fields["country"])
        field.choices = [(code, name) for code, name in places.countries() if code]

    def place(self) -> tuple[str, str]:
        """Return country and region of the valid form; elsewhere a state means nothing."""
        country, region = self.cleaned_data["country"], self.cleaned_data["region"]
        return place_of(f"{country}-{region}" if region and country == "US" else country)
