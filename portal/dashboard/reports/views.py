"""Pages of the reports: the list, asking for one, one of them, and its files."""

import hashlib
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.core.files.storage import default_storage
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.timezone import get_default_timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.roles import SignedInRequest, dpo_required
from portal.dashboard.models.reports import Report, ReportFile
from portal.dashboard.periods import Period
from portal.dashboard.reports import building, comparing, files, outline, publishing
from portal.dashboard.reports.forms import FORMS
from portal.lib.errors import DomainError
from portal.lib.keyset import page

SIZE = 25
# What to do about a report that failed.
NEXT = {
    Report.Cause.STORAGE: gettext_lazy(
        "Have the operators look at the storage of files, then try again."
    ),
    Report.Cause.INTERRUPTED: gettext_lazy(
        "Try again; if it stops again, a shorter period needs less time."
    ),
    Report.Cause.UNEXPECTED: gettext_lazy(
        "Try again; if it fails again, the log of the worker says where, under its number."
    ),
}


class Altered(DomainError):
    """A stored file is not what was written."""

    code = "report_file_altered"


@dpo_required
@require_safe
def index(request: SignedInRequest) -> HttpResponse:
    """List the reports, the newest first."""
    found = page(
        Report.objects.select_related("asked_by").defer("figures"), by="asked_at", size=SIZE,
        older=request.GET.get("older", ""), newer=request.GET.get("newer", ""),
    )  # fmt: skip
    done = Report.objects.filter(state=Report.State.DONE).defer("figures")
    newest = done.order_by("-finished_at", "-pk").first()
    context = {
        "rows": [_row(one) for one in found.rows],
        "newest": newest,
        "newest_period": _period(newest).words if newest else "",
        "newer": f"?{urlencode({'newer': found.newer})}" if found.newer else "",
        "older": f"?{urlencode({'older': found.older})}" if found.older else "",
        "is_public": publishing.is_on(),
    }
    return render(request, "dashboard/reports/index.html", context)


def _row(report: Report) -> dict[str, Any]:
    return {"report": report, "period": _period(report).words}


def _period(report: Report) -> Period:
    return Period(report.first, report.last)


@dpo_required
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: SignedInRequest, kind: str = Report.Kind.MONTHLY) -> HttpResponse:
    """Ask for a report of one kind."""
    if kind not in FORMS:
        raise Http404
    today = timezone.localdate(timezone=get_default_timezone())
    form = FORMS[kind](request.POST or None, today=today)
    if request.method == "POST" and form.is_valid():
        report, is_new = building.ask(form.asked(), by=request.user, today=today)
        if not is_new:
            messages.info(request, _("This report is being built already."))
        return redirect("dashboard-report", report.uid)
    context = {
        "form": form,
        "kind": kind,
        "kinds": [(one.value, one.label) for one in Report.Kind],
        "today": today,
    }
    status = 422 if form.is_bound else 200
    return render(request, "dashboard/reports/new.html", context, status=status)


@dpo_required
@require_safe
def report(request: SignedInRequest, uid: UUID) -> HttpResponse:
    """Show one report: how far it is, or what it says, its files, and whether it still holds."""
    found = get_object_or_404(Report.objects.select_related("asked_by"), uid=uid)
    context: dict[str, Any] = {
        "report": found,
        "period": _period(found),
        "stage": min(found.stage + 1, building.STAGES),
        "stages": building.STAGES,
    }
    if found.state == Report.State.DONE:
        document = outline.document(found)
        context |= {
            "document": document,
            "about": files.about(found, document),
            "files": list(found.files.order_by("pk")),
            "others": comparing.others(found),
        }
    elif found.state == Report.State.FAILED:
        context["next_act"] = NEXT[Report.Cause(found.cause)]
    return render(request, "dashboard/reports/report.html", context)


@dpo_required
@require_POST
def again(request: SignedInRequest, uid: UUID) -> HttpResponse:
    """Build it once more: a failed one goes on, a finished one is asked for anew."""
    found = get_object_or_404(Report, uid=uid)
    if found.state == Report.State.FAILED:
        return redirect("dashboard-report", building.retry(found).uid)
    asked = building.Asked(found.kind, _period(found), found.language, found.scope)
    today = timezone.localdate(timezone=get_default_timezone())
    made, _is_new = building.ask(asked, by=request.user, today=today)
    return redirect("dashboard-report", made.uid)


@dpo_required
@require_safe
def download(request: SignedInRequest, uid: UUID, format: str) -> HttpResponse:
    """Hand over a file of a finished report, if it is still what was written.

    Raises:
        Altered: it is not.
    """
    file = get_object_or_404(
        ReportFile.objects.select_related("report"),
        report__uid=uid, report__state=Report.State.DONE, format=format,
    )  # fmt: skip
    content = _read(file)
    if hashlib.sha256(content).hexdigest() != file.sha256:
        raise Altered(
            _("This file is missing, or is not what was written. Build the report again.")
        )
    response = HttpResponse(content, content_type=files.TYPES[ReportFile.Format(file.format)])
    name = files.file_name(file.report, file.format)
    response.headers["Content-Disposition"] = content_disposition_header(
        as_attachment=True, filename=name
    )
    return response


def _read(file: ReportFile) -> bytes:
    try:
        with default_storage.open(file.stored) as stored:
            content: bytes = stored.read()
    except OSError:
        return b""
    return content
