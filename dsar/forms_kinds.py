"""What is asked of people for each kind of request: structured, and nothing that is not needed.

Every form says what becomes of its answers: ``details()`` for the request, ``about`` for a person
who reads it. A form is made for one person: what it offers to choose from is theirs.
"""

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from consents.models import Document, Purpose
from consents.models.purposes import Control
from consents.queries.catalogue import catalogue
from dsar.actions.objections import WEIGHED
from dsar.file_fields import FilesField
from dsar.forms import LONG, MessageForm
from dsar.models import Restriction

OTHER = "other"
# A list to choose from that can be read; older documents carry the link to this form themselves.
MOST_LISTED = 100
Choices = list[tuple[str, str | Promise]]


class KindForm(forms.Form):
    """A form of one person."""

    def __init__(self, *args: Any, person: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.person = person

    def details(self) -> dict[str, Any]:
        """Return the structured answers, as ``SubjectRequest.details`` keeps them."""
        return {name: value for name, value in self.cleaned_data.items() if self._kept(name, value)}

    @staticmethod
    def _kept(name: str, value: object) -> bool:
        return name != "about" and bool(value)


class PortabilityForm(KindForm):
    """Taking one's data elsewhere: nothing has to be filled in."""


class RectificationForm(KindForm):
    """What is wrong, and what it should be (art. 16)."""

    WHAT: Choices = [
        ("title", gettext_lazy("The title of a document")),
        ("party_name", gettext_lazy("My name in the list of a document’s parties")),
        ("content", gettext_lazy("What a signed document says about me")),
        (OTHER, gettext_lazy("Something else you hold about me")),
    ]
    what = forms.ChoiceField(label=gettext_lazy("What is wrong?"), widget=forms.RadioSelect)
    document = forms.ChoiceField(
        label=gettext_lazy("In which document?"),
        help_text=gettext_lazy("Not needed for something else."),
        required=False,
    )
    now = forms.CharField(label=gettext_lazy("What it says now"), required=False, max_length=500)
    should = forms.CharField(
        label=gettext_lazy("What it should say"),
        help_text=gettext_lazy(
            "For a signed document: your statement. It is shown beside the document to everybody"
            " who can see it."
        ),
        widget=LONG,
        max_length=2000,
        error_messages={"required": gettext_lazy("Write what it should say, in your own words.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = str(self.initial.get("document") or self.data.get("document", ""))
        listed = documents_of(self.person, [chosen])
        set_choices(self, "what", self.WHAT)
        set_choices(self, "document", [("", _("No document")), *listed])

    def clean(self) -> dict[str, Any]:
        """A title, a name and a content are those of a document, and the first two are short."""
        data = super().clean() or {}
        what = data.get("what")
        if what in ("title", "party_name", "content") and not data.get("document"):
            self.add_error("document", _("Choose the document in which it is wrong."))
        longest = {"title": 300, "party_name": 150}.get(str(what))
        if longest and len(data.get("should", "")) > longest:
            self.add_error("should", _("Write it in at most %(n)d characters.") % {"n": longest})
        return data


class RestrictionForm(KindForm):
    """What is paused, and on which of the four grounds (art. 18(1))."""

    SCOPE: Choices = [
        ("documents", gettext_lazy("The documents I choose below")),
        ("everything", gettext_lazy("Everything, also what comes later")),
    ]
    scope = forms.ChoiceField(
        label=gettext_lazy("What should be paused?"), widget=forms.RadioSelect, initial="documents"
    )
    documents = forms.MultipleChoiceField(
        label=gettext_lazy("Which documents?"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    ground = forms.ChoiceField(label=gettext_lazy("Why?"), widget=forms.RadioSelect)
    about = forms.CharField(
        label=gettext_lazy("Anything that helps us to check it?"),
        widget=LONG,
        required=False,
        max_length=2000,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        given = self.data.getlist("documents") if isinstance(self.data, QueryDict) else []
        kept = self.initial.get("documents") or []
        kept = kept if isinstance(kept, list) else [kept]
        set_choices(self, "scope", self.SCOPE)
        set_choices(self, "documents", documents_of(self.person, [*given, *kept]))
        set_choices(self, "ground", list(Restriction.Ground.choices))

    def clean(self) -> dict[str, Any]:
        """At least one document, where not everything is meant."""
        data = super().clean() or {}
        if data.get("scope") == "documents" and not data.get("documents"):
            self.add_error("documents", _("Choose at least one document, or everything."))
        return data


class ObjectionForm(KindForm):
    """To which purpose one objects: those without a switch of their own. No reason is needed."""

    purpose = forms.ChoiceField(
        label=gettext_lazy("To which use do you object?"), widget=forms.RadioSelect
    )
    about = forms.CharField(
        label=gettext_lazy("What is special about your situation?"),
        help_text=gettext_lazy("It is weighed in your favour where something has to be weighed."),
        widget=LONG,
        required=False,
        max_length=2000,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        other = (OTHER, gettext_lazy("Another use; I say below which"))
        set_choices(self, "purpose", [*weighed_purposes(), other])

    def clean(self) -> dict[str, Any]:
        """Another use has to be named, or nobody could stop it."""
        data = super().clean() or {}
        if data.get("purpose") == OTHER and not data.get("about", "").strip():
            self.add_error("about", _("Say which use you mean."))
        return data


class HumanReviewForm(KindForm):
    """Which decision, and what a person should hear (art. 22(3))."""

    decision = forms.CharField(
        label=gettext_lazy("Which decision?"),
        help_text=gettext_lazy("What was decided about you, and when, as far as you know."),
        max_length=500,
        error_messages={"required": gettext_lazy("Say which decision a person should look at.")},
    )
    about = forms.CharField(
        label=gettext_lazy("What should the person know?"),
        help_text=gettext_lazy("Heard if you write it."),
        widget=LONG,
        required=False,
        max_length=2000,
    )


class AppealForm(KindForm):
    """What in an answer somebody else should look at again, and why."""

    WHY: Choices = [
        ("incomplete", gettext_lazy("Something is missing")),
        ("wrong", gettext_lazy("Something in it is wrong")),
        ("ground", gettext_lazy("The reason you gave does not hold")),
        ("kept", gettext_lazy("You keep something that you should not keep")),
        (OTHER, gettext_lazy("Something else")),
    ]
    why = forms.MultipleChoiceField(
        label=gettext_lazy("What is not right?"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose at least one; “something else” will do.")},
    )
    about = forms.CharField(
        label=gettext_lazy("Why?"),
        widget=LONG,
        max_length=2000,
        error_messages={"required": gettext_lazy("Say in a sentence what should be looked at.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        set_choices(self, "why", self.WHY)


def documents_of(person: User, also: list[str]) -> Choices:
    """Return the newest documents of a person to choose from, and those of theirs named besides."""
    mine = Document.objects.visible_to(person).order_by("-listed_at", "-pk")
    found = {str(one.uid): one for one in mine[:MOST_LISTED]}
    missing = [uid for uid in also[:MOST_LISTED] if uid not in found and _is_uid(uid)]
    if missing:
        found |= {str(one.uid): one for one in mine.filter(uid__in=missing)}
    return [(uid, _title(one)) for uid, one in found.items()]


def weighed_purposes() -> Choices:
    """Return the purposes that one objects to here: in use, on an interest, without a switch."""
    known = catalogue(timezone.now())
    return [
        (purpose.slug, known.versions[purpose.pk].text().title)
        for purpose in known.purposes
        if _is_weighed(purpose, known.versions.get(purpose.pk))
    ]


def set_choices(form: forms.Form, name: str, choices: Choices) -> None:
    """Give a field of a form what can be chosen in it."""
    field = form.fields[name]
    if isinstance(field, forms.ChoiceField):
        field.choices = choices


def _is_weighed(purpose: Purpose, version: Any) -> bool:
    return (
        version is not None and purpose.control == Control.NONE and version.legal_basis in WEIGHED
    )


def _is_uid(text: str) -> bool:
    try:
        forms.UUIDField().clean(text)
    except forms.ValidationError:
        return False
    return True


def _title(document: Document) -> str:
    return Truncator(document.title or _("Document without a title")).chars(90)


class LetterForm(MessageForm):
    """Words to support, with files if one likes."""

    enclosed = FilesField(
        label=gettext_lazy("Files"),
        help_text=gettext_lazy("PDF, PNG, JPEG or text."),
        required=False,
        max_length=255,
        allow_empty_file=True,
    )
