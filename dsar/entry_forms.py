"""What staff say of a request that came in by post, telephone, e-mail, or through an agent."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts import places
from dsar import laws
from dsar.file_fields import FilesField
from dsar.forms import DAY
from dsar.intake_forms import KINDS
from dsar.models import Mandate
from dsar.models.requests import Channel


class EntryWhoForm(forms.Form):
    """The first step of an entry by staff: who asks, and for what."""

    email = forms.EmailField(
        label=_("The person’s e-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    kind = forms.ChoiceField(label=_("What they ask for"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kind = self.fields["kind"]
        assert isinstance(kind, forms.ChoiceField)  # noqa: S101 - tells mypy, not the program
        kind.choices = [(one.value, title) for one, (title, _text) in KINDS.items()]

    def clean_email(self) -> str:
        """Return the address as we store addresses."""
        return str(self.cleaned_data["email"]).strip().lower()


class EntryForm(forms.Form):
    """The second step: how and when it reached us, and who acts for the person, if anybody."""

    channel = forms.ChoiceField(
        label=_("How it reached us"),
        choices=[
            (one.value, one.label)
            for one in (Channel.POST, Channel.EMAIL, Channel.PHONE, Channel.AGENT)
        ],
    )
    received_on = forms.DateField(
        label=_("The day it reached us"),
        help_text=_("Any of us: the law’s time counts from that day."),
        widget=DAY,
    )
    country = forms.ChoiceField(label=_("Where the person lives"))
    region = forms.CharField(
        label=_("Part of the country"),
        help_text=_("Of the United States: two letters, as “CA”."),
        required=False,
        max_length=3,
    )
    language = forms.ChoiceField(label=_("Write to them in"))
    scan = FilesField(
        label=_("What came in, as files"),
        help_text=_("PDF, PNG, JPEG or text. Kept sealed with the request."),
        required=False,
        max_length=255,
        allow_empty_file=True,
    )
    agent_name = forms.CharField(label=_("Who acts for the person"), required=False, max_length=200)
    agent_email = forms.EmailField(label=_("Their e-mail address"), required=False, max_length=254)
    proof = forms.ChoiceField(
        label=_("What shows that they may"), choices=Mandate.Proof.choices, required=False
    )
    mandate = FilesField(
        label=_("The power of attorney, or permission, as a file"),
        required=False,
        max_length=255,
        allow_empty_file=True,
    )
    answer_to_agent = forms.BooleanField(
        label=_("It says that the answer goes to them."),
        help_text=_("They are written to besides the person, who can end it at any time."),
        required=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = {
            "country": [choice for choice in places.countries() if choice[0]],
            "language": [choice for choice in places.languages() if choice[0]],
        }
        for name, choices in chosen.items():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)  # noqa: S101 - tells mypy
            field.choices = choices

    def clean(self) -> dict[str, Any]:
        """Check that a mandate is there where one is said to be, and a place that exists."""
        given = super().clean() or self.cleaned_data
        proof = given.get("proof") or Mandate.Proof.NONE
        if given.get("channel") == Channel.AGENT and not given.get("agent_name"):
            self.add_error("agent_name", _("Say who acts for the person."))
        if proof != Mandate.Proof.NONE and not given.get("mandate"):
            self.add_error("mandate", _("Enclose what shows it."))
        if given.get("answer_to_agent") and proof == Mandate.Proof.NONE:
            self.add_error("answer_to_agent", _("Without it, the answer goes to the person."))
        if given.get("answer_to_agent") and not given.get("agent_email"):
            self.add_error("agent_email", _("Without an address nobody can be written to."))
        if given.get("country"):
            self._place(given)
        return given

    def _place(self, given: dict[str, Any]) -> None:
        named = "-".join(filter(None, [given["country"], given.get("region", "")]))
        try:
            given["country"], given["region"] = laws.place_of(named)
        except laws.UnknownPlace as unknown:
            self.add_error("region", str(unknown.message))
