"""The register of processing (art. 30): the list, one record, its history."""

from dataclasses import dataclass
from datetime import datetime

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.changes.kinds import Difference
from accounts.changes.models import OPEN, Change
from accounts.models import Organisation, User
from accounts.roles import dpo_required
from consents.models import ProcessingVersion
from consents.queries import register
from consents.queries.register import Record
from consents.register import saying
from consents.register.fields import Draft, Subject, draft_of
from consents.register.lines import sections
from portal.dashboard.register.filters import RegisterFilter
from portal.dashboard.register.pages import page_of

ORGANISATIONS = 50  # named on the page; the exports name all


@dpo_required
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """List the records with what is missing about each."""
    form = RegisterFilter(request.GET)
    known = register.records(timezone.now())
    found = form.narrowed(known)
    older, newer = (request.GET.get(name, "") for name in ("older", "newer"))
    page = page_of(found, older=older, newer=newer)
    drafts = set(
        Change.objects.filter(kind="register", status__in=OPEN).values_list("subject", flat=True)
    )
    context = {
        "form": form,
        "total": len(known),
        "with_gaps": sum(bool(one.gaps) for one in known),
        "controller_rows": _rows([one for one in page.records if not one.is_processor], drafts),
        "processor_rows": _rows([one for one in page.records if one.is_processor], drafts),
        "new_drafts": sorted(drafts - {one.slug for one in known}),
        "narrowed": form.narrows,
        "found": len(found),
        "of_controller": sum(not one.is_processor for one in found),
        "of_processor": sum(one.is_processor for one in found),
        "first": page.first,
        "last": page.last,
        "older": form.way(older=page.older),
        "newer": form.way(newer=page.newer),
    }
    return render(request, "dashboard/register/index.html", context)


@dpo_required
@require_safe
def one(request: HttpRequest, slug: str) -> HttpResponse:
    """Show one record under the letters of art. 30."""
    found = the_record(slug)
    named = found.is_processor and found.version.every_organisation
    organisations = (
        list(Organisation.objects.order_by("name", "pk")[:ORGANISATIONS]) if named else []
    )
    context = {
        "record": found,
        "sections": sections(found, organisations=organisations),
        "more": max(Organisation.objects.count() - ORGANISATIONS, 0) if named else 0,
        "open": open_change(slug),
    }
    return render(request, "dashboard/register/record.html", context)


@dataclass(frozen=True)
class Step:
    """One version of a record: who wrote and who agreed (None: the catalogue), what it changed."""

    version: ProcessingVersion
    author: User | None
    agreed: User | None
    reason: str
    differences: list[Difference]


@dpo_required
@require_safe
def history(request: HttpRequest, slug: str) -> HttpResponse:
    """Show every version of a record with what it changed, the newest first."""
    found = the_record(slug)
    context = {"record": found, "steps": _steps(found)}
    return render(request, "dashboard/register/history.html", context)


def _steps(record: Record) -> list[Step]:
    versions = ProcessingVersion.objects.filter(record__slug=record.slug).order_by("number")
    subject = Subject(record.slug, of_purpose=record.purpose is not None)
    before, steps = None, []
    for version in versions.select_related("change__author", "change__decided_by"):
        old: Draft = draft_of(before) if before else {}
        change = version.change
        steps.append(
            Step(
                version,
                change.author if change else None,
                change.decided_by if change else None,
                change.reason if change else "",
                saying.differences(old, draft_of(version), subject, language_marks=True),
            )
        )
        before = version
    return steps[::-1]


@dataclass(frozen=True)
class Row:
    """One line of the list. ``has_draft``: a change of it is open."""

    record: Record
    has_draft: bool


def _rows(found: list[Record], drafts: set[str]) -> list[Row]:
    return [Row(one, one.slug in drafts) for one in found]


def the_record(slug: str, now: datetime | None = None) -> Record:
    """Return a record.

    Raises:
        Http404: there is none.
    """
    found = register.record(slug, now or timezone.now())
    if found is None:
        raise Http404
    return found


def open_change(slug: str) -> Change | None:
    """Return the change of a record that is drafted or waits for a second person."""
    return Change.objects.filter(kind="register", subject=slug, status__in=OPEN).first()
