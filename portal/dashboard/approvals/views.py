"""Changes on their way: the list, one of them, and each act on one."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.changes import actions
from accounts.changes.kinds import KINDS, titled
from accounts.changes.models import OPEN, Change
from accounts.models import User
from accounts.reauthentication import reauthentication_required
from accounts.roles import SignedInRequest, dpo_required
from portal.dashboard.approvals.panel import panel
from portal.lib.errors import DomainError
from portal.lib.keyset import page

SIZE = 25
SHOWN = 200  # open changes: one a subject, so there are few
Act = Callable[[Change, User, str, str], Any]
ACTS: dict[str, Act] = {
    "propose": lambda change, by, words, _seen: actions.propose(
        change, by=by, reason=words or None
    ),
    "approve": lambda change, by, words, seen: actions.approve(
        change, by=by, note=words, seen=seen
    ),
    "refuse": lambda change, by, words, _seen: actions.refuse(change, by=by, note=words),
    "withdraw": lambda change, by, _words, _seen: actions.withdraw(change, by=by),
}


@dpo_required
@require_safe
def index(request: SignedInRequest) -> HttpResponse:
    """Show what waits for me, what I wait for, and what was decided, the newest first."""
    known = Change.objects.filter(kind__in=KINDS).select_related("author", "decided_by")
    is_open = known.filter(status__in=OPEN).order_by("-updated_at")
    for_me = actions.waiting_for(request.user).filter(pk__in=is_open)
    past = page(
        known.exclude(status__in=OPEN), by="updated_at", size=SIZE,
        older=request.GET.get("older", ""), newer=request.GET.get("newer", ""),
    )  # fmt: skip
    mine = set(for_me.values_list("pk", flat=True)[:SHOWN])
    # Each by itself: many that wait for others do not push out what waits for me.
    context = {
        "for_me": _rows(is_open.filter(pk__in=mine), mine),
        "open": _rows(is_open.exclude(pk__in=mine)[:SHOWN], set()),
        "newer": f"?{urlencode({'newer': past.newer})}" if past.newer else "",
        "older": f"?{urlencode({'older': past.older})}" if past.older else "",
        "past_rows": _rows(past.rows, set()),
        "needs_second": actions.second_person_needed(),
    }
    return render(request, "dashboard/approvals/index.html", context)


@dpo_required
@require_safe
def change(request: SignedInRequest, uid: UUID) -> HttpResponse:
    """Show one change by itself: what it does, who did what with it, and what can be done now."""
    context = {"panel": panel(_change(uid), request.user)}
    return render(request, "dashboard/approvals/change.html", context)


@dpo_required
@require_POST
@reauthentication_required
def act(request: SignedInRequest, uid: UUID, act: str) -> HttpResponse:
    """Propose, approve, refuse or withdraw; then back to where the change is shown."""
    if act not in ACTS:
        raise Http404
    change, words = _change(uid), request.POST.get("words", "").replace("\0", "").strip()
    try:
        done = ACTS[act](change, request.user, words, request.POST.get("seen", ""))
    except DomainError as error:
        # What was typed is shown again beside the sentence.
        context = {"panel": panel(_change(uid), request.user), "refused": error, "words": words}
        return render(request, "dashboard/approvals/change.html", context, status=409)
    messages.success(request, _said(done))
    return redirect("dashboard-change", uid)


@dataclass(frozen=True)
class Row:
    """One change in a list."""

    change: Change
    title: str
    kind: str
    for_me: bool  # the viewer may decide about it now


def _rows(changes: Iterable[Change], for_me: set[int]) -> list[Row]:
    return [
        Row(one, words, str(KINDS[one.kind].label), one.pk in for_me)
        for one, words in titled(changes)
    ]


def _said(change: Change) -> str:
    words = {
        Change.Status.PROPOSED: _("Given to a second person: nothing changes before they agree."),
        Change.Status.APPLIED: _("Carried out."),
        Change.Status.REFUSED: _("Refused. The author reads why."),
        Change.Status.WITHDRAWN: _("Taken back. What was typed stays in the record."),
    }
    return words[Change.Status(change.status)]


def _change(uid: UUID) -> Change:
    known = Change.objects.filter(kind__in=KINDS).select_related("author", "decided_by")
    return get_object_or_404(known, uid=uid)
