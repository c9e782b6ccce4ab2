"""The forms of the wizard's steps: a draft is kept as it was typed, and what is wrong is said."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.conf import settings
from django.forms.utils import ErrorDict, ErrorList
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.changes.kinds import Problems
from consents.changing.drafts import EARLIEST, ON_A_DAY, PARTS, Payload
from consents.models import Evidence, System
from consents.models.purposes import Control, LegalBasis
from consents.queries.diff import PARTS as PART_NAMES
from consents.register.terms import DATA, PROCESSING, PURPOSES, TRIGGERS, listed

LONGEST = 20_000  # characters of one field
LONGEST_TERM = 60  # of the code of a term
HINTS = {
    "summary": gettext_lazy("One sentence that is complete in itself."),
    "detail": gettext_lazy("A paragraph in words of daily life."),
    "legal": gettext_lazy("With the article, the controller and how to reach the DPO."),
    "example": gettext_lazy("“{document}” becomes the title of the document at hand."),
    "refusal": gettext_lazy("Who may refuse, how, and that it costs nothing."),
}
TERMS = {"retention_trigger": TRIGGERS, "dpv_purpose": PURPOSES, "dpv_processing": PROCESSING}
SHORT = ("title", "summary")


class DraftForm(forms.Form):
    """A form that shows a draft, right or wrong: nothing typed is thrown away."""

    use_required_attribute = False

    def __init__(self, values: Payload, problems: Problems | None = None) -> None:
        super().__init__(data=values)
        self.say(problems)

    def say(self, problems: Problems | None) -> None:
        """Say beside each field what is wrong with it."""
        found = {name: one for name, one in (problems or {}).items() if name in self.fields}
        self._errors = ErrorDict({name: ErrorList(one) for name, one in found.items()})

    @classmethod
    def read(cls, sent: QueryDict) -> dict[str, Any]:
        """Return what was sent of this form's fields, as it was typed."""
        return {
            name: _plain(field.widget.value_from_datadict(sent, {}, name))
            for name, field in cls({}).fields.items()
        }


class FactsForm(DraftForm):
    """Basis, data, recipients, retention, terms and safeguards."""

    legal_basis = forms.ChoiceField(label=gettext_lazy("Legal basis"))
    data_categories = forms.MultipleChoiceField(
        label=gettext_lazy("Which data"),
        help_text=gettext_lazy("Terms of the Data Privacy Vocabulary, in words."),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    recipients = forms.MultipleChoiceField(
        label=gettext_lazy("Who receives it"), widget=forms.CheckboxSelectMultiple, required=False
    )
    retention_trigger = forms.ChoiceField(label=gettext_lazy("Kept, counted from"))
    retention_duration = forms.CharField(
        label=gettext_lazy("For how long"),
        help_text=gettext_lazy("P30D is 30 days, P13M is 13 months, P5Y is five years"),
    )
    dpv_purpose = forms.ChoiceField(label=gettext_lazy("What it is for, as a term"))
    dpv_processing = forms.ChoiceField(
        label=gettext_lazy("What is done, as a term"),
        help_text=gettext_lazy("A term that begins with “ai:” is a use of AI."),
        required=False,
    )
    anonymised = forms.BooleanField(
        label=gettext_lazy("The data are anonymous"),
        help_text=gettext_lazy("A claim: it asks for evidence, and without it says so."),
        required=False,
    )
    recall = forms.CharField(
        label=gettext_lazy("Identifiers found and masked, in per cent"),
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )
    method = forms.ChoiceField(label=gettext_lazy("Measured how"), required=False)
    statement_en = forms.CharField(
        label=gettext_lazy("What protects the data, in English"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "lang": "en"}),
    )
    statement_fr = forms.CharField(
        label=gettext_lazy("What protects the data, in French"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "lang": "fr"}),
    )

    def __init__(self, values: Payload, problems: Problems | None = None) -> None:
        super().__init__(values, problems)
        bases = [(code, f"{label} ({code})") for code, label in LegalBasis.choices]
        method = [("", _("not measured")), *Evidence.Method.choices]
        _offer(self.fields["legal_basis"], [("", _("Choose …")), *bases])
        _offer(self.fields["method"], method)
        for name, codes in TERMS.items():
            _offer(self.fields[name], _known(codes, values.get(name)))
        present = [one for one in values.get("data_categories") or [] if isinstance(one, str)]
        unknown = [(one, one) for one in present if one not in DATA]
        _offer(self.fields["data_categories"], [*DATA.items(), *unknown])
        systems = System.objects.order_by("name").values_list("slug", "name", "country")
        named = [(slug, f"{name} ({country})") for slug, name, country in systems]
        _offer(self.fields["recipients"], named)

    @property
    def data_words(self) -> str:
        """Return the categories of data that are chosen, in words."""
        return listed(self["data_categories"].value() or [], DATA)


class NewFactsForm(FactsForm):
    """The same for a purpose that does not exist yet: also what people can do about it."""

    control = forms.ChoiceField(
        label=gettext_lazy("What people can do about it"),
        help_text=gettext_lazy("It stays what it is for ever once it is published."),
    )
    is_ai_training = forms.BooleanField(label=gettext_lazy("It trains AI"), required=False)
    shares_with_third_parties = forms.BooleanField(
        label=gettext_lazy("Third parties receive data"), required=False
    )
    honours_gpc = forms.BooleanField(
        label=gettext_lazy("A browser’s privacy signal refuses it"), required=False
    )
    by_document = forms.BooleanField(
        label=gettext_lazy("It uses documents, and can be chosen for each"), required=False
    )
    field_order = ("control", "is_ai_training", "by_document")

    def __init__(self, values: Payload, problems: Problems | None = None) -> None:
        super().__init__(values, problems)
        _offer(self.fields["control"], [("", _("Choose …")), *Control.choices])


class WordsForm(DraftForm):
    """Every level of the text in one language after the other: ``en_title``, ``fr_title`` …"""

    def __init__(self, values: Payload, problems: Problems | None = None) -> None:
        super().__init__(values, {})
        for code, _name in settings.LANGUAGES:
            for part in PARTS:
                self.fields[f"{code}_{part}"] = _words_field(code, part)
        self.say(problems)

    def languages(self) -> list[tuple[str, str, list[forms.BoundField]]]:
        """Return code, name and fields of each language."""
        return [
            (code, _(str(name)), [self[f"{code}_{part}"] for part in PARTS])
            for code, name in settings.LANGUAGES
        ]


class DatesForm(DraftForm):
    """When it takes effect."""

    when = forms.ChoiceField(
        label=gettext_lazy("It takes effect"),
        widget=forms.RadioSelect,
        choices=[
            (EARLIEST, gettext_lazy("as early as the notice allows, counted from the agreement")),
            (ON_A_DAY, gettext_lazy("on a day, at midnight")),
        ],
    )
    effective_on = forms.CharField(
        label=gettext_lazy("Day"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )


class StartForm(DraftForm):
    """Which purpose is to change; or the code of a new one."""

    purpose = forms.ChoiceField(label=gettext_lazy("Purpose"))
    slug = forms.CharField(
        label=gettext_lazy("Code of the new purpose"),
        help_text=gettext_lazy("Short, for addresses and machines: letters, digits, hyphens."),
        required=False,
    )


def facts_of(payload: Payload) -> dict[str, Any]:
    """Return a draft as the fields of the first step."""
    statement = payload.get("statement", {})
    return payload | {
        "statement_en": statement.get("en", ""),
        "statement_fr": statement.get("fr", ""),
    }


def facts_into(payload: Payload, typed: dict[str, Any]) -> Payload:
    """Return the draft with what was typed in the first step."""
    rest = {name: one for name, one in typed.items() if not name.startswith("statement_")}
    statement = {code: typed.get(f"statement_{code}", "") for code in ("en", "fr")}
    chosen = {
        "data_categories": [one[:LONGEST_TERM] for one in typed["data_categories"] if one],
        "recipients": typed["recipients"],
    }
    # In the order of what is published: another order of boxes is no change for anybody.
    kept = {name: _in_order(payload.get(name, []), some) for name, some in chosen.items()}
    said = statement if any(statement.values()) else {}
    return payload | rest | kept | {"statement": said}


def _in_order(before: list[str], chosen: list[str]) -> list[str]:
    """Return what is chosen, what was there already first and in its order."""
    return [one for one in before if one in chosen] + [one for one in chosen if one not in before]


def words_of(payload: Payload) -> dict[str, Any]:
    """Return a draft as the fields of the step of words."""
    texts = payload.get("texts", {})
    return {
        f"{code}_{part}": texts.get(code, {}).get(part, "")
        for code, _name in settings.LANGUAGES
        for part in PARTS
    }


def words_into(payload: Payload, typed: dict[str, Any]) -> Payload:
    """Return the draft with what was typed in the step of words."""
    return payload | {
        "texts": {
            code: {part: typed[f"{code}_{part}"] for part in PARTS}
            for code, _name in settings.LANGUAGES
        }
    }


def _words_field(code: str, part: str) -> forms.CharField:
    attrs = {"lang": code} | ({} if part in SHORT else {"rows": 4})
    widget: forms.Widget = forms.TextInput(attrs) if part == "title" else forms.Textarea(attrs)
    if part == "summary":
        widget = forms.Textarea(attrs | {"rows": 2})
    label = str(PART_NAMES[part])
    return forms.CharField(label=label, help_text=HINTS.get(part, ""), widget=widget)


def _known(codes: Mapping[str, Any], present: Any) -> list[tuple[str, Any]]:
    """Return what can be chosen; what the draft says stays among it, known or not."""
    more = [(present, present)] if present and present not in codes else []
    return [("", _("Choose …")), *more, *codes.items()]


def _offer(field: forms.Field, choices: list[tuple[Any, Any]]) -> None:
    field.choices = choices  # type: ignore[attr-defined]
    field.widget.choices = choices


def _plain(value: Any) -> Any:
    """Return what was typed without what no database keeps, and not without end."""
    if isinstance(value, str):
        return value.replace("\0", "").replace("\r\n", "\n").strip()[:LONGEST]
    if isinstance(value, list):
        return [_plain(one) for one in value][:100]
    return value if value is not None else ""
