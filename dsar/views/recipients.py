"""Support's page of those who had data that is gone, corrected or paused (art. 19 GDPR)."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from accounts.roles import SignedInRequest, support_required
from dsar.actions import recipients
from dsar.models import RecipientNotice

PAGE = 50


@require_safe
@support_required
def index(request: SignedInRequest) -> HttpResponse:
    """Show who has not confirmed yet, the one due first on top."""
    today = timezone.localdate(timezone=timezone.get_default_timezone())
    rows = RecipientNotice.objects.exclude(status=RecipientNotice.Status.CONFIRMED)
    after = request.GET.get("after", "")
    late = rows.filter(due_on__lt=today).count()
    if after.isascii() and after.isdigit() and len(after) < 18:
        rows = rows.filter(pk__gt=int(after))
    page = list(rows.select_related("request", "system").order_by("pk")[: PAGE + 1])
    context = {
        "notices": page[:PAGE],
        "older": f"?after={page[PAGE - 1].pk}" if len(page) > PAGE else "",
        "today": today,
        "late": late,
    }
    return render(request, "dsar/staff/recipients.html", context)


def _simple(act: Callable[..., object], said: Promise | str) -> Callable[..., HttpResponseBase]:
    """Return the view of an act that needs nothing but its button."""

    def view(request: SignedInRequest, pk: int) -> HttpResponse:
        act(get_object_or_404(RecipientNotice, pk=pk), by=request.user)
        messages.success(request, str(said))
        return redirect("dsar:recipients")

    return require_POST(support_required(view))


told = _simple(recipients.told, _("Written down: this recipient has been told."))
confirmed = _simple(recipients.confirmed, _("Written down: this recipient has confirmed."))
resend = _simple(recipients.resend, _("It is sent again."))
