"""Changes of purposes: what is drafted, announced, in effect or stopped."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.changes.kinds import titled
from accounts.changes.models import OPEN, Change
from accounts.roles import dpo_required
from consents.changing.purposes import KIND
from portal.dashboard.wizard import telling


@dpo_required
@require_safe
def changes(request: HttpRequest) -> HttpResponse:
    """List open drafts, then every change of a purpose, the newest first, and who has been told."""
    found = telling.changes(timezone.now())
    drafts = Change.objects.filter(kind=KIND, status__in=OPEN).select_related("author")
    context = {
        "changes": found,
        "announced": [one for one in found if one.is_announced and one.told is not None],
        "drafts": titled(drafts.order_by("-updated_at")),
    }
    return render(request, "dashboard/wizard/index.html", context)
