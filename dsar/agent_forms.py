"""What somebody who asks for somebody else says: who they are, for whom, and what allows them."""

import re
from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from dsar import enclosures
from dsar.file_fields import FilesField
from dsar.intake_forms import KINDS, AnswersForm, WhoForm
from dsar.kinds import NATURES, Proof
from dsar.models import Mandate
from dsar.models.requests import Kind

# What can be asked for, in the words of somebody else than the person.
TITLES: dict[Kind, Any] = {
    Kind.ACCESS: _("A copy of their data"),
    Kind.ERASURE: _("Erase their data"),
    Kind.OBJECTION: _("Stop a use of their data"),
    Kind.RECTIFICATION: _("Correct their data"),
    Kind.PORTABILITY: _("Take their data elsewhere"),
    Kind.RESTRICTION: _("Pause the use of their data"),
    Kind.HUMAN_REVIEW: _("Have a decision about them looked at by a person"),
}


class NameField(forms.CharField):
    """A name on one line, without what is not shown: it writes no lines of its own in our mail."""

    def to_python(self, value: Any) -> str:
        """Return it as it is shown, before it is looked at."""
        line = " ".join((super().to_python(value) or "").split())
        return "".join(letter for letter in line if enclosures.shows(letter)).strip()


class AgentWhoForm(WhoForm):
    """The first step: what, who acts, and under which law the person is protected."""

    field_order = ["kind", "name", "email", "country"]
    name = NameField(
        label=_("Your name"),
        help_text=_("Or that of your firm. The person reads it."),
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        validators=[
            # It stands in a mail of ours to anybody: it must lead nowhere. Some programs take
            # the full stops of other scripts for the dot of an address (UTS 46).
            RegexValidator(
                r"://|@|www\.|\w[.。．｡]\w\w|(?:\d[\s().-]*){5}",
                message=_("A name holds no address and no telephone number. Write “J. Smith”."),
                inverse_match=True,
                flags=re.IGNORECASE,
            )
        ],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kind, email, country = (self.fields[name] for name in ("kind", "email", "country"))
        assert isinstance(kind, forms.ChoiceField)  # noqa: S101 - tells mypy, not the program
        kind.choices = [(one.value, TITLES[one]) for one in KINDS]
        email.help_text = _("Yours, not the person’s: we send a code there.")
        country.label, country.widget.attrs = _("Where the person lives"), {}


class AgentForm(forms.Form):
    """The third step: for whom, and what allows it. The file is asked for in any case."""

    person_email = forms.EmailField(
        label=_("E-mail address of the person you act for"),
        help_text=_("The one to which documents were sent, or of their account."),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    proof = forms.ChoiceField(
        label=_("What allows you to act"),
        choices=[(one.value, one.label) for one in (Mandate.Proof.POWER, Mandate.Proof.PERMISSION)],
        widget=forms.RadioSelect,
    )
    mandate = FilesField(
        label=_("It, as a file"),
        help_text=_("PDF, PNG, JPEG or text. Kept sealed with the request."),
        max_length=255,
        allow_empty_file=True,
    )
    answer_to_agent = forms.BooleanField(
        label=_("It says that the answer goes to me, too."),
        help_text=_("The person gets it in any case, and can end that at any time."),
        required=False,
    )

    def __init__(self, *args: Any, kind: Kind, own_email: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.own_email = own_email
        # An objection is obeyed whoever sends it: what became of it is the person's to know.
        if NATURES[kind].proof == Proof.NONE:
            del self.fields["answer_to_agent"]

    def clean_person_email(self) -> str:
        """Return the address as we store addresses; one's own is no address of somebody else."""
        email = str(self.cleaned_data["person_email"]).strip().lower()
        if email == self.own_email:
            raise forms.ValidationError(
                _("This is your own address. Ask for yourself, or give the person’s address.")
            )
        return email


def of_somebody_else(form: AnswersForm) -> AnswersForm:
    """Return the questions of a kind without what is said to the person alone."""
    form.fields["about"].help_text = ""
    return form
