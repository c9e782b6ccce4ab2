"""What staff write on the workbench."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from dsar import queries, rules_identity
from dsar.models import SubjectRequest


class NoteForm(forms.Form):
    """Words to one's colleagues."""

    text = forms.CharField(
        label=_("Note for your colleagues"),
        help_text=_("Not shown to the person now; part of the copy when they ask for their data."),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=4000,
    )


class Colleague(forms.ModelChoiceField):  # type: ignore[type-arg] # no generic at run time
    """Somebody at the desk, by name."""

    def label_from_instance(self, obj: User) -> str:
        """Return how colleagues call them."""
        return obj.get_short_name()


class AssignForm(forms.Form):
    """Whom to give a request to."""

    to = Colleague(
        label=_("Give it to"), queryset=User.objects.none(), to_field_name="uid", empty_label=None
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["to"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - tells mypy
        field.queryset = queries.staff()


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


class ConfirmForm(forms.Form):
    """What showed to staff who asks."""

    how = forms.ChoiceField(label=_("What showed it"), choices=rules_identity.How.choices)
    words = forms.CharField(
        label=_("In a sentence, without numbers of documents"),
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=1000,
    )


class DoubtForm(forms.Form):
    """Why there is a doubt: the person reads it."""

    reason = forms.CharField(
        label=_("Why do you doubt who asks?"),
        help_text=_("The person reads this, and how they can answer."),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=1000,
    )


class DuplicateForm(forms.Form):
    """Which request a request repeats."""

    of = forms.ModelChoiceField(
        label=_("It repeats"),
        queryset=SubjectRequest.objects.none(),
        to_field_name="reference",
        empty_label=None,
    )

    def __init__(self, *args: Any, among: QuerySet[SubjectRequest], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["of"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - tells mypy
        field.queryset = among


class ForwardForm(forms.Form):
    """Who decides about the data, and what happens now: the person reads both."""

    controller = forms.CharField(
        label=_("Who decides about the data, and how to reach them"), max_length=300
    )
    note = forms.CharField(
        label=_("What we passed on, and what we still answer ourselves"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2000,
    )
