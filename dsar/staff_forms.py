"""What staff write on the workbench."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from dsar import queries


class NoteForm(forms.Form):
    """Words to one's colleagues."""

    text = forms.CharField(
        label=_("Note for your colleagues"),
        help_text=_("Not shown to the person now; part of the copy when they ask for their data."),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=4000,
    )


class AssignForm(forms.Form):
    """Whom to give a request to."""

    to = forms.ModelChoiceField(
        label=_("Give it to"), queryset=User.objects.none(), to_field_name="uid", empty_label=None
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["to"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - tells mypy
        field.queryset = queries.staff()
        field.label_from_instance = User.get_short_name  # type: ignore[method-assign]


class SaveFilterForm(forms.Form):
    """A name for the filters as they stand; shared by the DPO only."""

    name = forms.CharField(label=_("Name of this filter"), max_length=60)
    shared = forms.BooleanField(label=_("For everybody at the desk"), required=False)


class DeclineForm(forms.Form):
    """Why a second person says no."""

    why = forms.CharField(
        label=_("Why not?"),
        help_text=_("Your colleague reads it, and can do better."),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=1000,
    )
