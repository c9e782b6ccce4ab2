"""The uses of one document, one by one: on a page, and all of them as a file."""

import csv
from collections.abc import Iterator
from datetime import tzinfo
from uuid import UUID

from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from consents.forms import UsesFilter
from consents.models import Document
from consents.queries.catalogue import catalogue
from consents.queries.diff import basis
from consents.queries.uses import Single, every, singles, use_place
from consents.views.documents import visible
from consents.views.history import Line
from consents.views.parts import SignedInRequest, page
from consents.views.searching import beside, titles
from portal.lib.sheets import safe


@require_safe
def uses(request: SignedInRequest, uid: UUID) -> HttpResponse:
    """Show single uses: of one group of the timeline, or of the whole document."""
    found = get_object_or_404(visible(request), uid=uid)
    form = UsesFilter(request.GET, purposes=titles(catalogue(timezone.now())))
    wanted = form.wanted()
    shown = singles(found, wanted, older_than=use_place(request.GET.get("older", "")))
    context = {
        "document": found,
        "form": form,
        "singles": shown,
        "narrowed": wanted.narrows,
        "newest": beside(form),
        "older": beside(form, older=shown.older) if shown.older else "",
    }
    return page(request, "consents/uses.html", context)


@require_safe
def uses_file(request: SignedInRequest, uid: UUID) -> StreamingHttpResponse:
    """Stream every use of the document as CSV, in the person's language and time zone."""
    found = get_object_or_404(visible(request), uid=uid)
    language, zone = translation.get_language() or "en", timezone.get_current_timezone()
    response = StreamingHttpResponse(
        lines(found, language, zone), content_type="text/csv; charset=utf-8"
    )
    # Not the title: a name of a file stands in logs and lists of downloads.
    response["Content-Disposition"] = f'attachment; filename="uses-{found.uid}.csv"'
    response["Cache-Control"] = "private, no-store"
    return response


def lines(document: Document, language: str, zone: tzinfo) -> Iterator[str]:
    """Yield the lines of the file, in constant memory.

    The response is streamed after the request's language and time zone are gone, so they are set
    anew for each line and not kept between two.
    """
    writer = csv.writer(Line(), lineterminator="\r\n")
    found = every(document)
    with translation.override(language):
        yield "\ufeff" + writer.writerow(_head())  # the mark makes Excel read UTF-8
    while True:
        with translation.override(language), timezone.override(zone):
            one = next(found, None)
            if one is None:
                return
            line = writer.writerow([safe(cell) for cell in _cells(one)])
        yield line


def _head() -> list[str]:
    return [
        _("When"), _("Purpose"), _("System"), _("Who runs it"), _("Legal basis"), _("Text version"),
        _("SHA-256 of the text"), _("Training"), _("What follows from it"),
    ]  # fmt: skip


def _cells(one: Single) -> list[str]:
    use, version = one.use, one.use.version
    return [
        timezone.localtime(use.at).isoformat(timespec="microseconds"),
        one.text.title, use.system.name, use.system.get_kind_display(),
        basis(version), str(version.number), version.sha256,
        use.training_run.reference if use.training_run else "",
        one.text.consequence,
    ]  # fmt: skip
