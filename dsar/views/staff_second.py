"""The second person: what waits for me, and what I say."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.roles import SignedInRequest, support_required
from dsar import queries, second
from dsar.actions import approvals
from dsar.models import Approval
from dsar.staff_forms import DeclineForm


def _approval(pk: int) -> Approval:
    return get_object_or_404(Approval.objects.select_related("request", "asked_by"), pk=pk)


@require_safe
@support_required
def index(request: SignedInRequest) -> HttpResponse:
    """Show what waits for me as a second person, and what I asked others."""
    waiting = queries.pending_for(request.user).select_related("request", "asked_by")
    mine = Approval.objects.filter(asked_by=request.user).select_related("request", "decided_by")
    context = {
        "waiting": [second.shown(one, request.user) for one in waiting.order_by("asked_at")[:100]],
        "mine": [second.shown(one, request.user) for one in mine.order_by("-asked_at")[:50]],
        "acts": [label for act, label in Approval.Act.choices if approvals.needed(act)],
        "decline_form": DeclineForm(),
    }
    return render(request, "dsar/staff/approvals.html", context)


@require_POST
@support_required
def agree(request: SignedInRequest, pk: int) -> HttpResponse:
    """Agree: it is carried out at once."""
    done = approvals.agree(_approval(pk), by=request.user)
    messages.success(request, _("You agreed, and it is done."))
    return redirect("dsar:staff-detail", done.request.reference)


@require_POST
@support_required
def decline(request: SignedInRequest, pk: int) -> HttpResponse:
    """Say no, and why."""
    approval, form = _approval(pk), DeclineForm(request.POST)
    if not form.is_valid():
        context = {"one": second.shown(approval, request.user), "decline_form": form}
        return render(request, "dsar/staff/decline.html", context, status=422)
    approvals.decline(approval, by=request.user, why=form.cleaned_data["why"])
    messages.success(request, _("You declined. Your colleague has been told."))
    return redirect("dsar:staff-detail", approval.request.reference)


@require_POST
@support_required
def take_back(request: SignedInRequest, pk: int) -> HttpResponse:
    """Take one's own question back."""
    approval = approvals.take_back(_approval(pk), by=request.user)
    messages.success(request, _("Taken back."))
    return redirect("dsar:staff-detail", approval.request.reference)
