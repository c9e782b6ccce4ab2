"""What staff fill in to answer a request in words, and to end a pause."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from dsar.actions import rectification, resolving
from dsar.details import word
from dsar.forms import DAY, LONG
from dsar.models import SubjectRequest
from dsar.models.requests import Kind
from dsar.states import REOPENING, Status


class DecideForm(forms.Form):
    """What the answer amounts to, and the words that the person reads."""

    outcome = forms.ChoiceField(label=_("What it amounts to"), widget=forms.RadioSelect)
    text = forms.CharField(
        label=_("What was done, and why"),
        help_text=_("The person reads these words, by mail and on their page."),
        widget=LONG,
        max_length=4000,
    )
    done_by = forms.CharField(
        label=_("Where it was corrected"),
        help_text=_("The place or the function, no person’s name."),
        max_length=150,
    )
    reopen = forms.BooleanField(
        label=_("Open the first request again, so that it is done."), required=False
    )

    def __init__(self, *args: Any, request: SubjectRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        outcome = self.fields["outcome"]
        if isinstance(outcome, forms.ChoiceField):
            outcome.choices = [(one.value, one.label) for one in resolving.outcomes(request)]
        what = word(request.details, "what")
        here = what in rectification.HERE or what == rectification.CONTENT
        if request.kind != Kind.RECTIFICATION or here:
            del self.fields["done_by"]
        first = request.parent
        if first is None or Status(first.status) not in REOPENING:
            del self.fields["reopen"]


class EndPauseForm(forms.Form):
    """Why a pause ends, and on which day; the person is told at least a week before."""

    reason = forms.CharField(
        label=_("Why it ends"),
        help_text=_("The person reads this before the pause ends."),
        widget=LONG,
        max_length=2000,
    )
    on = forms.DateField(
        label=_("From which day on it is used again"),
        widget=DAY,
    )

    def __init__(self, *args: Any, first: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"].initial = first
        self.fields["on"].widget.attrs["min"] = first.isoformat()
