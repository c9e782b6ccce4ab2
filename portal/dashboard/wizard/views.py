"""The wizard: a change of a purpose is drafted page by page, and saved on each of them."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.validators import validate_slug
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.changes import actions
from accounts.changes.kinds import KINDS, title
from accounts.changes.models import OPEN, Change
from accounts.changes.saving import Meanwhile, save
from accounts.roles import SignedInRequest, dpo_required
from consents.changing import drafts
from consents.changing.purposes import KIND, left_behind
from consents.models import Purpose, PurposeVersion
from consents.queries.touched import touched
from portal.dashboard.approvals.panel import panel
from portal.dashboard.wizard import shown, steps
from portal.dashboard.wizard.forms import StartForm
from portal.dashboard.wizard.steps import Step

NEW = "-new-"  # no slug begins so
LONGEST_SLUG = 50  # characters, of the column
TAKEN = frozenset({"changes", "new"})  # parts of addresses


@dpo_required
@require_http_methods(["GET", "HEAD", "POST"])
def start(request: SignedInRequest) -> HttpResponse:
    """Choose which purpose is to change, or name a new one; an open draft is gone on with."""
    typed = StartForm.read(request.POST if request.method == "POST" else request.GET)
    if request.method != "POST":
        return _start_page(request, typed, {})
    known = Purpose.objects.filter(slug=typed["purpose"]).first()
    if known is None and (wrong := _wrong_with(typed)):
        return _start_page(request, typed, wrong)
    slug = known.slug if known else typed["slug"]
    change = Change.objects.filter(kind=KIND, subject=slug, status__in=OPEN).first()
    if change is None:
        change = actions.draft(KIND, slug, _first(slug), by=request.user)
    return redirect("dashboard-wizard-step", change.uid, steps.STEPS[0].slug)


@dpo_required
@require_http_methods(["GET", "HEAD", "POST"])
def step(request: SignedInRequest, uid: UUID, place: str) -> HttpResponse:
    """Show one step of a draft, or save what was typed in it, right or wrong."""
    change, here = _change(uid), steps.BY_SLUG.get(place)
    if here is None:
        raise Http404
    if request.method == "POST":
        return _save(request, change, here)
    if not change.is_open:
        return redirect("dashboard-wizard", uid)
    return _step_page(request, change, here)


@dpo_required
@require_safe
def overview(request: SignedInRequest, uid: UUID) -> HttpResponse:
    """Show the whole of a draft on one page, what is missing, and who may do what now."""
    change = _change(uid)
    problems = KINDS[KIND].problems(change) if change.is_open else {}
    going = shown.going(change) if change.is_open else None
    context = {
        "change": change, "title": title(change), "problems": problems,
        "places": steps.places(change, None, problems) if change.is_open else [],
        "going": going, "panel": panel(change, request.user),
        "touched": touched(going.version.purpose) if going else None,
        "differences": shown.differences(going.before, going.version) if going else {},
        "version": PurposeVersion.objects.filter(change=change).first(),
    }  # fmt: skip
    return render(request, "dashboard/wizard/overview.html", context)


@dpo_required
@require_safe
def page(request: SignedInRequest, uid: UUID, language: str) -> HttpResponse:
    """Show the page behind the link of the mail, as people will see it, in one language."""
    change = _change(uid)
    if language not in dict(settings.LANGUAGES) or not change.is_open:
        raise Http404
    going = shown.going(change)
    with translation.override(language):
        context = {"page": shown.page_preview(going.version), "preview": True, "change": change}
        return render(request, "consents/notice.html", context)


def _start_page(request: SignedInRequest, typed: dict[str, Any], wrong: Any) -> HttpResponse:
    form = StartForm(typed, wrong)
    versions = PurposeVersion.objects.in_force(timezone.now()).select_related("purpose")
    known = [(one.purpose.slug, one.text().title) for one in versions]
    listed = dict(known)
    known += [
        (slug, slug)
        for slug in Purpose.objects.values_list("slug", flat=True)
        if slug not in listed
    ]
    choices = [("", _("Choose …")), *known, (NEW, _("A new purpose"))]
    form.fields["purpose"].choices = choices  # type: ignore[attr-defined]
    form.fields["purpose"].widget.choices = choices
    context = {"form": form}
    return render(request, "dashboard/wizard/start.html", context, status=422 if wrong else 200)


def _wrong_with(typed: dict[str, Any]) -> dict[str, list[str]]:
    """Return what is wrong with the code of a new purpose, by field."""
    if typed["purpose"] != NEW:
        return {"purpose": [_("Choose a purpose, or “A new purpose”.")]}
    slug = typed["slug"]
    try:
        validate_slug(slug)
    except ValidationError:
        return {"slug": [_("The code may hold letters, digits and hyphens only.")]}
    if len(slug) > LONGEST_SLUG or slug in TAKEN:
        return {"slug": [_("This code is too long, or taken: choose another one.")]}
    if Purpose.objects.filter(slug=slug).exists():
        return {"slug": [_("There is a purpose with this code: choose it above.")]}
    return {}


def _first(slug: str) -> drafts.Payload:
    """Return what a new draft says: what the last version says, or nothing."""
    last = PurposeVersion.objects.standing().filter(purpose__slug=slug).order_by("-number").first()
    return drafts.payload_of(last) if last else drafts.blank()


def _step_page(
    request: SignedInRequest,
    change: Change,
    here: Step,
    *,
    typed: drafts.Payload | None = None,
    meanwhile: Meanwhile | None = None,
) -> HttpResponse:
    """Show a step as the draft has it; or ``typed``, where somebody else saved first."""
    problems = KINDS[KIND].problems(change)
    form = steps.form_class(here, change)
    wrong = problems if "check" in request.GET and typed is None else {}
    payload = change.payload if typed is None else typed
    context = {
        "change": change, "title": title(change), "here": here,
        "places": steps.places(change, here, problems),
        "form": form(here.fields_of(payload), wrong) if form else None,
        "previous": steps.path_of(change, steps.before(here)) if steps.before(here) else "",
        "next": steps.path_of(change, steps.after(here)),
        "meanwhile": meanwhile, "path": steps.path_of(change, here),
        **_shown(request, change, here),
    }  # fmt: skip
    status = 409 if meanwhile else 200
    return render(request, f"dashboard/wizard/{here.slug}.html", context, status=status)


def _save(request: SignedInRequest, change: Change, here: Step) -> HttpResponse:
    """Save what was typed, then go on; back to this step if something in it is wrong."""
    form = steps.form_class(here, change)
    if form is None:
        return redirect(steps.path_of(change, steps.after(here)))
    page = steps.page(here, form, request.POST)
    try:
        change = save(KIND, change.subject, change, page, by=request.user)
    except Meanwhile as refusal:
        change.refresh_from_db()
        typed = page.into(change.payload)
        return _step_page(request, change, here, typed=typed, meanwhile=refusal)
    payload = change.payload
    now = date_format(timezone.localtime(), "H:i:s")
    messages.success(request, _("Saved %(time)s.") % {"time": now})
    problems = KINDS[KIND].problems(change)
    is_wrong = bool(form(here.fields_of(payload), problems).errors)
    if is_wrong or request.POST.get("go") != "next":
        return HttpResponseRedirect(f"{steps.path_of(change, here)}?check=1")
    return redirect(steps.path_of(change, steps.after(here)))


def _shown(request: SignedInRequest, change: Change, here: Step) -> dict[str, Any]:
    """Return what a step shows beside its form."""
    if here.slug in ("facts", "words"):
        return {}
    going = shown.going(change)
    if here.slug == "difference":
        return {
            "going": going,
            "differences": shown.differences(going.before, going.version),
            "left_behind": left_behind(going.before, going.version),
        }
    if here.slug == "reach":
        return {"going": going, "touched": touched(going.version.purpose)}
    if here.slug == "notice":
        codes = [(code, _(str(name))) for code, name in settings.LANGUAGES]
        previews = [
            (code, name, shown.mail_preview(going.version, code),
             shown.banner_preview(request, going.version, code))
            for code, name in codes
        ]  # fmt: skip
        return {"going": going, "previews": previews}
    return {"going": going}


def _change(uid: UUID) -> Change:
    known = Change.objects.filter(kind=KIND).select_related("author", "decided_by")
    return get_object_or_404(known, uid=uid)
