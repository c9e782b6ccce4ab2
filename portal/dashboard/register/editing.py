"""Drafting a record of the register: a draft keeps everything, a second person agrees."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.changes import actions
from accounts.changes.kinds import Difference, title
from accounts.changes.models import Change
from accounts.changes.saving import Meanwhile, Page, save
from accounts.roles import SignedInRequest, dpo_required
from consents.models import Purpose
from consents.queries import register
from consents.register import checking, saying
from consents.register.fields import Draft, draft_of
from consents.register.kind import begin, present, subject_of
from portal.dashboard.approvals.panel import panel
from portal.dashboard.register.forms import NewRecord, RecordForm, typed
from portal.dashboard.register.views import open_change


@dpo_required
@require_http_methods(["GET", "HEAD", "POST"])
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


@dpo_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: SignedInRequest, slug: str) -> HttpResponse:
    """Show the draft of a record, or what holds where there is none; keep what is typed."""
    change = open_change(slug)
    if change is None and present(slug) is None and not Purpose.objects.filter(slug=slug).exists():
        raise Http404
    if request.method == "POST":
        return _save(request, slug, change)
    return _page(request, slug, change, change.payload if change else begin(slug))


def _page(
    request: SignedInRequest,
    slug: str,
    change: Change | None,
    draft: Draft,
    *,
    meanwhile: Meanwhile | None = None,
) -> HttpResponse:
    """Show a draft; where somebody else saved first, the one that was typed."""
    problems = checking.problems(draft, subject_of(slug)) if change and not meanwhile else {}
    context = {
        "form": RecordForm(draft, subject_of(slug), problems),
        "slug": slug,
        "change": change,
        "panel": panel(change, request.user) if change else None,
        "record": register.record(slug, timezone.now()),
        "title": title(change or Change(kind="register", subject=slug, payload=draft)),
        "meanwhile": meanwhile,
    }
    status = 409 if meanwhile else 200
    return render(request, "dashboard/register/edit.html", context, status=status)


def _save(request: SignedInRequest, slug: str, change: Change | None) -> HttpResponse:
    subject = subject_of(slug)

    def kept(payload: Draft | None) -> Draft:
        return typed(request.POST, subject, begin(slug) if payload is None else payload)

    def differs(before: Draft | None, after: Draft | None) -> list[Difference]:
        old, new = (begin(slug) if one is None else one for one in (before, after))
        return saying.differences(old, new, subject, language_marks=True)

    page = Page(opened=request.POST.get("opened", ""), into=kept, differs=differs)
    try:
        save("register", slug, change, page, by=request.user)
    except Meanwhile as refusal:
        change = open_change(slug)
        mine = kept(change.payload if change else None)
        return _page(request, slug, change, mine, meanwhile=refusal)
    hour = timezone.localtime().strftime("%H:%M:%S")
    messages.success(request, _("The draft was saved at %(hour)s.") % {"hour": hour})
    return redirect("dashboard-register-edit", slug)
