"""Support's pages for what a person decides in words: an answer, the end of a pause."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.actions import look
from accounts.models import AccessEvent
from accounts.roles import SignedInRequest, support_required
from dsar import actions, allowed, asked, rules_kinds
from dsar.actions import appeals, rectification, restriction
from dsar.forms_decide import DecideForm, EndPauseForm
from dsar.models import SubjectRequest
from dsar.models.requests import Kind
from dsar.states import Outcome
from portal.lib.errors import DomainError

FORM = require_http_methods(["GET", "HEAD", "POST"])


@FORM
@support_required
def resolve(request: SignedInRequest, reference: str) -> HttpResponse:
    """Answer a request in words; what the kind needs besides is on the same page."""
    found = _request(request, reference)
    form = DecideForm(request.POST or None, request=found)
    if form.is_valid():
        try:
            _decide(found, form, request)
        except DomainError as refusal:
            form.add_error(None, str(refusal.message))
        else:
            messages.success(request, _("Answered. The person has been told."))
            return redirect("dsar:staff-detail", reference)
    return _show(request, found, form, "resolve")


@FORM
@support_required
def end_pause(request: SignedInRequest, reference: str) -> HttpResponse:
    """Decide from which day on something paused is used again, and tell the person now."""
    found = _request(request, reference)
    first = timezone.localdate() + restriction.NOTICE
    form = EndPauseForm(request.POST or None, first=first)
    if form.is_valid():
        given = form.cleaned_data
        try:
            restriction.announce_end(found, by=request.user, reason=given["reason"], on=given["on"])
        except DomainError as refusal:
            form.add_error(None, str(refusal.message))
        else:
            messages.success(request, _("Decided. The person has been told of the day."))
            return redirect("dsar:staff-detail", reference)
    return _show(request, found, form, "end_pause")


def _request(request: SignedInRequest, reference: str) -> SubjectRequest:
    found = get_object_or_404(
        SubjectRequest.objects.select_related("person", "parent"), reference=reference
    )
    kind = AccessEvent.Kind.REQUEST_VIEWED
    look(found.person, by=request.user, kind=kind, reference=found.reference)
    return found


def _decide(found: SubjectRequest, form: DecideForm, request: SignedInRequest) -> None:
    said: dict[str, Any] = {
        "by": request.user,
        "outcome": Outcome(form.cleaned_data["outcome"]),
        "text": form.cleaned_data["text"],
    }
    if found.kind == Kind.APPEAL:
        appeals.decide(found, reopen=form.cleaned_data.get("reopen", False), **said)
    elif found.kind == Kind.RECTIFICATION:
        rectification.rectify(found, done_by=form.cleaned_data.get("done_by", ""), **said)
    else:
        actions.resolve(found, **said)


def _show(
    request: SignedInRequest, found: SubjectRequest, form: forms.Form, act: str
) -> HttpResponse:
    context = {
        "request_": found,
        "form": form,
        "act": act,
        "asked": asked.in_words(found),
        "verdict": allowed.acts(found, request.user, rules_kinds.RULES)[act],
    }
    status = 422 if form.is_bound else 200
    return render(request, "dsar/decide.html", context, status=status)
