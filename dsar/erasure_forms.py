"""What staff fill in about holds, plans and recipients."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from dsar.actions.evidence import GROUNDS
from dsar.models import ErasureItem
from dsar.models.erasure import Decision

DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
TOO_EARLY = _("Write the day as 2027-01-31.")


class PlaceHoldForm(forms.Form):
    """Whose data is held back, for which dispute, until which look at it."""

    email = forms.EmailField(
        label=_("E-mail address of the person"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    reason = forms.CharField(
        label=_("Which dispute?"),
        help_text=_("In a few words, naming nobody. The person can read it."),
        max_length=200,
    )
    review_on = forms.DateField(
        label=_("Looked at again on"),
        help_text=_("What is kept is kept until then, and longer only if you say so again."),
        widget=DAY,
        error_messages={"invalid": TOO_EARLY},
    )


class ReviewHoldForm(forms.Form):
    """Until when a hold stands after a look at it."""

    review_on = forms.DateField(
        label=_("It stands until"), widget=DAY, error_messages={"invalid": TOO_EARLY}
    )


class DecideForm(forms.Form):
    """What becomes of one thing, and why."""

    decision = forms.ChoiceField(label=_("What becomes of it?"), widget=forms.RadioSelect)
    ground = forms.ChoiceField(
        label=_("On which ground is it kept?"),
        choices=[("", _("It is not kept")), *((one.value, one.label) for one in GROUNDS)],
        required=False,
    )
    until = forms.DateField(
        label=_("Until when is it kept?"),
        widget=DAY,
        required=False,
        error_messages={"invalid": TOO_EARLY},
    )
    why = forms.CharField(
        label=_("Why?"),
        help_text=_("The person reads this. Name nobody."),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=1000,
    )

    WORDS = {
        Decision.RESTRICT: _("It is kept locked away until a day"),
        Decision.ERASE: _("It is erased (a second person has to agree)"),
    }

    def __init__(self, data: Any = None, *, item: ErasureItem, options: list[Decision]) -> None:
        ground = item.ground if item.stays else ""
        super().__init__(
            data, initial={"decision": options[0], "until": item.until, "ground": ground}
        )
        field = self.fields["decision"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - tells mypy, not the program
        field.choices = [(one.value, self.WORDS[one]) for one in options]
        if options == [Decision.RESTRICT]:
            grounds = self.fields["ground"]
            assert isinstance(grounds, forms.ChoiceField)  # noqa: S101 - tells mypy
            grounds.choices = [(one.value, one.label) for one in GROUNDS]
            grounds.required = self.fields["until"].required = True

    def clean(self) -> dict[str, Any]:
        """Ask for ground and end where it is kept."""
        given: dict[str, Any] = super().clean() or {}
        if given.get("decision") == Decision.RESTRICT:
            if not given.get("ground"):
                self.add_error("ground", _("Name the law or the claim for which it is kept."))
            if not given.get("until") and "until" not in self.errors:
                self.add_error("until", _("Name the day on which it ends."))
        return given
