"""Drafting a record of the register: a draft keeps everything, a second person agrees."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.changes import actions
from accounts.changes.kinds import KINDS
from accounts.changes.models import Change
from accounts.roles import SignedInRequest, dpo_required
from consents.models import Purpose
from consents.queries import register
from consents.register import checking
from consents.register.fields import draft_of
from consents.register.kind import begin, present, subject_of
from portal.dashboard.approvals.panel import panel
from portal.dashboard.register.forms import NewRecord, RecordForm, typed
from portal.dashboard.register.views import open_change


@require_http_methods(["GET", "HEAD", "POST"])
@dpo_required
def new(request: SignedInRequest) -> HttpResponse:
    """Begin a record of a processing that is not in the register yet."""
    form = NewRecord(request.POST or None)
    if request.method == "POST" and form.is_valid():
        slug, role = form.cleaned_data["slug"], form.cleaned_data["role"]
        if open_change(slug) is None:
            actions.draft("register", slug, {**draft_of(None), "role": role}, by=request.user)
        return redirect("dashboard-register-edit", slug)
    status = 422 if form.is_bound else 200
    return render(request, "dashboard/register/new.html", {"form": form}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@dpo_required
def edit(request: SignedInRequest, slug: str) -> HttpResponse:
    """Show the draft of a record, or what holds where there is none; keep what is typed."""
    change = open_change(slug)
    if change is None and present(slug) is None and not Purpose.objects.filter(slug=slug).exists():
        raise Http404
    if request.method == "POST":
        return _save(request, slug, change)
    draft = change.payload if change else begin(slug)
    problems = checking.problems(draft, subject_of(slug)) if change else {}
    context = {
        "form": RecordForm(draft, subject_of(slug), problems),
        "slug": slug,
        "change": change,
        "panel": panel(change, request.user) if change else None,
        "record": register.record(slug, timezone.now()),
        "title": KINDS["register"].title(change or Change(subject=slug, payload=draft)),
    }
    return render(request, "dashboard/register/edit.html", context)


def _save(request: SignedInRequest, slug: str, change: Change | None) -> HttpResponse:
    before = change.payload if change else begin(slug)
    draft = typed(request.POST, subject_of(slug), before)
    if change is None:
        actions.draft("register", slug, draft, by=request.user)
    else:
        actions.edit(change, draft, by=request.user)
    hour = timezone.localtime().strftime("%H:%M:%S")
    messages.success(request, _("The draft was saved at %(hour)s.") % {"hour": hour})
    return redirect("dashboard-register-edit", slug)
