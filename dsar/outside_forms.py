"""What the owner of a source may answer, by what was asked."""

from datetime import timedelta
from typing import Any

from django import forms
from django.db import models
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from dsar import enclosures
from dsar.answers import GROUNDS
from dsar.forms import DAY

LONGEST_KEPT = timedelta(days=366 * 30)


class WhyNot(models.TextChoices):
    """Why an owner cannot do what is asked; what they add in words is for our staff."""

    NOT_OURS = "not_ours", _("This place holds no data of the kind asked for.")
    NO_ACCESS = "no_access", _("I cannot reach the data.")
    OTHERS = "others", _("It cannot be told from the data of others.")
    LAW = "law", _("A law forbids it.")
    ELSE = "else", _("Another reason.")


OUTCOMES: dict[str, list[tuple[str, str | Promise]]] = {
    "collect": [
        ("done", _("There is data: I enclose it.")),
        ("not_found", _("I searched, and found nothing.")),
    ],
    "erase": [
        ("erased", _("It is erased.")),
        ("not_found", _("I searched, and found nothing.")),
        ("kept", _("It is kept, for a reason and until a day.")),
    ],
    "prove": [("gone", _("I searched again, and found nothing."))],
    "end": [
        ("erased", _("It is erased.")),
        ("not_found", _("I searched, and found nothing.")),
    ],
}
HELD: list[tuple[str, str | Promise]] = [
    ("restricted", _("It is locked away until that day.")),
    ("not_found", _("I searched, and found nothing.")),
]
EXCEPTION = ("exception", _("It cannot be done."))
GROUND_WORDS: list[tuple[str, str | Promise]] = [
    ("", "—"),
    ("legal_duty", GROUNDS["legal_duty"].label),
    ("legal_claims", GROUNDS["legal_claims"].label),
]


class ManyFiles(forms.ClearableFileInput):
    """Several files at once."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """A list of files, maybe empty."""

    def clean(self, data: Any, initial: Any = None) -> Any:
        """Return all of them; what each is is looked at when it is taken."""
        given = data if isinstance(data, (list, tuple)) else [data]
        return [super(FilesField, self).clean(one, initial) for one in given if one]


class AnswerForm(forms.Form):
    """The one form of the owner's page; which parts it has depends on what was asked."""

    outcome = forms.ChoiceField(label=_("What did you find?"), widget=forms.RadioSelect)
    enclosed = FilesField(
        label=_("If there is data: the files"),
        help_text=_("PDF, pictures, or text (also CSV). Everything about this person, as it is."),
        required=False,
        widget=ManyFiles(attrs={"accept": enclosures.ACCEPTED + ",.csv"}),
    )
    erased_on = forms.DateField(
        label=_("If it is erased: on which day?"),
        required=False,
        widget=DAY,
    )
    ground = forms.ChoiceField(
        label=_("If it is kept: why?"), required=False, choices=lambda: GROUND_WORDS
    )
    until = forms.DateField(
        label=_("If it is kept: until when?"),
        help_text=_("The person reads the reason and this day."),
        required=False,
        widget=DAY,
    )
    code = forms.ChoiceField(
        label=_("If it cannot be done: why?"),
        required=False,
        choices=lambda: [("", "—"), *WhyNot.choices],
    )
    reason = forms.CharField(
        label=_("If it cannot be done: in a few words"),
        help_text=_("For our staff, who look for another way. Do not name the person."),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, action: str, held: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        first = HELD if held and action == "erase" else OUTCOMES[action]
        exception = [] if action == "end" else [EXCEPTION]
        self.fields["outcome"].choices = [*first, *exception]  # type: ignore[attr-defined]
        offered = {value for value, _label in first}
        for name, wanted in (
            ("enclosed", "done" in offered),
            ("erased_on", "erased" in offered),
            ("ground", "kept" in offered),
            ("until", "kept" in offered),
            ("code", bool(exception)),
            ("reason", bool(exception)),
        ):
            if not wanted:
                del self.fields[name]

    def clean(self) -> dict[str, Any]:
        """Ask for what goes with the outcome, and only for that."""
        given = super().clean() or {}
        outcome, today = given.get("outcome"), timezone.localdate()
        needed = {
            "done": [("enclosed", _("Enclose the data, or say that you found nothing."))],
            "kept": [
                ("ground", _("Choose the reason.")),
                ("until", _("Give the day until which it is kept.")),
            ],
            "exception": [
                ("code", _("Choose the reason.")),
                ("reason", _("Say in a few words why.")),
            ],
        }
        for name, words in needed.get(str(outcome), []):
            if not given.get(name) and name not in self.errors:
                self.add_error(name, words)
        until, erased_on = given.get("until"), given.get("erased_on")
        if outcome == "kept" and until and not today < until < today + LONGEST_KEPT:
            self.add_error("until", _("Give a day to come."))
        if erased_on and erased_on > today:
            self.add_error("erased_on", _("Give a day that is not to come."))
        return given
