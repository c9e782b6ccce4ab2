"""Evidence for those who rely on it: the figures as a file; the report where it is published."""

from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from consents import evidence_files
from consents.models import Evidence
from consents.queries.evidence import summary
from consents.views.parts import SignedInRequest


@require_safe
def evidence_summary(request: SignedInRequest, uid: UUID) -> HttpResponse:
    """Return every figure of one piece of evidence as JSON."""
    one = _evidence(uid)
    body = summary(one, now=timezone.now())
    response = JsonResponse(body, json_dumps_params={"indent": 2, "ensure_ascii": False})
    named = content_disposition_header(as_attachment=True, filename=f"{one.purpose.slug}.json")
    response["Content-Disposition"] = named or "attachment"
    return response


@require_safe
def evidence_report(request: SignedInRequest, uid: UUID) -> HttpResponseBase:
    """Return the report, if it is published."""
    one = _evidence(uid)
    if one.file is None or not one.is_file_public:
        raise Http404
    return evidence_files.as_download(one.file)


def _evidence(uid: UUID) -> Evidence:
    known = Evidence.objects.select_related("purpose", "file", "withdrawal")
    return get_object_or_404(known, uid=uid)
