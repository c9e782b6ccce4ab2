"""Letters with parts that the law demands: written here, seen as the person will read them."""

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.actions import look
from accounts.models import AccessEvent
from accounts.roles import SignedInRequest, support_required
from dsar import allowed, letter_parts, letters, reckoning
from dsar.actions import approvals
from dsar.forms import ExtendForm, RefuseForm
from dsar.models import Approval, SubjectRequest


@dataclass(frozen=True)
class Letter:
    """One letter: its form, the act it belongs to, and how it is drafted without being sent.

    ``names`` maps the form's fields to the act's arguments.
    """

    template: str
    act: Approval.Act
    form: type[forms.Form]
    names: dict[str, str]
    draft: Callable[[SubjectRequest, dict[str, Any]], None]
    title: str | Promise
    button: str | Promise
    done: str | Promise


def _draft_refusal(request: SubjectRequest, given: dict[str, Any]) -> None:
    request.refusal_ground, request.refusal_evidence = given["ground"], given["evidence"]


def _draft_extension(request: SubjectRequest, given: dict[str, Any]) -> None:
    request.extended_at, request.extension_reason = timezone.now(), given["reason"]
    request.extension_note = given["note"]
    request.due_on = reckoning.dates(request, reckoning.office_today()).due_on


REFUSAL = Letter(
    "refused",
    Approval.Act.REFUSE,
    RefuseForm,
    {"ground": "ground", "evidence": "evidence"},
    _draft_refusal,
    gettext_lazy("Refuse"),
    gettext_lazy("Refuse and tell the person why"),
    gettext_lazy("Refused. The person has been told why."),
)
EXTENSION = Letter(
    "extended",
    Approval.Act.EXTEND,
    ExtendForm,
    {"reason": "reason", "note": "note_to_person"},
    _draft_extension,
    gettext_lazy("Take more time"),
    gettext_lazy("Extend and tell the person"),
    gettext_lazy("Extended. The person has been told why."),
)


def _composer(letter: Letter) -> Callable[..., HttpResponseBase]:
    """Return the page of a letter: what is to be filled in, beside what the person will read."""

    @require_http_methods(["GET", "HEAD", "POST"])
    @support_required
    def view(request: SignedInRequest, reference: str) -> HttpResponse:
        found = get_object_or_404(
            SubjectRequest.objects.select_related("person"), reference=reference
        )
        form = letter.form(request.POST or None)
        sent = request.method == "POST"
        if sent and request.POST.get("act") != "preview" and form.is_valid():
            return _send(request, found, letter, form)
        if not sent:
            viewed = AccessEvent.Kind.REQUEST_VIEWED
            look(found.person, by=request.user, kind=viewed, reference=found.reference)
        status = 422 if sent and not form.is_valid() else 200
        return render(
            request, "dsar/staff/letter.html", _shown(request, found, letter, form), status=status
        )

    return view


def _send(
    request: SignedInRequest, found: SubjectRequest, letter: Letter, form: forms.Form
) -> HttpResponse:
    given = {name: form.cleaned_data[field] for field, name in letter.names.items()}
    asked = approvals.do_or_ask(found, letter.act, by=request.user, **given)
    said = _("A second person has been asked. Nothing is sent before they agree.")
    messages.success(request, said if asked else str(letter.done))
    return redirect("dsar:staff-detail", found.reference)


def _shown(
    request: SignedInRequest, found: SubjectRequest, letter: Letter, form: forms.Form
) -> dict[str, Any]:
    draft = None
    if form.is_bound and form.is_valid():
        unsaved = copy(found)
        letter.draft(unsaved, form.cleaned_data)
        draft = letters.preview(unsaved, letter.template)
    verdict = allowed.acts(found, request.user)[letter.act]
    return {
        "request_": found,
        "letter": letter,
        "form": form,
        "draft": draft,
        "parts": [part.label for part in letter_parts.LETTERS[letter.template]],
        "verdict": verdict,
        "second": approvals.needed(letter.act),
    }


refuse = _composer(REFUSAL)
extend = _composer(EXTENSION)
