"""Pages of the data protection officer: legal holds, and what each keeps."""

from dataclasses import dataclass
from datetime import date

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import User
from accounts.roles import SignedInRequest, dpo_required
from dsar.actions import holds
from dsar.erasure_forms import PlaceHoldForm, ReviewHoldForm
from dsar.models import Hold, SubjectRequest
from portal.lib.errors import DomainError

MOST = 200


@dataclass(frozen=True)
class Shown:
    """A hold, what it keeps that would be gone, and the erasures under way that it changes."""

    hold: Hold
    kept: int
    under_way: list[SubjectRequest]
    is_due: bool


@require_http_methods(["GET", "HEAD", "POST"])
@dpo_required
def index(request: SignedInRequest) -> HttpResponse:
    """Show the holds that stand, the one to be looked at first on top; place a new one."""
    form = PlaceHoldForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _place(request, form):
        return redirect("dsar:holds")
    status = 422 if request.method == "POST" else 200
    return render(request, "dsar/staff/holds.html", _context(form), status=status)


@require_POST
@dpo_required
def review(request: SignedInRequest, pk: int) -> HttpResponse:
    """Let a hold stand until another day."""
    form = ReviewHoldForm(request.POST)
    hold = get_object_or_404(Hold, pk=pk)
    if not form.is_valid():
        messages.error(request, " ".join(str(one) for one in form.errors["review_on"]))
        return redirect("dsar:holds")
    holds.review_hold(hold, by=request.user, review_on=form.cleaned_data["review_on"])
    messages.success(request, _("The hold stands. You are reminded before the new day."))
    return redirect("dsar:holds")


@require_POST
@dpo_required
def lift(request: SignedInRequest, pk: int) -> HttpResponse:
    """End a hold: what it alone kept is erased."""
    holds.lift_hold(get_object_or_404(Hold, pk=pk), by=request.user)
    messages.success(request, _("Lifted. What only this hold kept is being erased."))
    return redirect("dsar:holds")


def _place(request: SignedInRequest, form: PlaceHoldForm) -> bool:
    given = form.cleaned_data
    address = given["email"].strip().lower()
    person = User.objects.filter(addresses__email=address).first()
    if person is None:
        form.add_error("email", _("Nobody has verified this address here."))
        return False
    try:
        holds.place_hold(
            person, by=request.user, reason=given["reason"], review_on=given["review_on"]
        )
    except DomainError as refusal:
        form.add_error(None, str(refusal.message))
        return False
    messages.success(request, _("The hold stands: nothing of this person is erased meanwhile."))
    return True


def _context(form: PlaceHoldForm) -> dict[str, object]:
    today = timezone.localdate(timezone=timezone.get_default_timezone())
    standing = Hold.objects.filter(lifted_at=None).select_related("person", "owner")
    lifted = Hold.objects.exclude(lifted_at=None).select_related("owner", "lifted_by")
    shown = [_shown(hold, today) for hold in standing.order_by("review_on", "pk")[:MOST]]
    return {
        "form": form,
        "shown": shown,
        "due": sum(one.is_due for one in shown),
        "lifted": lifted.order_by("-lifted_at")[:20],
        "review_form": ReviewHoldForm(),
    }


def _shown(hold: Hold, today: date) -> Shown:
    kept = holds.held_items(hold.person).filter(done_at__isnull=False)
    return Shown(
        hold,
        kept=sum(kept.values_list("amount", flat=True)),
        under_way=holds.plans_under_way(hold.person),
        is_due=hold.review_on <= today,
    )
