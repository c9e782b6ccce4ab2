"""The steps of the wizard in their order: which page, which fields, what is still missing."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from accounts.changes.kinds import Problems
from accounts.changes.models import Change
from accounts.changes.saving import Page
from consents.changing.drafts import Payload
from consents.models import Purpose
from portal.dashboard.approvals.forms import differs
from portal.dashboard.wizard import forms
from portal.dashboard.wizard.forms import DraftForm

Into = Callable[[Payload, dict[str, Any]], Payload]


@dataclass(frozen=True)
class Step:
    """One page. ``form`` is None where there is nothing to type."""

    slug: str
    name: str | Promise
    form: type[DraftForm] | None = None
    fields_of: Callable[[Payload], dict[str, Any]] = dict
    into: Into = lambda payload, typed: payload | typed


STEPS = (
    Step("facts", gettext_lazy("What it is"), forms.FactsForm, forms.facts_of, forms.facts_into),
    Step("words", gettext_lazy("In words"), forms.WordsForm, forms.words_of, forms.words_into),
    Step("difference", gettext_lazy("What changes")),
    Step("reach", gettext_lazy("Whom it touches")),
    Step("notice", gettext_lazy("What people read")),
    Step("dates", gettext_lazy("When"), forms.DatesForm),
)
BY_SLUG = {step.slug: step for step in STEPS}


@dataclass(frozen=True)
class Place:
    """One step as the list of steps shows it."""

    step: Step
    path: str
    is_here: bool
    missing: int  # how many things are missing on this page


def form_class(step: Step, change: Change) -> type[DraftForm] | None:
    """Return the form of the step; a purpose that is new says more of itself."""
    if step.slug == "facts" and not Purpose.objects.filter(slug=change.subject).exists():
        return forms.NewFactsForm
    return step.form


def page(step: Step, form: type[DraftForm], sent: QueryDict) -> Page:
    """Return what was typed on a step; the fields of other steps are no matter of it."""
    typed = form.read(sent)

    def shown(payload: Payload | None) -> DraftForm:
        return form(step.fields_of(payload or {}))

    return Page(
        opened=sent.get("opened", ""),
        into=lambda payload: step.into(payload or {}, typed),
        differs=lambda before, after: differs(shown(before), shown(after)),
    )


def path_of(change: Change, step: Step | None) -> str:
    """Return the address of a step, of the overview for None."""
    if step is None:
        return reverse("dashboard-wizard", args=[change.uid])
    return reverse("dashboard-wizard-step", args=[change.uid, step.slug])


def after(step: Step) -> Step | None:
    """Return the next step; None is the overview."""
    place = STEPS.index(step) + 1
    return STEPS[place] if place < len(STEPS) else None


def before(step: Step) -> Step | None:
    """Return the step before, if there is one."""
    place = STEPS.index(step)
    return STEPS[place - 1] if place else None


def places(change: Change, here: Step | None, problems: Problems) -> list[Place]:
    """Return all steps, with how much is missing on each."""
    return [
        Place(
            step, path_of(change, step), step is here, _missing(form_class(step, change), problems)
        )
        for step in STEPS
    ]


def _missing(form: type[DraftForm] | None, problems: Problems) -> int:
    names = form({}).fields if form else {}
    return sum(len(sentences) for name, sentences in problems.items() if name in names)
