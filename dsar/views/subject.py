"""The person's own pages: ask, follow, read, download, take back."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.reauthentication import reauthentication_required
from accounts.roles import SignedInRequest
from dsar import actions, authorities, queries, rules, sentences
from dsar.actions.requests import clock
from dsar.forms import AskAccessForm, AskErasureForm, MessageForm
from dsar.models import SubjectRequest
from dsar.models.requests import Kind
from dsar.previews import plan_of, preview_erasure
from dsar.sources.base import label_of, registered

FORMS = {Kind.ACCESS: AskAccessForm, Kind.ERASURE: AskErasureForm}


def own(request: SignedInRequest, reference: str) -> SubjectRequest:
    """Return the person's own request; to anybody else, staff too, it does not exist here.

    Raises:
        Http404: it is not theirs.
    """
    mine = SubjectRequest.objects.filter(person=request.user).select_related("person", "package")
    return get_object_or_404(mine, reference=reference)


@require_safe
def index(request: SignedInRequest) -> HttpResponse:
    """Show the person's requests, and how to make one."""
    return render(request, "dsar/index.html", {"requests": queries.of_person(request.user)})


@require_safe
def choose(request: SignedInRequest) -> HttpResponse:
    """First step: what do you want, in words of daily life, the article beside."""
    open_ones = {one.kind: one for one in SubjectRequest.objects.open().filter(person=request.user)}
    return render(request, "dsar/choose.html", {"open": open_ones})


def ask(request: SignedInRequest, kind: str) -> HttpResponse:
    """Second step: what will happen and when; sending it is the third."""
    if kind not in FORMS:
        raise Http404
    existing = SubjectRequest.objects.open().filter(person=request.user, kind=kind).first()
    if existing is not None:
        messages.info(request, _("You have already asked for this. Here is where it stands."))
        return redirect("dsar:detail", existing.reference)
    form = FORMS[Kind(kind)](request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        # What cannot be undone asks who is there; a copy asks that when it is downloaded.
        send = reauthentication_required(_open) if kind == Kind.ERASURE else _open
        return send(request, Kind(kind), form.cleaned_data)
    context = {"kind": kind, "form": form, "due_on": clock(timezone.now())["due_on"]}
    context |= _what_happens(request, kind)
    return render(request, f"dsar/ask_{kind}.html", context)


def _open(request: SignedInRequest, kind: Kind, answers: dict[str, Any]) -> HttpResponse:
    """Send it; sent twice it is still one request."""
    try:
        opened = actions.open_request(
            kind,
            person=request.user,
            by=request.user,
            language=get_language() or "en",
            about=answers["about"],
            asked_because=answers.get("asked_because", ""),
        )
    except rules.AlreadyOpen as already:
        opened = already.request
    return redirect("dsar:detail", opened.reference)


@require_safe
def detail(request: SignedInRequest, reference: str) -> HttpResponse:
    """Show where the request stands, by when and why, and what the person can do now."""
    found = own(request, reference)
    actions.read_messages(found, by=request.user)
    steps = found.steps.all()
    context = {
        "request_": found,
        "headline": sentences.headline(found),
        "stages": sentences.stages(found),
        "why": sentences.why_this_date(found),
        "steps": [(label_of(step.source), step) for step in steps if step.source],
        "gaps": [label_of(step.source) for step in rules.gaps(found)],
        "timeline": sentences.timeline(found, reader=request.user),
        "words": found.messages.order_by("id"),
        "message_form": MessageForm(),
        "acts": rules.acts(found, request.user),
        "authority": authorities.of(found.country),
        "plan": plan_of(found),
        "package": getattr(found, "package", None),
        "now": timezone.now(),
    }
    return render(request, "dsar/detail.html", context)


@require_POST
def write(request: SignedInRequest, reference: str) -> HttpResponse:
    """Write to support about the request."""
    found, form = own(request, reference), MessageForm(request.POST)
    if not form.is_valid():
        context = {"request_": found, "form": form}
        return render(request, "dsar/write.html", context, status=422)
    actions.write_message(found, by=request.user, text=form.cleaned_data["text"])
    messages.success(request, _("Sent %(time)s.") % {"time": f"{timezone.localtime():%H:%M:%S}"})
    return redirect("dsar:detail", reference)


def withdraw(request: SignedInRequest, reference: str) -> HttpResponse:
    """Take the request back, after one question: it cannot be undone (WCAG 3.3.4)."""
    found = own(request, reference)
    if request.method == "POST":
        actions.withdraw(found, by=request.user)
        return redirect("dsar:detail", reference)
    verdict = rules.acts(found, request.user)["withdraw"]
    return render(request, "dsar/withdraw.html", {"request_": found, "verdict": verdict})


def _what_happens(request: SignedInRequest, kind: str) -> dict[str, Any]:
    """Return what is shown before sending: where we search, or what goes and what stays."""
    if kind == Kind.ERASURE:
        return {"preview": preview_erasure(request.user, get_language() or "en")}
    return {"sources": [(one.label, one.describe()) for one in registered().values()]}
