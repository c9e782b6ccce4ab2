"""For support: choices on their way to the systems that must obey, and what did not get through."""

from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.roles import SignedInRequest, support_required
from consents.actions import propagation
from consents.models import Propagation, System
from consents.queries import deliveries as queries
from portal.lib import keyset


@require_safe
@support_required
def deliveries(request: SignedInRequest) -> HttpResponse:
    """Show each system and what is open for it, newest first."""
    asked = {name: request.GET.get(name, "")[:60] for name in ("system", "status", "about")}
    page = keyset.page(
        queries.messages(**asked), by="id", size=queries.PAGE,
        older=request.GET.get("older", ""), newer=request.GET.get("newer", ""),
    )  # fmt: skip
    kept = {name: value for name, value in asked.items() if value}

    def beside(name: str, cursor: str) -> str:
        return f"?{urlencode({**kept, name: cursor})}" if cursor else ""

    context = {
        "told": queries.told(),
        "lines": queries.lines(page.rows),
        "asked": asked,
        "states": [
            *((one.value, one.label) for one in queries.OPEN),
            (queries.LATE, _("after the promised time")),
        ],
        "newer": beside("newer", page.newer),
        "older": beside("older", page.older),
    }
    return render(request, "consents/staff_deliveries.html", context)


@require_POST
@support_required
def send_again(request: SignedInRequest, uid: UUID) -> HttpResponse:
    """Send one message again."""
    propagation.resend(get_object_or_404(Propagation, uid=uid), by=request.user)
    messages.success(request, _("The message is sent again now."))
    return redirect("consents:deliveries")


@require_POST
@support_required
def send_all_again(request: SignedInRequest, slug: str) -> HttpResponse:
    """Send again what was given up for one system."""
    system = get_object_or_404(System, slug=slug)
    sent = propagation.resend_all(system, by=request.user)
    text = ngettext("%d message is sent again now.", "%d messages are sent again now.", sent) % sent
    messages.success(request, text if sent else _("There was nothing to send again."))
    return redirect("consents:deliveries")
