"""Changes of purposes: who was told, by how many read, and what failed."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.roles import dpo_required
from consents.actions import announcements
from consents.models import PurposeVersion
from portal.dashboard import telling


@require_safe
@dpo_required
def changes(request: HttpRequest) -> HttpResponse:
    """List every change of a purpose, the newest first, and how far people have been told."""
    found = telling.changes(timezone.now())
    announced = [one for one in found if one.is_announced and one.told is not None]
    context = {"changes": found, "announced": announced}
    return render(request, "dashboard/changes.html", context)


@require_POST
@dpo_required
def resend(request: HttpRequest, pk: int) -> HttpResponse:
    """Send the failed mails about one version again."""
    version = get_object_or_404(PurposeVersion, pk=pk)
    count = announcements.resend_failed(version)
    if count:
        text = ngettext("%d mail is sent again.", "%d mails are sent again.", count) % count
        messages.success(request, text)
    else:
        messages.info(request, _("No mail about it has failed."))
    return redirect("dashboard-changes")
