"""The acts of choice, on pages and as a file."""

import csv
from collections.abc import Iterator
from datetime import tzinfo

from django.http import HttpResponse, StreamingHttpResponse
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.models import User
from consents.actions import notices
from consents.queries import history as queries
from consents.queries.history import Entry
from consents.receipts import address
from consents.views.parts import SignedInRequest, page
from portal.lib.sheets import safe as safe


@require_safe
def history(request: SignedInRequest) -> HttpResponse:
    """List every act: who, old and new, under which text, by which way."""
    found = queries.history(
        request.user,
        older=request.GET.get("older", ""),
        newer=request.GET.get("newer", ""),
    )
    context = {
        "history": found,
        "older": f"?older={found.older}" if found.older else "",
        "newer": f"?newer={found.newer}" if found.newer else "",
        "told": notices.told(request.user),
    }
    return page(request, "consents/history.html", context)


@require_safe
def history_file(request: SignedInRequest) -> StreamingHttpResponse:
    """Stream the same as CSV, in the person's language and time zone."""
    zone = timezone.get_current_timezone()
    response = StreamingHttpResponse(
        lines(request.user, translation.get_language() or "en", zone),
        content_type="text/csv; charset=utf-8",
    )
    response["Content-Disposition"] = 'attachment; filename="choices.csv"'
    response["Cache-Control"] = "private, no-store"
    return response


class Line:
    """A file that hands back each line written to it."""

    def write(self, line: str) -> str:
        """Return the line."""
        return line


def lines(person: User, language: str, zone: tzinfo) -> Iterator[str]:
    """Yield the lines of the file, in constant memory.

    The response is streamed after the request's language and time zone are gone, so they are set
    anew for each line and not kept between two.
    """
    writer = csv.writer(Line(), lineterminator="\r\n")
    entries = queries.rows(person)
    with translation.override(language):
        yield "\ufeff" + writer.writerow(_head())  # the mark makes Excel read UTF-8
    while True:
        with translation.override(language), timezone.override(zone):
            entry = next(entries, None)
            if entry is None:
                return
            line = writer.writerow([safe(cell) for cell in _cells(entry)])
        yield line


def _head() -> list[str]:
    return [
        _("When"), _("Who"), _("What"), _("Purpose"), _("About"), _("Before"), _("After"),
        _("How"), _("Version shown"), _("Language shown"), _("SHA-256 of the text shown"),
        _("Number of the act"), _("Receipt"),
    ]  # fmt: skip


def _cells(entry: Entry) -> list[str]:
    event = entry.event
    return [
        timezone.localtime(event.at).isoformat(timespec="seconds"),
        entry.who, entry.what, entry.purpose, entry.scope, entry.before, entry.after, entry.source,
        str(event.version.number), event.language, event.text_sha256, str(event.uid),
        address(reverse("consents:receipt", args=[event.uid])) if entry.is_mine else "",
    ]  # fmt: skip
