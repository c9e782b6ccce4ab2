"""What people and staff may write about a request: structured, and nothing that is not needed."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from dsar.grounds import ErasureAsked, ExtensionReason, RefusalGround

LONG = forms.Textarea(attrs={"rows": 4})
# A day as browsers read it, whatever the language of the page.
DAY = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


class AskAccessForm(forms.Form):
    """A copy of one's data: nothing has to be filled in."""

    about = forms.CharField(
        label=_("Anything we should look for in particular?"),
        help_text=_("We search everything we hold about you in any case."),
        widget=LONG,
        required=False,
        max_length=2000,
    )


class AskErasureForm(forms.Form):
    """Erasure: a reason may be given and is never required (art. 17(1))."""

    asked_because = forms.ChoiceField(
        label=_("Why should it be erased?"),
        help_text=_("It can help us where a law makes us keep something."),
        required=False,
    )
    about = forms.CharField(
        label=_("Anything you want to add?"), widget=LONG, required=False, max_length=2000
    )
    understood = forms.BooleanField(
        label=_("I have read what is erased and what must stay."),
        error_messages={"required": _("Please confirm that you have read the list above.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        reasons = [("", _("I give no reason")), *ErasureAsked.choices]
        field = self.fields["asked_because"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - tells mypy, not the program
        field.choices = reasons


class SignerErasureForm(AskErasureForm):
    """The same from a signer's link, where the plan is shown only once they have signed in."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["understood"].label = _("I have read what will happen.")
        error = _("Please confirm that you have read what will happen.")
        self.fields["understood"].error_messages["required"] = error


class MessageForm(forms.Form):
    """Words to the other side."""

    text = forms.CharField(label=_("Your message"), widget=LONG, max_length=5000)


class ApproveForm(forms.Form):
    """Approval; with gaps only when somebody says so."""

    accept_gaps = forms.BooleanField(
        label=_("Answer without the sources that failed, and name them to the person."),
        required=False,
    )


class RefuseForm(forms.Form):
    """A refusal with its ground and what shows it (art. 12(5): the controller bears the proof)."""

    # None is chosen beforehand: a ground is a decision.
    ground = forms.ChoiceField(
        label=_("Ground"), choices=[("", _("Choose the ground")), *RefusalGround.choices]
    )
    evidence = forms.CharField(
        label=_("What shows it"),
        help_text=_("The person reads this, with the way to complain and to a court."),
        widget=LONG,
        max_length=4000,
    )


class ExtendForm(forms.Form):
    """Two further months, inside the first one, with the reason in words (art. 12(3))."""

    reason = forms.ChoiceField(label=_("Reason"), choices=ExtensionReason.choices)
    note = forms.CharField(label=_("Explanation for the person"), widget=LONG, max_length=2000)


class RevealForm(forms.Form):
    """Why a name has to be seen: the person reads it (invariant 14)."""

    reason = forms.CharField(
        label=_("Why do you need to see who it is?"),
        help_text=_("The person can read this in their account."),
        max_length=200,
    )
