"""Support's desk: the queue, a request's page, and the acts on it; people and outgoing mail."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.actions import NamesSomebody, look
from accounts.models import AccessEvent, User
from accounts.roles import SignedInRequest, support_required
from dsar import actions, queries, rules, sentences
from dsar.forms import ApproveForm, ExtendForm, MessageForm, RefuseForm, RevealForm
from dsar.models import SubjectRequest
from dsar.models.requests import Kind
from dsar.previews import plan_of
from dsar.sources.base import label_of
from portal.lib import mail
from portal.lib.models import OutgoingMail

# How long a name stays visible after a reason was given; then a new reason is asked for.
REVEALED = timedelta(hours=1)


def _request(reference: str) -> SubjectRequest:
    """Return any request: the guard of the view has let support in."""
    found = SubjectRequest.objects.select_related("person", "assignee", "approved_by", "package")
    return get_object_or_404(found, reference=reference)


@require_safe
@support_required
def queue(request: SignedInRequest) -> HttpResponse:
    """Show what is to be done, the request due first on top."""
    today = timezone.localdate(timezone=timezone.get_default_timezone())
    when, kind = request.GET.get("when", "open"), request.GET.get("kind", "")
    text = request.GET.get("q", "")[:200]
    page = queries.queue(
        request.user, today, when=when, kind=kind, text=text, after=request.GET.get("after", "")
    )
    older = request.GET.copy()
    older["after"] = page.older
    context = {
        "page": page,
        "older": f"?{older.urlencode()}" if page.older else "",
        "filters": [(code, label) for code, (label, _condition) in queries.WHEN.items()],
        "kinds": Kind.choices,
        "when": when if when in queries.WHEN else "open",
        "kind": kind,
        "q": text,
        "today": today,
        "soon": today + queries.SOON,
        "late": queries.count(request.user, today, "late"),
        "week": queries.count(request.user, today, "week"),
    }
    return render(request, "dsar/staff/queue.html", context)


@require_safe
@support_required
def detail(request: SignedInRequest, reference: str) -> HttpResponse:
    """Show one request: who (masked), what was done, the clock, and what is allowed now."""
    found = _request(reference)
    me = request.user
    look(found.person, by=me, kind=AccessEvent.Kind.REQUEST_VIEWED, reference=found.reference)
    actions.read_messages(found, by=me)
    return render(request, "dsar/staff/detail.html", _everything(found, me))


def _everything(found: SubjectRequest, me: User, **forms_shown: forms.Form) -> dict[str, Any]:
    """Return what the request's page shows; a form that was refused stands in with its errors."""
    steps = [(label_of(step.source) if step.source else "", step) for step in found.steps.all()]
    shown: dict[str, Any] = {
        "approve_form": ApproveForm(),
        "refuse_form": RefuseForm(),
        "extend_form": ExtendForm(),
        "message_form": MessageForm(),
        "reveal_form": RevealForm(),
    }
    return (shown | forms_shown) | {
        "request_": found,
        "headline": sentences.staff_headline(found),
        "today": timezone.localdate(timezone=timezone.get_default_timezone()),
        "why": sentences.why_this_date(found),
        "steps": steps,
        "gaps": rules.unseen_gaps(found),
        "plan": plan_of(found) if found.kind == Kind.ERASURE else None,
        "timeline": sentences.timeline(found, reader=me),
        "words": found.messages.select_related("by").order_by("id"),
        "acts": rules.acts(found, me),
        "others": found.person.subject_requests.exclude(pk=found.pk).order_by("-id")[:5],
        "is_revealed": _is_revealed(found, me),
        "addresses": found.person.addresses.all(),
    }


def _is_revealed(found: SubjectRequest, me: User) -> bool:
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
    return redirect("dsar:staff-detail", reference)


def _simple(act: Callable[..., object], said: Promise) -> Callable[..., HttpResponseBase]:
    """Return the view of an act that needs nothing but its button."""

    def view(request: SignedInRequest, reference: str) -> HttpResponse:
        act(_request(reference), by=request.user)
        return _done(request, reference, str(said))

    return require_POST(support_required(view))


take = _simple(actions.take, gettext_lazy("You have taken this request."))
release = _simple(actions.release, gettext_lazy("Given back to the queue."))
start = _simple(actions.start, gettext_lazy("The search has begun."))


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
def refuse(request: SignedInRequest, reference: str) -> HttpResponse:
    """Refuse with ground and evidence; the person is told both, and where to complain."""
    found, form = _request(reference), RefuseForm(request.POST)
    if not form.is_valid():
        return _refused(request, found, refuse_form=form)
    actions.refuse(found, by=request.user, **form.cleaned_data)
    return _done(request, reference, _("Refused. The person has been told why."))


@require_POST
@support_required
def extend(request: SignedInRequest, reference: str) -> HttpResponse:
    """Take two further months; the person is told at once, with the reason."""
    found, form = _request(reference), ExtendForm(request.POST)
    if not form.is_valid():
        return _refused(request, found, extend_form=form)
    given = form.cleaned_data
    actions.extend(found, by=request.user, reason=given["reason"], note_to_person=given["note"])
    return _done(request, reference, _("Extended. The person has been told why."))


@require_POST
@support_required
def write(request: SignedInRequest, reference: str) -> HttpResponse:
    """Write to the person; the mail says that there is a message, not what it says."""
    found, form = _request(reference), MessageForm(request.POST)
    if not form.is_valid():
        return _refused(request, found, message_form=form)
    actions.write_message(found, by=request.user, text=form.cleaned_data["text"])
    return _done(request, reference, _("Sent."))


@require_POST
@support_required
def retry(request: SignedInRequest, reference: str, step: int) -> HttpResponse:
    """Ask a source that failed again."""
    found = _request(reference)
    actions.retry(get_object_or_404(found.steps, pk=step), by=request.user)
    return _done(request, reference, _("The source is asked again."))


@require_http_methods(["GET", "HEAD", "POST"])
@support_required
def people(request: SignedInRequest) -> HttpResponse:
    """Find a person by their exact address: nobody browses people here.

    The search itself is a look at the person's file and leaves its row. It is posted, so that no
    address stands in a URL, and with that in histories and in the logs of servers.
    """
    address = request.POST.get("email", "").strip().lower().replace("\0", "")[:254]
    found = User.objects.filter(addresses__email=address).first() if address else None
    if found is not None:
        look(found, by=request.user, kind=AccessEvent.Kind.PERSON_VIEWED)
    context = {
        "address": address,
        "found": found,
        "requests": found.subject_requests.order_by("-id")[:50] if found else [],
    }
    return render(request, "dsar/staff/people.html", context)


@require_safe
@support_required
def outbox(request: SignedInRequest) -> HttpResponse:
    """Show mail that did not go out, and why; addresses are masked."""
    waiting = OutgoingMail.objects.filter(status__in=["waiting", "failed"])
    return render(
        request, "dsar/staff/outbox.html", {"mails": waiting.order_by("-created_at")[:100]}
    )


@require_POST
@support_required
def resend(request: SignedInRequest, pk: int) -> HttpResponse:
    """Try a failed mail again."""
    mail.retry(get_object_or_404(OutgoingMail, pk=pk))
    messages.success(request, _("The mail is tried again."))
    return redirect("dsar:outbox")


def _done(request: SignedInRequest, reference: str, said: str) -> HttpResponse:
    messages.success(request, said)
    return redirect("dsar:staff-detail", reference)


def _refused(request: SignedInRequest, found: SubjectRequest, **form: forms.Form) -> HttpResponse:
    """Show the page again with the form that needs mending; nothing typed is lost."""
    return render(
        request, "dsar/staff/detail.html", _everything(found, request.user, **form), status=422
    )
