"""The form of a measurement: kept as it was typed, and what is wrong is said beside."""

from typing import Any

from django import forms
from django.conf import settings
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.changes.kinds import Difference, Problems
from accounts.changes.saving import Page
from consents.changing.measured import NUMBERS, WORDS, Payload, file_of
from consents.models import Evidence
from portal.dashboard.approvals.forms import differs
from portal.dashboard.wizard.forms import DraftForm

LABELS = {
    "method_words": gettext_lazy("How it was measured, for everybody"),
    "dataset": gettext_lazy("On which data"),
    "attack": gettext_lazy("How somebody tried to recognise people again"),
    "documents": gettext_lazy("Documents in the set"),
    "labelled": gettext_lazy("Identifiers labelled by hand"),
    "found": gettext_lazy("Of these, found by the software"),
    "attempts": gettext_lazy("Attempts to recognise somebody"),
    "successes": gettext_lazy("Of these, successful"),
}
DAY = {"type": "date"}


class MeasurementForm(DraftForm):
    """What was measured. Shares and their intervals are computed, so nobody types them."""

    method = forms.ChoiceField(
        label=gettext_lazy("Method"), choices=[("", "–"), *Evidence.Method.choices]
    )
    measured_on = forms.CharField(
        label=gettext_lazy("Measured on"), widget=forms.DateInput(attrs=DAY)
    )
    valid_until = forms.CharField(
        label=gettext_lazy("Counts until"),
        help_text=gettext_lazy("Two years after the measurement at the latest."),
        widget=forms.DateInput(attrs=DAY),
    )
    reviewer = forms.CharField(
        label=gettext_lazy("Who answers for it"),
        help_text=gettext_lazy("The name as everybody will read it."),
    )
    reviewer_function = forms.CharField(label=gettext_lazy("As what"))
    is_independent = forms.BooleanField(
        label=gettext_lazy("Independent of the service"), required=False
    )
    is_file_public = forms.BooleanField(
        label=gettext_lazy("Everybody may download the report"),
        help_text=gettext_lazy("The figures are public in any case."),
        required=False,
    )

    def __init__(self, values: Payload, problems: Problems | None = None) -> None:
        super().__init__(values, {})
        for name in NUMBERS:
            self.fields[name] = forms.CharField(
                label=str(LABELS[name]), widget=forms.TextInput(attrs={"inputmode": "numeric"})
            )
        for name in WORDS:
            for code, language in settings.LANGUAGES:
                self.fields[f"{name}_{code}"] = forms.CharField(
                    label=f"{LABELS[name]} ({_(str(language))})",
                    required=name != "attack",
                    widget=forms.Textarea(attrs={"rows": 3, "lang": code}),
                )
        self.order_fields(ORDER)
        self.say(problems)


ORDER = [
    "method", "measured_on", "method_words_en", "method_words_fr", "documents", "dataset_en",
    "dataset_fr", "labelled", "found", "attempts", "successes", "attack_en", "attack_fr",
    "reviewer", "reviewer_function", "is_independent", "valid_until",
]  # fmt: skip


def fields_of(payload: Payload) -> dict[str, Any]:
    """Return a draft as the fields of the form."""
    words = {
        f"{name}_{code}": payload.get(name, {}).get(code, "")
        for name in WORDS
        for code, _language in settings.LANGUAGES
    }
    return {**payload, **words}


def typed_page(sent: QueryDict, file: str) -> Page:
    """Return what was typed of a measurement; ``file`` is the ``uid`` of a new report, or ""."""
    typed = MeasurementForm.read(sent)

    def kept(payload: Payload | None) -> Payload:
        return _into(payload or {}, typed) | ({"file": file} if file else {})

    return Page(opened=sent.get("opened", ""), into=kept, differs=_differs)


def _differs(before: Payload | None, after: Payload | None) -> list[Difference]:
    """Return in what two drafts differ, with the report."""
    old, new = before or {}, after or {}
    found = differs(MeasurementForm(fields_of(old)), MeasurementForm(fields_of(new)))
    files = [file_of(one) for one in (old, new)]
    names = [f"{one.name} ({one.sha256})" if one else "" for one in files]
    return found + ([Difference(_("The report"), *names)] if names[0] != names[1] else [])


def _into(payload: Payload, typed: dict[str, Any]) -> Payload:
    """Return the draft with what was typed."""
    words = {
        name: {code: typed[f"{name}_{code}"] for code, _language in settings.LANGUAGES}
        for name in WORDS
    }
    rest = {name: one for name, one in typed.items() if name[:-3] not in WORDS}
    return {**payload, **rest, **words}
