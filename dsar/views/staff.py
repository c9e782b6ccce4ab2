"""A request's page for support: everything about it on one screen, and the simple acts on it."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from accounts.actions import NamesSomebody, look
from accounts.models import AccessEvent, User
from accounts.roles import SignedInRequest, support_required
from dsar import (
    actions,
    allowed,
    desk,
    recipients,
    reckoning,
    rules,
    rules_desk,
    second,
    sentences,
)
from dsar.forms import ApproveForm, RevealForm
from dsar.forms_kinds import LetterForm
from dsar.models import Step, SubjectRequest
from dsar.models.requests import Kind
from dsar.previews import plan_of
from dsar.redaction.rules import undecided
from dsar.sources.base import label_of
from dsar.staff_forms import AssignForm, DeclineForm, NoteForm
from dsar.views import staff_acts
from dsar.views.clock import clock_context
from dsar.views.staff_queue import KEYS_COOKIE
from dsar.views.subject import NOT_TAKEN
from dsar.waiting import waiting_for

# How long a name stays visible after a reason was given; then a new reason is asked for.
REVEALED = timedelta(hours=1)


def _request(reference: str) -> SubjectRequest:
    """Return any request: the guard of the view has let support in."""
    found = SubjectRequest.objects.select_related("person", "assignee", "approved_by", "package")
    return get_object_or_404(found, reference=reference)


@require_safe
@support_required
def detail(request: SignedInRequest, reference: str) -> HttpResponse:
    """Show one request: who (masked), what was done, the clock, and what is allowed now."""
    found = _request(reference)
    me = request.user
    look(found.person, by=me, kind=AccessEvent.Kind.REQUEST_VIEWED, reference=found.reference)
    actions.read_messages(found, by=me)
    keys = request.COOKIES.get(KEYS_COOKIE) != "off"
    return render(request, "dsar/staff/detail.html", _everything(found, me) | {"keys": keys})


def _everything(found: SubjectRequest, me: User, **forms_shown: forms.Form) -> dict[str, Any]:
    """Return what the request's page shows; a form that was refused stands in with its errors."""
    steps, today = list(found.steps.all()), reckoning.office_today()
    shown: dict[str, Any] = {
        "approve_form": ApproveForm(),
        "message_form": LetterForm(),
        "reveal_form": RevealForm(),
        "note_form": NoteForm(prefix="note"),
        "assign_form": AssignForm(),
        "decline_form": DeclineForm(),
    }
    return (
        (shown | forms_shown)
        | {
            "request_": found,
            "headline": sentences.staff_headline(found),
            "next": desk.next_action(found, me, steps),
            "today": today,
            "to_watch": [_labelled(step) for step in steps if not _is_fine(step)],
            "fine": [_labelled(step) for step in steps if _is_fine(step)],
            "gaps": rules.unseen_gaps(found),
            "plan": plan_of(found) if found.kind == Kind.ERASURE else None,
            "timeline": desk.brief(sentences.timeline(found, reader=me)),
            "words": found.messages.prefetch_related("attachments").order_by("id"),
            "notes": found.notes.filter(erased_at=None).select_related("by"),
            "acts": allowed.acts(found, me) | allowed.acts(found, me, rules_desk.RULES),
            "is_revealed": is_revealed(found, me),
        }
        | _clock(found, me, today)
        | _beside(found, me)
    )


def _clock(found: SubjectRequest, me: User, today: date) -> dict[str, Any]:
    shown = clock_context(found, me)
    return shown | {"due": desk.due(found, today, is_paused=shown["clock"].stands_still)}


def _beside(found: SubjectRequest, me: User) -> dict[str, Any]:
    """Return what lies beside the request itself: the person, and what a second person decides."""
    asked = found.approvals.select_related("asked_by", "decided_by").order_by("-asked_at")
    return {
        "waiting": waiting_for(found),
        "told": recipients.told(found),
        "undecided": undecided(found),
        "redactions": found.redactions.count(),
        "mandate": getattr(found, "mandate", None),
        "enclosures": found.attachments.filter(message=None, destroyed_at=None),
        "offered": staff_acts.offered(found, me),
        "others": found.person.subject_requests.exclude(pk=found.pk).order_by("-id")[:5],
        "addresses": found.person.addresses.all(),
        "approvals": [second.shown(one, me) for one in asked],
    }


def _is_fine(step: Step) -> bool:
    """Whether a step needs nobody's eye: it is done, or found nothing."""
    return step.outcome in (Step.Outcome.DONE, Step.Outcome.NOT_FOUND)


def _labelled(step: Step) -> tuple[str | Promise, Step]:
    return (label_of(step.source) if step.source else "", step)


def is_revealed(found: SubjectRequest, me: User) -> bool:
    """Whether ``me`` gave a reason to see who it is, within the hour."""
    return AccessEvent.objects.filter(
        person=found.person,
        by=me,
        kind=AccessEvent.Kind.IDENTITY_REVEALED,
        reference=found.reference,
        at__gt=timezone.now() - REVEALED,
    ).exists()


@require_POST
@support_required
def reveal(request: SignedInRequest, reference: str) -> HttpResponse:
    """Make the name and the addresses visible, for a reason that the person can read."""
    found, form = _request(reference), RevealForm(request.POST)
    if not form.is_valid():
        return _refused(request, found, reveal_form=form)
    try:
        look(
            found.person,
            by=request.user,
            kind=AccessEvent.Kind.IDENTITY_REVEALED,
            reference=found.reference,
            reason=form.cleaned_data["reason"],
        )
    except NamesSomebody as refusal:
        form.add_error("reason", str(refusal.message))
        return _refused(request, found, reveal_form=form)
    back = "dsar:redaction" if "others" in request.POST else "dsar:staff-detail"
    return redirect(back, reference)


def _simple(act: Callable[..., object], said: Promise) -> Callable[..., HttpResponseBase]:
    """Return the view of an act that needs nothing but its button."""

    def view(request: SignedInRequest, reference: str) -> HttpResponse:
        act(_request(reference), by=request.user)
        return _done(request, reference, str(said))

    return require_POST(support_required(view))


take = _simple(actions.take, gettext_lazy("You have taken this request."))
release = _simple(actions.release, gettext_lazy("Given back to the queue."))
start = _simple(actions.start, gettext_lazy("The search has begun."))
search_again = _simple(actions.search_again, gettext_lazy("Every source is asked again."))


@require_POST
@support_required
def approve(request: SignedInRequest, reference: str) -> HttpResponse:
    """Let the worker carry out what has been reviewed."""
    found, form = _request(reference), ApproveForm(request.POST)
    form.is_valid()
    actions.approve(found, by=request.user, accept_gaps=form.cleaned_data["accept_gaps"])
    return _done(request, reference, _("Approved. The worker carries it out."))


@require_POST
@support_required
def assign(request: SignedInRequest, reference: str) -> HttpResponse:
    """Give the request to a colleague."""
    found, form = _request(reference), AssignForm(request.POST)
    if not form.is_valid():
        return _refused(request, found, assign_form=form)
    actions.assign(found, by=request.user, to=form.cleaned_data["to"])
    return _done(request, reference, _("Given to your colleague, who has been told."))


@require_POST
@support_required
def write_note(request: SignedInRequest, reference: str) -> HttpResponse:
    """Write something down for one's colleagues."""
    found, form = _request(reference), NoteForm(request.POST, prefix="note")
    if not form.is_valid():
        return _refused(request, found, note_form=form)
    actions.write_note(found, by=request.user, text=form.cleaned_data["text"])
    return _done(request, reference, _("The note is kept."))


@require_POST
@support_required
def write(request: SignedInRequest, reference: str) -> HttpResponse:
    """Write to the person, with files; the mail says that there is a message, not what it says."""
    found, form = _request(reference), LetterForm(request.POST, request.FILES)
    if not form.is_valid():
        return _refused(request, found, message_form=form)
    given = form.cleaned_data
    try:
        actions.write_message(found, by=request.user, text=given["text"], files=given["enclosed"])
    except NOT_TAKEN as problem:
        form.add_error("enclosed", str(problem))
        return _refused(request, found, message_form=form)
    return _done(request, reference, _("Sent."))


@require_POST
@support_required
def retry(request: SignedInRequest, reference: str, step: int) -> HttpResponse:
    """Ask a source that failed again."""
    found = _request(reference)
    actions.retry(get_object_or_404(found.steps, pk=step), by=request.user)
    return _done(request, reference, _("The source is asked again."))


def _done(request: SignedInRequest, reference: str, said: str) -> HttpResponse:
    messages.success(request, said)
    return redirect("dsar:staff-detail", reference)


def _refused(request: SignedInRequest, found: SubjectRequest, **form: forms.Form) -> HttpResponse:
    """Show the page again with the form that needs mending; nothing typed is lost."""
    return render(
        request, "dsar/staff/detail.html", _everything(found, request.user, **form), status=422
    )
