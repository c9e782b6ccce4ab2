"""One published version: how far people have been told, its effect, and stopping it before."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.changes.actions import second_person_needed
from accounts.reauthentication import reauthentication_required
from accounts.roles import SignedInRequest, dpo_required
from consents.actions import announcements, stopping
from consents.changing import stops as stops_changing
from consents.changing.purposes import facts
from consents.models import PurposeVersion
from consents.queries.change import Step
from consents.queries.change import steps as further
from portal.dashboard.wizard import telling
from portal.lib.errors import DomainError


@dpo_required
@require_safe
def version(request: SignedInRequest, pk: int) -> HttpResponse:
    """Show who was told of a version, who has read it, and when it takes effect."""
    return _page(request, _version(pk))


@dpo_required
@require_POST
@reauthentication_required
def stop(request: SignedInRequest, pk: int) -> HttpResponse:
    """Stop a version before its day: at once, or by a second person where it promised more."""
    found, reason = _version(pk), request.POST.get("reason", "").replace("\0", "").strip()
    try:
        if stopping.takes_back(found, stopping.to_stop(found)):
            change = stops_changing.ask(found, by=request.user, reason=reason)
            return redirect("dashboard-change", change.uid)
        stops = stopping.stop(found, by=request.user, reason=reason)
    except DomainError as error:
        return _page(request, found, refused=error, reason=reason)
    said = ngettext(
        "Stopped. It never takes effect. Everybody who was told is told so.",
        "%(n)s versions are stopped. They never take effect. Everybody who was told is told so.",
        len(stops),
    )
    messages.success(request, said % {"n": len(stops)})
    return redirect("dashboard-version", pk)


@dpo_required
@require_POST
def resend(request: HttpRequest, pk: int) -> HttpResponse:
    """Send the failed mails about one version again."""
    found = _version(pk)
    count = announcements.resend_failed(found)
    if count:
        text = ngettext("%d mail is sent again.", "%d mails are sent again.", count) % count
        messages.success(request, text)
    else:
        messages.info(request, _("No mail about it has failed."))
    return redirect("dashboard-version", pk)


def _page(
    request: HttpRequest,
    found: PurposeVersion,
    *,
    refused: DomainError | None = None,
    reason: str = "",
) -> HttpResponse:
    now = timezone.now()
    later = stopping.to_stop(found)
    may_stop = stopping.may_be_stopped(later, found, now)
    promised = stopping.takes_back(found, later) if may_stop else []
    context = {
        "one": telling.changed(found, now),
        "facts": [] if found.widens else facts(found.before, found),
        "may_stop": may_stop,
        "taken_back": _taken_back(found, promised),
        "asked": stops_changing.open_of(found) if promised else None,
        "needs_second": second_person_needed(),
        "following": [one for one in later if one != found],
        "refused": refused,
        "reason": reason,
    }
    template = "dashboard/wizard/version.html"
    return render(request, template, context, status=409 if refused else 200)


def _taken_back(found: PurposeVersion, promised: list[PurposeVersion]) -> list[Step]:
    """Return in what people would have less than was promised, each once, the newest promise."""
    left = found.before
    steps = [one for each in promised if left is not None for one in further(each, left)]
    return list({str(one.label): one for one in reversed(steps)}.values())


def _version(pk: int) -> PurposeVersion:
    known = PurposeVersion.objects.select_related("purpose", "stop__by", "change__author")
    return get_object_or_404(known, pk=pk)
