"""A person's documents: the list, the grid, one of them, and its file."""

import logging
import re
from collections.abc import Mapping
from datetime import date
from uuid import UUID

from django.core.files.base import File
from django.http import FileResponse, Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from consents import permits
from consents.forms import DocumentFilter, PlaceForm
from consents.models import Document, Purpose
from consents.models.documents import DocumentQuerySet
from consents.queries import documents as queries
from consents.queries.catalogue import catalogue
from consents.queries.document import document_page
from consents.queries.grid import grid
from consents.queries.uses import timeline
from consents.views.parts import SignedInRequest, just_saved, page

# What tells outsiders that a file may not be mined or learnt from (draft-ietf-aipref-attach,
# TDMRep, X-Robots-Tag). Permission is never broadcast: it was given to the service alone.
RESERVED = {
    "Content-Usage": "train-ai=n",
    "tdm-reservation": "1",
    "X-Robots-Tag": "noindex, noai, noimageai",
}
PDF = b"%PDF-"
YEARS = range(1970, 2200)

log = logging.getLogger(__name__)


@require_safe
def documents(request: SignedInRequest) -> HttpResponse:
    """List, search and filter the person's documents."""
    person, now = request.user, timezone.localtime()
    addresses = queries.own_addresses(person)
    organisations = queries.organisations(addresses)
    form = DocumentFilter(
        request.GET, years=queries.years(addresses, now), organisations=organisations
    )
    place = PlaceForm(request.GET)
    shelf = queries.shelf_page(
        person, catalogue(now), form.wanted(),
        older_than=place.place("older"), newer_than=place.place("newer"),
    )  # fmt: skip
    context = {
        "form": form,
        "shelf": shelf,
        "has_organisations": bool(organisations),
        "narrowed": form.wanted().narrows,
        "links": links(request.GET, older=shelf.older, newer=shelf.newer),
    }
    return page(request, "consents/documents.html", context)


@require_safe
def documents_by_purpose(request: SignedInRequest) -> HttpResponse:
    """Show the grid: documents down, purposes across, the gate's answer in each cell."""
    place = PlaceForm(request.GET)
    found = grid(
        request.user, catalogue(timezone.now()),
        older_than=place.place("older"), newer_than=place.place("newer"),
    )  # fmt: skip
    context = {"grid": found, "links": links(request.GET, older=found.older, newer=found.newer)}
    return page(request, "consents/grid.html", context)


@require_safe
def document(request: SignedInRequest, uid: UUID) -> HttpResponse:
    """Show one document: what it is used for, by whom, who has it, for how long."""
    found = get_object_or_404(_visible(request), uid=uid)
    before = month(request.GET.get("before", ""))
    context = {
        "page": document_page(
            request.user, catalogue(timezone.now()), found, saved=just_saved(request)
        ),
        "timeline": timeline(found, before=before),
    }
    return page(request, "consents/document.html", context)


@require_safe
def document_file(request: SignedInRequest, uid: UUID) -> FileResponse:
    """Stream the original, to look at (a PDF, with ``?view``) or to keep."""
    found = get_object_or_404(_visible(request), uid=uid)
    opened = _opened(found)
    is_pdf = opened.read(len(PDF)) == PDF
    opened.seek(0)
    response = FileResponse(
        opened,
        as_attachment=not (is_pdf and "view" in request.GET),
        filename=file_name(found.title, ".pdf" if is_pdf else ""),
        content_type="application/pdf" if is_pdf else "application/octet-stream",
    )
    for name, value in _headers(found).items():
        response[name] = value
    return response


def file_name(title: str, ending: str) -> str:
    """Return the title as a name that every system takes for a file."""
    name = re.sub(r'[\x00-\x1f\x7f/\\:*?"<>|]+', " ", title).strip(" .")[:120].rstrip()
    return (name or "document").removesuffix(ending) + ending


def links(query: QueryDict, *, older: UUID | None, newer: UUID | None) -> dict[str, str]:
    """Return the queries of the pages beside this one, with the same search."""
    kept = {name: str(query[name]) for name in DocumentFilter.base_fields if query.get(name)}
    beside = {"older": older, "newer": newer}
    return {name: f"?{urlencode(kept | {name: str(uid)})}" for name, uid in beside.items() if uid}


def month(text: str) -> date | None:
    """Return the first day of a month given as ``2026-05``, or None if it is none."""
    try:
        day = date.fromisoformat(f"{text}-01")
    except ValueError:
        return None
    return day if day.year in YEARS else None


def _visible(request: SignedInRequest) -> DocumentQuerySet:
    return Document.objects.visible_to(request.user).select_related("organisation")


def _opened(found: Document) -> "File[bytes]":
    if not found.file:
        raise Http404
    try:
        return found.file.open("rb")
    except FileNotFoundError:
        log.error("the file of document %s is missing in storage", found.uid)
        raise Http404 from None


def _headers(found: Document) -> Mapping[str, str]:
    """Return the headers of the file: never kept, never indexed, and reserved where it is a no."""
    headers = {"Cache-Control": "private, no-store", "X-Robots-Tag": "noindex"}
    training = Purpose.objects.filter(is_ai_training=True).first()
    if training is None or not permits.may(found.reference, training.slug).allowed:
        headers |= RESERVED
    return headers
