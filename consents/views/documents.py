"""A person's documents: the list, the grid, one of them, and its file."""

import logging
import re
from datetime import date
from uuid import UUID

from django.core.files.base import File
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from consents.forms import UsesFilter
from consents.models import Document
from consents.models.documents import DocumentQuerySet
from consents.queries import documents as queries
from consents.queries.catalogue import catalogue
from consents.queries.document import document_page
from consents.queries.grid import grid
from consents.queries.uses import timeline
from consents.reservations import mark, with_signals
from consents.views.parts import SeeOther, SignedInRequest, just_saved, page
from consents.views.searching import beside, search, titles

PDF = b"%PDF-"
YEARS = range(1970, 2200)

log = logging.getLogger(__name__)


@require_http_methods(["GET", "HEAD", "POST"])
def documents(request: SignedInRequest) -> HttpResponse:
    """List, search and filter the person's documents."""
    asked = search(request)
    if request.method == "POST" and asked.form.is_valid():
        return SeeOther(reverse("consents:documents") + asked.address)
    shelf = queries.shelf_page(
        request.user, asked.of, asked.wanted,
        older_than=asked.place.place("older"), newer_than=asked.place.place("newer"),
    )  # fmt: skip
    context = {
        "search": asked,
        "form": asked.form,
        "shelf": shelf,
        "narrowed": asked.wanted.narrows,
        "links": asked.links(older=shelf.older, newer=shelf.newer),
    }
    return page(request, "consents/documents.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def documents_by_purpose(request: SignedInRequest) -> HttpResponse:
    """Show the grid: documents down, purposes across, the gate's answer in each cell."""
    asked = search(request)
    if request.method == "POST" and asked.form.is_valid():
        return SeeOther(reverse("consents:grid") + asked.address)
    found = grid(
        request.user, asked.of, asked.wanted,
        older_than=asked.place.place("older"), newer_than=asked.place.place("newer"),
    )  # fmt: skip
    context = {
        "search": asked,
        "form": asked.form,
        "grid": found,
        "shelf": found.shelf,
        "narrowed": asked.wanted.narrows,
        "links": asked.links(older=found.shelf.older, newer=found.shelf.newer),
    }
    return page(request, "consents/grid.html", context)


@require_safe
def document(request: SignedInRequest, uid: UUID) -> HttpResponse:
    """Show one document: what it is used for, by whom, who has it, for how long."""
    found = get_object_or_404(visible(request), uid=uid)
    of = catalogue(timezone.now())
    form = UsesFilter(request.GET, purposes=titles(of))
    wanted = form.wanted()
    shown = timeline(found, wanted, before=month(request.GET.get("before", "")))
    about = document_page(request.user, of, found, saved=just_saved(request))
    context = {
        "page": about,
        "timeline": shown,
        "form": form,
        "narrowed": wanted.narrows,
        "newest": beside(form),
        "older": beside(form, before=f"{shown.older:%Y-%m}") if shown.older else "",
    }
    answer = page(request, "consents/document.html", context)
    return mark(answer, reserved=about.training is None or not about.training.allowed)


@require_safe
def document_file(request: SignedInRequest, uid: UUID) -> FileResponse:
    """Stream the original, to look at (a PDF, with ``?view``) or to keep."""
    return file_answer(get_object_or_404(visible(request), uid=uid), view="view" in request.GET)


def file_answer(found: Document, *, view: bool) -> FileResponse:
    """Return the original of a document that was fetched for whoever asks.

    Raises:
        Http404: the service did not send the file.
    """
    opened = _opened(found)
    is_pdf = opened.read(len(PDF)) == PDF
    opened.seek(0)
    response = FileResponse(
        opened,
        as_attachment=not (is_pdf and view),
        filename=file_name(found.title, ".pdf" if is_pdf else ""),
        content_type="application/pdf" if is_pdf else "application/octet-stream",
    )
    response["Cache-Control"] = "private, no-store"
    return with_signals(response, found)


def file_name(title: str, ending: str) -> str:
    """Return the title as a name that every system takes for a file."""
    name = re.sub(r'[\x00-\x1f\x7f/\\:*?"<>|]+', " ", title).strip(" .")[:120].rstrip()
    return (name or "document").removesuffix(ending) + ending


def month(text: str) -> date | None:
    """Return the first day of a month given as ``2026-05``, or None if it is none."""
    try:
        day = date.fromisoformat(f"{text}-01")
    except ValueError:
        return None
    return day if day.year in YEARS else None


def visible(request: SignedInRequest) -> DocumentQuerySet:
    """Return the documents that this person may see (invariant 11)."""
    return Document.objects.visible_to(request.user).select_related("organisation")


def _opened(found: Document) -> "File[bytes]":
    if not found.file:
        raise Http404
    try:
        return found.file.open("rb")
    except FileNotFoundError:
        log.error("the file of document %s is missing in storage", found.uid)
        raise Http404 from None
