"""Looking back: which training runs used my documents, and what can still be done."""

import csv
from collections.abc import Iterator
from datetime import tzinfo
from uuid import UUID

from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.models import User
from consents.models import ManifestLine, TrainingRun
from consents.queries import training as queries
from consents.queries.canaries import watch
from consents.views.history import Line, safe
from consents.views.parts import SignedInRequest, page


@require_safe
def trainings(request: SignedInRequest) -> HttpResponse:
    """Say whether any document was ever used for training, and list the runs that used some."""
    now = timezone.now()
    back = queries.look_back(request.user, now=now, **_cursors(request))
    context = {"back": back, "watch": watch(now), **_links(back.older, back.newer)}
    return page(request, "consents/training.html", context)


@require_safe
def run(request: SignedInRequest, uid: UUID) -> HttpResponse:
    """List the person's documents in one run; one that used none of theirs is not found."""
    found = get_object_or_404(TrainingRun.objects.select_related("system"), uid=uid)
    run = queries.run_page(request.user, found, now=timezone.now(), **_cursors(request))
    if run is None:
        raise Http404
    return page(
        request, "consents/training_run.html", {"page": run, **_links(run.older, run.newer)}
    )


@require_safe
def training_file(request: SignedInRequest) -> StreamingHttpResponse:
    """Stream every document in every run as CSV, in the person's language and time zone."""
    zone = timezone.get_current_timezone()
    language = translation.get_language() or "en"
    response = StreamingHttpResponse(
        _lines(request.user, language, zone), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = 'attachment; filename="ai-training.csv"'
    response["Cache-Control"] = "private, no-store"
    return response


def _cursors(request: SignedInRequest) -> dict[str, str]:
    return {name: request.GET.get(name, "") for name in ("older", "newer")}


def _links(older: str, newer: str) -> dict[str, str]:
    return {
        "older": f"?older={older}" if older else "",
        "newer": f"?newer={newer}" if newer else "",
    }


def _lines(person: User, language: str, zone: tzinfo) -> Iterator[str]:
    """Yield the lines of the file, in constant memory.

    Streamed after the request's language and time zone are gone: set anew for each line.
    """
    writer = csv.writer(Line(), lineterminator="\r\n")
    remedies: dict[int, str] = {}
    with translation.override(language):
        yield "\ufeff" + writer.writerow(_head())  # the mark makes Excel read UTF-8
    for line in queries.rows(person):
        with translation.override(language), timezone.override(zone):
            if line.run_id not in remedies:
                run = line.run
                remedies[run.pk] = queries.remedied(run.remedy, run.remedy_by, None).words
            text = writer.writerow([safe(cell) for cell in _cells(line, remedies[line.run_id])])
        yield text


def _head() -> list[str]:
    return [
        _("Used on"), _("Document"), _("Reference of the document"), _("Training"), _("Model"),
        _("System"), _("What can still be done"),
    ]  # fmt: skip


def _cells(line: ManifestLine, remedy: str) -> list[str]:
    run = line.run
    used_at = timezone.localtime(line.used_at).isoformat(timespec="seconds")
    return [
        used_at, line.document.title, line.document.reference, run.reference, run.model_name,
        run.system.name, remedy,
    ]  # fmt: skip
