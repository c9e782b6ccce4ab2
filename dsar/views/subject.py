"""The person's own pages: follow, read, write, download, take back."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts import roles
from consents.views.parts import SignedInRequest
from dsar import (
    actions,
    agents,
    allowed,
    asked,
    enclosures,
    headlines,
    laws,
    media,
    queries,
    recipients,
    rules,
    rules_kinds,
    sentences,
)
from dsar.actions import grace, rectification
from dsar.forms_kinds import LetterForm
from dsar.models import Statement, Step, SubjectRequest
from dsar.previews import plan_of
from dsar.sources.base import label_of
from dsar.states import REOPENING, Status
from dsar.views.clock import clock_context
from dsar.waiting import waits_sentence
from portal.lib import pdf

# How often the page looks whether something has happened (seconds): where a machine works, soon;
# where a person does, now and then; after the end, never.
QUICKLY, SLOWLY = 3, 60
# Of very many paused documents the page lists the beginning.
LISTED = 50
NOT_TAKEN = (
    enclosures.TooLarge,
    enclosures.TooMany,
    enclosures.Empty,
    media.WrongType,
    media.Broken,
)
WORKED_ON = frozenset({Status.SEARCHING, Status.PREPARING})


def own(request: roles.SignedInRequest, reference: str) -> SubjectRequest:
    """Return the person's own request; to anybody else, staff too, it does not exist here.

    Raises:
        Http404: it is not theirs.
    """
    mine = SubjectRequest.objects.filter(person=request.user).select_related(
        "person", "package", "parent", "duplicate_of"
    )
    return get_object_or_404(mine, reference=reference)


@require_safe
def index(request: SignedInRequest) -> HttpResponse:
    """Show the person's requests, and how to make one."""
    return render(request, "dsar/index.html", {"requests": queries.of_person(request.user)})


@require_safe
@never_cache
def detail(request: SignedInRequest, reference: str) -> HttpResponse:
    """Show where the request stands, by when and why, and what the person can do now.

    htmx asks with the number of the last event it knows; while that is the last, nothing is sent.
    """
    found = own(request, reference)
    if found.status == Status.GRACE:
        grace.end(found)  # only if its time is over: nobody who looks has to wait for the clock
        found.refresh_from_db()
    latest = str(found.events.order_by("-pk").values_list("pk", flat=True).first() or 0)
    if request.htmx and request.GET.get("seen") == latest:
        return HttpResponse(status=204)
    actions.read_messages(found, by=request.user)
    template = "dsar/detail.html#live" if request.htmx else "dsar/detail.html"
    context = _context(request, found) | {"latest": latest, "said": bool(request.htmx)}
    return render(request, template, context)


@require_POST
def write(request: SignedInRequest, reference: str) -> HttpResponse:
    """Write to support about the request, with files if one likes."""
    found, form = own(request, reference), LetterForm(request.POST, request.FILES)
    if not form.is_valid():
        return _write_again(request, found, form)
    try:
        message = actions.write_message(
            found,
            by=request.user,
            text=form.cleaned_data["text"],
            files=form.cleaned_data["enclosed"],
        )
    except NOT_TAKEN as problem:
        form.add_error("enclosed", str(problem))
        return _write_again(request, found, form)
    messages.success(request, _("Sent %(time)s.") % {"time": f"{timezone.localtime():%H:%M:%S}"})
    if message.request_id != found.pk:
        said = _("%(old)s is closed, so your message went to %(new)s, which is open.")
        names = {"old": found.reference, "new": message.request.reference}
        messages.info(request, said % names)
    return redirect("dsar:detail", message.request.reference)


def withdraw(request: SignedInRequest, reference: str) -> HttpResponse:
    """Take the request back, after one question: it cannot be undone (WCAG 3.3.4)."""
    found = own(request, reference)
    if request.method == "POST":
        actions.withdraw(found, by=request.user)
        return redirect("dsar:detail", reference)
    verdict = allowed.acts(found, request.user)["withdraw"]
    return render(request, "dsar/withdraw.html", {"request_": found, "verdict": verdict})


@require_POST
def take_statement_back(request: SignedInRequest, reference: str, uid: UUID) -> HttpResponse:
    """Erase one's statement beside a document."""
    found = own(request, reference)
    statement = get_object_or_404(Statement, request=found, uid=uid)
    rectification.take_statement_back(statement, by=request.user)
    messages.success(request, _("Your statement no longer stands beside the document."))
    return redirect("dsar:detail", reference)


@require_safe
@never_cache
def receipt(request: SignedInRequest, reference: str) -> HttpResponse:
    """Hand out the page's facts as a PDF: what was asked, when, by when, and how it stands."""
    found = own(request, reference)
    language = get_language() or found.language
    context = _facts(found) | {"at": timezone.now()}
    content = pdf.render("dsar/pdf/receipt.html", context, language=language)
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{found.reference}.pdf"'
    return response


def _write_again(request: SignedInRequest, found: SubjectRequest, form: LetterForm) -> HttpResponse:
    context = {"request_": found, "form": form}
    return render(request, "dsar/write.html", context, status=422)


def _facts(found: SubjectRequest) -> dict[str, Any]:
    """Return what the page and its PDF say alike."""
    return {
        "request_": found,
        "headline": headlines.headline(found),
        "stages": sentences.stages(found),
        "cited": laws.cited(found),
        "remedies": laws.remedies(found),
        "asked": asked.in_words(found),
        "gaps": [label_of(step.source) for step in rules.gaps(found)],
    }


def _has_plan(found: SubjectRequest) -> bool:
    """Whether what goes and what stays is still true: not of a plan that nobody carried out."""
    return found.is_open or found.items.filter(done_at__isnull=False).exists()


def _context(request: SignedInRequest, found: SubjectRequest) -> dict[str, Any]:
    steps = [one for one in found.steps.select_related("outside") if _is_told(found, one)]
    paused = found.restrictions.select_related("document", "purpose")
    acts = allowed.acts(found, request.user)
    acts |= allowed.acts(found, request.user, rules_kinds.RULES)
    return (
        _facts(found)
        | clock_context(found, request.user)
        | {
            "steps": [(label_of(step.source), step) for step in steps],
            "one_work": len({step.kind for step in steps}) < 2,
            "waits": [waits_sentence(step) for step in steps if step.awaits and not step.outcome],
            "finished": sum(1 for step in steps if step.outcome),
            "timeline": sentences.timeline(found, reader=request.user),
            "words": found.messages.order_by("id").prefetch_related("attachments"),
            "message_form": LetterForm(),
            "acts": acts,
            "plan": plan_of(found) if _has_plan(found) else None,
            "package": getattr(found, "package", None),
            "paused": list(paused.order_by("pk")[:LISTED]),
            "still_paused": found.restrictions.filter(lifted_at=None).exists(),
            "statements": found.statements.select_related("document"),
            "told": recipients.told(found),
            "agent": agents.told(found),
            "appeals": found.appeals.order_by("-pk"),
            "reopens": found.status in REOPENING,
            "now": timezone.now(),
            "every": _interval(found),
        }
    )


def _is_told(found: SubjectRequest, step: Step) -> bool:
    """Whether a step says something: of a request that has ended, only what was done."""
    return bool(step.source) and (found.is_open or bool(step.outcome))


def _interval(found: SubjectRequest) -> int:
    if not found.is_open:
        return 0
    return QUICKLY if found.status in WORKED_ON else SLOWLY
