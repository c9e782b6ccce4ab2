"""Exports of the log: asking for one, following it, taking it."""

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import (
    require_GET,
    require_http_methods,
    require_POST,
    require_safe,
)

from accounts.actions import NamesSomebody
from accounts.changes.actions import DraftOpen, second_person_needed
from accounts.changes.models import Change
from accounts.handing_over import to_the_file
from accounts.models import User
from accounts.reauthentication import reauthentication_required
from accounts.roles import SignedInRequest, dpo_required
from portal.dashboard.approvals.panel import panel
from portal.dashboard.log import exports
from portal.dashboard.log.asked import PeriodForm
from portal.dashboard.log.kinds import period
from portal.dashboard.log.showing import number_of
from portal.dashboard.models import LogExport
from portal.lib import keyset, reservations

SIZE = 25
ERRORS = {
    "worker_died": gettext_lazy("The worker stopped at every attempt. Ask who runs the portal."),
}


class ExportForm(PeriodForm):
    """For whom, about whom, from when to when."""

    email = forms.EmailField(
        label=gettext_lazy("E-mail address of the person"),
        help_text=gettext_lazy("Leave it empty for a period, about everybody."),
        required=False,
    )
    reason = forms.CharField(
        label=gettext_lazy("For which authority, under which reference?"),
        help_text=gettext_lazy(
            "Stands in the export and in the log. A person whose events are exported can read it."
        ),
        max_length=200,
    )
    field_order = ("email", "since", "until", "reason")

    def person(self) -> User | None:
        """Return the person of the address; say on the form if there is none, or too little."""
        email = str(self.cleaned_data.get("email") or "").strip().lower()
        found = User.objects.filter(addresses__email=email).first() if email else None
        if email and found is None:
            self.add_error("email", _("No account has this address."))
        if not email and not self.cleaned_data.get("since"):
            self.add_error("since", _("Name a person, or the first day of a period."))
        return found


@dpo_required
@require_http_methods(["GET", "HEAD", "POST"])
def index(request: SignedInRequest) -> HttpResponse:
    """List the exports, and ask for one."""
    form = ExportForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        asked = _ask(form, request.user)
        if asked is not None:
            return redirect("dashboard-log-export", asked.subject)
    older, newer = (request.GET.get(name, "") for name in ("older", "newer"))
    found = LogExport.objects.select_related("asked_by", "person")
    page = keyset.page(found, by="asked_at", size=SIZE, older=older, newer=newer)
    context = {
        "form": form,
        "rows": [
            (one, number_of(one.person) if one.person else "", period(one)) for one in page.rows
        ],
        "older": f"?older={page.older}" if page.older else "",
        "newer": f"?newer={page.newer}" if page.newer else "",
        "needs_second": second_person_needed(),
        "days": exports.LASTS.days,
    }
    return render(
        request, "dashboard/log/exports.html", context, status=422 if form.errors else 200
    )


@dpo_required
@require_safe
def export(request: SignedInRequest, uid: UUID) -> HttpResponse:
    """Show where one export is, and its way to a second person."""
    found = get_object_or_404(LogExport.objects.select_related("person", "taken_by"), uid=uid)
    change = get_object_or_404(Change, kind=exports.KIND, subject=str(uid))
    context = {
        "export": found,
        "is_ready": found.is_ready(timezone.now()),
        "period": period(found),
        "whose": number_of(found.person) if found.person else "",
        "error": ERRORS.get(found.error, ""),
        "panel": panel(change, request.user),
    }
    return render(request, "dashboard/log/export.html", context)


@dpo_required
@require_POST
def link(request: SignedInRequest, uid: UUID) -> HttpResponse:
    """Make a link that works once, and go there, once the officer has proven who they are."""
    return _link(request, get_object_or_404(LogExport, uid=uid))


@reauthentication_required
def _link(request: SignedInRequest, found: LogExport) -> HttpResponse:
    link = reverse("dashboard-log-copy", args=[exports.new_link(found, by=request.user)])
    back = reverse("dashboard-log-export", args=[found.uid])
    return to_the_file(request, link, back, first=_("README.txt"))


@dpo_required
@require_GET
@never_cache
def copy(request: SignedInRequest, token: str) -> HttpResponseBase:
    """Stream the zip; the link is spent, and the key destroyed, when it begins."""
    if any(
        "prefetch" in request.headers.get(name, "").lower() for name in ("Sec-Purpose", "Purpose")
    ):
        return HttpResponse(status=204)
    if not token.isascii():
        raise Http404
    try:
        found, stream = exports.take(token, by=request.user)
    except exports.ExportGone as refusal:
        messages.error(request, str(refusal.message))
        return redirect("dashboard-log-exports")
    response = StreamingHttpResponse(stream, content_type="application/zip")
    name = f"log-{timezone.localdate(found.asked_at)}-{found.uid.hex[:8]}.zip"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Content-Length"] = str(found.size)
    response["Accept-Ranges"] = "none"
    for header, value in reservations.headers(reserved=True).items():
        response[header] = value
    return response


def _ask(form: ExportForm, by: User) -> Change | None:
    """Ask for what a valid form says; None if the form has an error after all."""
    person = form.person()
    if form.errors:
        return None
    since, until = form.bounds()
    try:
        return exports.ask(
            person=person, since=since, until=until, reason=form.cleaned_data["reason"], by=by
        )
    except (NamesSomebody, DraftOpen) as refusal:
        form.add_error("reason", str(refusal.message))
        return None
