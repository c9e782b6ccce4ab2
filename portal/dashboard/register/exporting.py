"""The register as a file (art. 30(4)): PDF, CSV, XLSX, JSON, JSON-LD. Large ones are streamed."""

from collections.abc import Callable, Iterable

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from accounts.models import Organisation
from accounts.roles import dpo_required
from consents.queries import register
from consents.register import exports, linked
from consents.register.lines import sections
from portal.lib import pdf

Parts = Iterable[bytes] | Iterable[str]
FILES: dict[str, tuple[str, str, Callable[[str], Parts]]] = {
    "csv": (
        "register.csv",
        "text/csv; charset=utf-8",
        lambda language: exports.as_csv(timezone.now(), language),
    ),
    "xlsx": (
        "register.xlsx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        lambda language: exports.as_xlsx(timezone.now(), language),
    ),
    "json": (
        "register.json",
        "application/json",
        lambda language: exports.as_json(timezone.now()),
    ),
    "dpv": (
        "register.jsonld",
        "application/ld+json",
        lambda language: linked.as_jsonld(timezone.now()),
    ),
}
IN_THE_PDF = 2000  # organisations by name; a longer list is in the CSV


@dpo_required
@require_safe
def export(request: HttpRequest, form: str) -> HttpResponseBase:
    """Hand out the register as it is now, in the language of the reader where it has words."""
    language = get_language() or "en"
    if form == "schema":
        return JsonResponse(exports.schema(), content_type="application/schema+json")
    if form == "pdf":
        return _pdf(language)
    if form not in FILES:
        raise Http404
    name, kind, parts = FILES[form]
    response = StreamingHttpResponse(parts(language), content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    return response


def _pdf(language: str) -> HttpResponse:
    now = timezone.now()
    data = "".join(exports.as_json(now)).encode()
    named = list(Organisation.objects.order_by("name", "pk")[:IN_THE_PDF])
    records = [
        (one, sections(one, organisations=named if one.version.every_organisation else []))
        for one in register.records(now)
    ]
    made = pdf.render(
        "consents/pdf/register.html",
        {"records": records, "at": now, "more": max(Organisation.objects.count() - IN_THE_PDF, 0)},
        language=language.split("-", maxsplit=1)[0],
        attachments=[pdf.Attachment("register.json", data, "The register as data")],
    )
    response = HttpResponse(made, content_type="application/pdf")
    response["Content-Disposition"] = 'attachment; filename="register.pdf"'
    response["Cache-Control"] = "private, no-store"
    return response
