"""Support decides about data of others in a copy: each place in its context, by hand or by kind."""

from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.actions import look
from accounts.models import AccessEvent
from accounts.roles import SignedInRequest, support_required
from dsar.actions import redactions
from dsar.forms import RevealForm
from dsar.models import Redaction, SubjectRequest
from dsar.redaction import pages, rules, showing
from dsar.states import Status
from dsar.views.staff import _request, is_revealed

ON_A_PAGE = 20
Kind, Reason, Verdict = Redaction.Kind, Redaction.Reason, Redaction.Verdict


@require_safe
@never_cache
@support_required
def places(request: SignedInRequest, reference: str) -> HttpResponse:
    """Show the places that wait for a decision, or those decided, in their context."""
    found = _request(reference)
    look(found.person, by=request.user, kind=AccessEvent.Kind.REQUEST_VIEWED, reference=reference)
    which = "decided" if request.GET.get("which") == "decided" else "open"
    kind = request.GET.get("kind", "")
    context: dict[str, Any] = {
        "request_": found,
        "is_revealed": is_revealed(found, request.user),
        "reveal_form": RevealForm(),
        "open": rules.undecided(found),
        "counts": _counts(found),
        "which": which,
        "kind": kind if kind in Kind.values else "",
        "may_decide": found.status == Status.REVIEW,
        "second_missing": rules.second_person_missing(found),
        "accepting": [(r.value, r.label) for r in redactions.REASONS[Verdict.ACCEPTED]],
        "rejecting": [(r.value, r.label) for r in redactions.REASONS[Verdict.REJECTED]],
    }
    if context["is_revealed"]:
        context |= _page(found, which, context["kind"], request.GET.get("after", ""))
    return render(request, "dsar/staff/redaction.html", context)


@require_safe
@never_cache
@support_required
def picture(request: SignedInRequest, reference: str, place: int) -> HttpResponse:
    """Draw the page around a place, with the place framed; only for who gave a reason to see it."""
    found = _request(reference)
    if not is_revealed(found, request.user):
        raise Http404
    one = get_object_or_404(
        found.redactions.select_related("step").exclude(step__part=""), pk=place
    )
    try:
        return HttpResponse(showing.picture(one), content_type="image/png")
    except pages.Unreadable:
        raise Http404 from None


@require_POST
@support_required
def decide(request: SignedInRequest, reference: str) -> HttpResponse:
    """Black out, or leave, one place or every open one of a kind."""
    found = _request(reference)
    verdict, reason = _decision(request.POST.get("decision", ""))
    if request.POST.get("all") in Kind.values:
        kind = Kind(request.POST["all"])
        done = redactions.decide_kind(found, kind, verdict, reason, by=request.user)
    else:
        numbers = [int(n) for n in request.POST.getlist("place") if n.isdecimal() and len(n) < 19]
        done = redactions.decide(found, numbers, verdict, reason, by=request.user)
    _say(request, done)
    return redirect("dsar:redaction", reference)


@require_POST
@support_required
def mark(request: SignedInRequest, reference: str) -> HttpResponse:
    """Black out words that the search did not find, wherever they stand."""
    words = request.POST.get("words", "").replace("\0", "")[: redactions.LONGEST + 1]
    _say(request, redactions.mark(_request(reference), words, by=request.user))
    return redirect("dsar:redaction", reference)


@require_POST
@support_required
def ask_to_release(request: SignedInRequest, reference: str) -> HttpResponse:
    """Ask a second person to agree with what was decided."""
    redactions.ask_to_release(_request(reference), by=request.user)
    return redirect("dsar:redaction", reference)


def _decision(text: str) -> tuple[Redaction.Verdict, Redaction.Reason]:
    """Return what a button says: "accepted:others". One that says nothing is refused as wrong."""
    verdict, _colon, reason = text.partition(":")
    if verdict in Verdict.values and reason in Reason.values:
        return Verdict(verdict), Reason(reason)
    return Verdict.OPEN, Reason.NOBODY


def _page(found: SubjectRequest, which: str, kind: str, after: str) -> dict[str, Any]:
    """Return the places of one page of the list, and where the next one begins."""
    rows = found.redactions.select_related("step").exclude(step__part="").order_by("pk")
    rows = rows.filter(verdict="") if which == "open" else rows.exclude(verdict="")
    if kind:
        rows = rows.filter(kind=kind)
    if after.isdecimal() and len(after) < 19:
        rows = rows.filter(pk__gt=int(after))
    here = list(rows[: ON_A_PAGE + 1])
    older = str(here[ON_A_PAGE - 1].pk) if len(here) > ON_A_PAGE else ""
    return {"places": showing.shown(here[:ON_A_PAGE]), "after": older}


def _counts(found: SubjectRequest) -> list[dict[str, Any]]:
    """Return, by kind, how many places are open and how many there are."""
    rows = found.redactions.order_by().values("kind")
    counted = rows.annotate(all=Count("pk"), open=Count("pk", filter=Q(verdict="")))
    unseen = (Kind.FILE, Kind.PICTURE)
    return [
        {**row, "label": Kind(row["kind"]).label, "in_bulk": row["kind"] not in unseen}
        for row in counted.order_by("kind")
    ]


def _say(request: SignedInRequest, done: int) -> None:
    text = ngettext("%(n)d place decided.", "%(n)d places decided.", done) % {"n": done}
    messages.success(request, text)
