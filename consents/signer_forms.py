"""What a signer may send by a link: a refusal, or a code."""

from django import forms
from django.utils.translation import gettext_lazy as _

DOCUMENT, EVERYTHING = "document", "everything"


class RefuseForm(forms.Form):
    """One button: about this document, or about all under the address."""

    purpose = forms.SlugField(max_length=50)
    scope = forms.ChoiceField(choices=[(DOCUMENT, DOCUMENT), (EVERYTHING, EVERYTHING)])


class CodeForm(forms.Form):
    """The code from the mail; spaces do not matter."""

    code = forms.CharField(
        label=_("Code from the mail"),
        help_text=_("Eight digits. Spaces do not matter."),
        max_length=40,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "spellcheck": "false"}
        ),
    )
