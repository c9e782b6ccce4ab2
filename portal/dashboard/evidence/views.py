"""Evidence for what is called anonymous: what counts, what has expired, and how it is entered."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.changes import actions
from accounts.changes.kinds import KINDS, titled
from accounts.changes.models import OPEN, Change
from accounts.changes.saving import Meanwhile, save
from accounts.reauthentication import reauthentication_required
from accounts.roles import SignedInRequest, dpo_required
from consents import evidence_files
from consents.actions import evidence
from consents.changing.evidence import KIND, POLICY, STAYS, GoesOnAsking
from consents.changing.measured import file_of
from consents.models import Evidence, EvidenceFile, Purpose, PurposeVersion
from consents.queries import evidence as queries
from consents.queries.titles import title_of
from portal.dashboard.approvals.panel import panel
from portal.dashboard.cards.choice_trends import titles
from portal.dashboard.evidence.forms import MeasurementForm, fields_of, typed_page
from portal.lib.errors import DomainError


@dpo_required
@require_safe
def index(request: SignedInRequest) -> HttpResponse:
    """List every purpose that claims something, and how its proof stands."""
    now = timezone.now()
    found = queries.claims(now)
    claiming = {one.version.purpose_id for one in found}
    drafts = Change.objects.filter(kind__in=[KIND, POLICY], status__in=OPEN)
    context = {
        "claims": found,
        "open": [one for one in found if one.proof and one.proof.state != queries.VALID],
        "drafts": titled(drafts.select_related("author")),
        "others": [named for pk, named in titles(now).items() if pk not in claiming],
    }
    return render(request, "dashboard/evidence/index.html", context)


@dpo_required
@require_safe
def purpose(request: SignedInRequest, slug: str) -> HttpResponse:
    """Show all evidence of one purpose, and whether the gate asks for it."""
    return _page(request, get_object_or_404(Purpose, slug=slug))


@dpo_required
@require_POST
def new(request: SignedInRequest, slug: str) -> HttpResponse:
    """Begin a draft of evidence, or go on with the open one."""
    of = get_object_or_404(Purpose, slug=slug)
    change = Change.objects.filter(kind=KIND, subject=slug, status__in=OPEN).first()
    if change is None:
        change = actions.draft(KIND, of.slug, {}, by=request.user)
    return redirect("dashboard-evidence-draft", change.uid)


@dpo_required
@require_http_methods(["GET", "HEAD", "POST"])
def draft(request: SignedInRequest, uid: UUID) -> HttpResponse:
    """Show a draft of evidence, or save what was typed, right or wrong."""
    known = Change.objects.filter(kind=KIND).select_related("author", "decided_by")
    change = get_object_or_404(known, uid=uid)
    return _save(request, change) if request.method == "POST" else _draft_page(request, change)


@dpo_required
@require_safe
def file(request: SignedInRequest, uid: UUID) -> HttpResponseBase:
    """Return a report, published or not."""
    return evidence_files.as_download(get_object_or_404(EvidenceFile, uid=uid))


@dpo_required
@require_POST
@reauthentication_required
def withdraw(request: SignedInRequest, uid: UUID) -> HttpResponse:
    """Let evidence count no more, at once."""
    one = get_object_or_404(Evidence.objects.select_related("purpose"), uid=uid)
    reason = request.POST.get("reason", "").replace("\0", "").strip()
    try:
        evidence.withdraw(one, by=request.user, reason=reason)
    except DomainError as error:
        return _page(request, one.purpose, refused=error)
    messages.success(request, _("Withdrawn: it counts no more from now on."))
    return redirect("dashboard-evidence-purpose", one.purpose.slug)


@dpo_required
@require_POST
def policy(request: SignedInRequest, slug: str) -> HttpResponse:
    """Draft that the gate asks for evidence; that it asks no more is refused with a reason."""
    of = get_object_or_404(Purpose, slug=slug)
    if request.POST.get("closes") != "yes":
        return _page(request, of, refused=GoesOnAsking(STAYS))
    change = actions.draft(POLICY, of.slug, {"closes": True}, by=request.user)
    return redirect("dashboard-change", change.uid)


def _page(
    request: SignedInRequest, of: Purpose, *, refused: DomainError | None = None
) -> HttpResponse:
    now = timezone.now()
    version = PurposeVersion.objects.in_force(now).filter(purpose=of).first()
    rows = [(one, queries.state_of(one, now)) for one in queries.of_purpose(of)]
    drafts = titled(
        Change.objects.filter(subject=of.slug, kind__in=[KIND, POLICY], status__in=OPEN)
    )
    context: dict[str, Any] = {
        "purpose": of, "version": version, "title": title_of(of.slug), "rows": rows,
        "proof": queries.proof(version, now=now) if version else None,
        "drafts": drafts,
        "policy_is_open": any(one.kind == POLICY for one, _title in drafts),
        "refused": refused, "stays": STAYS,
    }  # fmt: skip
    template = "dashboard/evidence/purpose.html"
    return render(request, template, context, status=409 if refused else 200)


def _draft_page(
    request: SignedInRequest,
    change: Change,
    *,
    typed: dict[str, Any] | None = None,
    meanwhile: Meanwhile | None = None,
) -> HttpResponse:
    """Show a draft as it is kept; or ``typed``, where somebody else saved first."""
    check = change.is_open and typed is None and "check" in request.GET
    wrong = KINDS[KIND].problems(change) if check else {}
    payload = change.payload if typed is None else typed
    is_form = change.is_open or typed is not None
    context = {
        "change": change, "title": title_of(change.subject), "panel": panel(change, request.user),
        "form": MeasurementForm(fields_of(payload), wrong) if is_form else None,
        "file": file_of(payload), "file_problems": wrong.get("file", []), "meanwhile": meanwhile,
        "evidence": Evidence.objects.filter(change=change).first(),
    }  # fmt: skip
    status = 409 if meanwhile else 200
    return render(request, "dashboard/evidence/draft.html", context, status=status)


def _save(request: SignedInRequest, change: Change) -> HttpResponse:
    """Save what was typed, and the file if one was sent; what is wrong is said beside."""
    page = typed_page(request.POST, _file(request))
    try:
        save(KIND, change.subject, change, page, by=request.user)
    except Meanwhile as refusal:
        change.refresh_from_db()
        typed = page.into(change.payload)
        return _draft_page(request, change, typed=typed, meanwhile=refusal)
    now = date_format(timezone.localtime(), "H:i:s")
    messages.success(request, _("Saved %(time)s.") % {"time": now})
    return HttpResponseRedirect(f"{KINDS[KIND].path(change)}?check=1")


def _file(request: SignedInRequest) -> str:
    """Return the ``uid`` of the report that was sent, now or when somebody else saved first."""
    upload = request.FILES.get("report")
    if upload is None:
        sent = request.POST.get("sent", "")
        mine = EvidenceFile.objects.filter(by=request.user, evidence=None, uid__in=_uids(sent))
        return sent if mine.exists() else ""
    try:
        return str(evidence_files.take(upload, by=request.user).uid)
    except DomainError as error:
        messages.error(request, str(error.message))
        return ""


def _uids(text: str) -> list[UUID]:
    try:
        return [UUID(text)]
    except ValueError:
        return []
