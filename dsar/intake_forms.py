"""What is asked of somebody without an account, and of staff who enter what came in: no more than
is needed. Each form of a kind says what it leaves in the request (``answers``)."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts import places
from consents.queries.catalogue import catalogue
from dsar.forms import LONG, AskErasureForm
from dsar.models import Restriction
from dsar.models.requests import Kind

# What can be asked for without an account; an answer is contested on its request's page.
KINDS: dict[Kind, tuple[Any, Any]] = {
    Kind.ACCESS: (
        _("A copy of my data"),
        _("Everything held about me, with what it is used for."),
    ),
    Kind.ERASURE: (
        _("Erase my data"),
        _("What a law makes us keep is locked away, with its end date."),
    ),
    Kind.OBJECTION: (
        _("Stop a use of my data"),
        _("Such as AI training. No proof of who you are is needed."),
    ),
    Kind.RECTIFICATION: (_("Correct my data"), _("Something held about me is wrong.")),
    Kind.PORTABILITY: (
        _("Take my data elsewhere"),
        _("What I provided, in files that other services read."),
    ),
    Kind.RESTRICTION: (
        _("Pause the use of my data"),
        _("Kept, but not used, while something is settled."),
    ),
    Kind.HUMAN_REVIEW: (
        _("Have a decision looked at by a person"),
        _("A decision about me was taken by a machine alone."),
    ),
}


class AskCodeForm(forms.Form):
    """A code from the mail: the short one, or the long one."""

    code = forms.CharField(
        label=_("Code from the mail"),
        help_text=_("Eight digits; or the long code. Spaces and dashes do not matter."),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "spellcheck": "false"}),
    )


class AnswersForm(forms.Form):
    """The questions of one kind. ``kept`` names the fields that go into the details."""

    kept: tuple[str, ...] = ()
    about = forms.CharField(
        label=_("Anything you want to add?"), widget=LONG, required=False, max_length=2000
    )

    def answers(self) -> dict[str, Any]:
        """Return what a valid form leaves in the request, as arguments of ``open_request``."""
        given = self.cleaned_data
        details = {name: given[name] for name in self.kept if given.get(name)}
        because = given.get("asked_because", "")
        return {"about": given["about"], "asked_because": because, "details": details}


class CopyForm(AnswersForm):
    """A copy: nothing has to be filled in."""

    about = forms.CharField(
        label=_("Anything we should look for in particular?"),
        help_text=_("We search everything we hold about you in any case."),
        widget=LONG,
        required=False,
        max_length=2000,
    )


class EraseForm(AnswersForm, AskErasureForm):
    """Erasure: a reason may be given and is never required (art. 17(1))."""

    field_order = ["asked_because", "about", "understood"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["understood"].label = _("I have read what will happen.")
        error = _("Please confirm that you have read what will happen.")
        self.fields["understood"].error_messages["required"] = error


class ObjectForm(AnswersForm):
    """An objection names a use; a reason is never asked for (art. 21(2); CCPA § 7026)."""

    kept = ("purpose",)
    field_order = ["purpose", "about"]
    purpose = forms.ChoiceField(label=_("What should stop?"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["purpose"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - tells mypy, not the program
        field.choices = [*_purposes(), ("other", _("Something else, which I describe below"))]


class CorrectForm(AnswersForm):
    """A correction: what is wrong, and what it should be."""

    kept = ("what", "now", "should")
    field_order = ["now", "should", "about"]
    now = forms.CharField(label=_("What is wrong?"), widget=LONG, max_length=2000)
    should = forms.CharField(label=_("What should it be?"), widget=LONG, max_length=2000)

    def answers(self) -> dict[str, Any]:
        """Return the answers; a person reads what they are about."""
        found = super().answers()
        return found | {"details": found["details"] | {"what": "other"}}


class PauseForm(AnswersForm):
    """A pause of every use, with the ground of art. 18(1)."""

    kept = ("ground", "scope")
    field_order = ["ground", "about"]
    ground = forms.ChoiceField(
        label=_("Why should it be paused?"),
        choices=Restriction.Ground.choices,
        widget=forms.RadioSelect,
    )

    def answers(self) -> dict[str, Any]:
        """Return the answers; without an account a pause is for everything."""
        found = super().answers()
        return found | {"details": found["details"] | {"scope": "everything"}}


class DecisionForm(AnswersForm):
    """A decision by a machine that a person shall look at."""

    kept = ("decision",)
    field_order = ["decision", "about"]
    decision = forms.CharField(label=_("Which decision?"), widget=LONG, max_length=2000)


ANSWERS: dict[Kind, type[AnswersForm]] = {
    Kind.ACCESS: CopyForm,
    Kind.PORTABILITY: CopyForm,
    Kind.ERASURE: EraseForm,
    Kind.OBJECTION: ObjectForm,
    Kind.RECTIFICATION: CorrectForm,
    Kind.RESTRICTION: PauseForm,
    Kind.HUMAN_REVIEW: DecisionForm,
}


class WhoForm(forms.Form):
    """The first step of the public form: what, whose, and which law."""

    kind = forms.ChoiceField(label=_("What do you want?"), widget=forms.RadioSelect)
    email = forms.EmailField(
        label=_("Your e-mail address"),
        help_text=_("The one to which documents were sent, or of your account."),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    country = forms.ChoiceField(
        label=_("Where you live"),
        help_text=_("It decides which law and which authority protect you."),
        widget=forms.Select(attrs={"autocomplete": "country"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kind, country = self.fields["kind"], self.fields["country"]
        assert isinstance(kind, forms.ChoiceField)  # noqa: S101 - tells mypy, not the program
        assert isinstance(country, forms.ChoiceField)  # noqa: S101
        kind.choices = [(one.value, _explained(*words)) for one, words in KINDS.items()]
        country.choices = [choice for choice in places.countries() if choice[0]]

    def clean_email(self) -> str:
        """Return the address as we store addresses."""
        return str(self.cleaned_data["email"]).strip().lower()


def _explained(title: Any, text: Any) -> SafeString:
    return format_html('<span>{}<br><small class="soft">{}</small></span>', title, text)


def _purposes() -> list[tuple[str, Any]]:
    """Return the uses that are in force, by the titles people know."""
    of = catalogue(timezone.now())
    found = [(purpose.slug, of.versions.get(purpose.pk)) for purpose in of.purposes]
    return [(slug, version.text().title) for slug, version in found if version is not None]
