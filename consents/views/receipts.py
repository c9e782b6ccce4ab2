"""The receipts a person holds: to read, to keep, to hand on. And the keys that prove them."""

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.http import FileResponse, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.utils.cache import patch_cache_control
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from consents import kantara, proofs, receipts
from consents.models import Receipt
from consents.queries import history
from consents.queries.facts import Facts
from consents.views.parts import SignedInRequest, language, page
from portal.lib import keys, pdf


@require_safe
def receipt(request: SignedInRequest, uid: UUID) -> HttpResponse:
    """Show a receipt of the person's own."""
    return page(request, "consents/receipt.html", _context(_get(request, uid)))


@require_safe
def receipt_json(request: SignedInRequest, uid: UUID) -> HttpResponse:
    """Hand out the sealed file."""
    return json_file(_get(request, uid))


@require_safe
def receipt_pdf(request: SignedInRequest, uid: UUID) -> HttpResponse:
    """Hand out the document for people, in the language of the page, the sealed file attached."""
    return pdf_file(_get(request, uid))


@require_safe
def receipt_kantara(request: SignedInRequest, uid: UUID) -> HttpResponse:
    """Hand out a consent in the older form of Kantara; 409 for any other act."""
    held = _get(request, uid)
    return _file(kantara.as_file(held), "application/json", held, "kantara.json")


def json_file(held: Receipt) -> HttpResponse:
    """Return the sealed file of a receipt that was fetched for whoever asks."""
    return _file(receipts.as_file(held), "application/json", held, "json")


def pdf_file(held: Receipt) -> HttpResponse:
    """Return the same for people, in the language of the page."""
    attached = pdf.Attachment("receipt.json", receipts.as_file(held), "receipt.json")
    context = _context(held)
    document = pdf.render(
        "consents/pdf/receipt.html",
        {**context, "at": context["facts"].created},
        language=language(),
        attachments=[attached],
    )
    return _file(document, "application/pdf", held, "pdf")


@login_not_required
@require_safe
@cache_control(public=True, max_age=3600)
def jwks(request: HttpRequest) -> HttpResponse:
    """Publish the public keys, retired ones too: RFC 7517. Any site may read them."""
    response = JsonResponse(keys.public_jwks(), content_type="application/jwk-set+json")
    response["Access-Control-Allow-Origin"] = "*"
    return response


@login_not_required
@require_safe
@cache_control(public=True, max_age=3600)
def schema(request: HttpRequest) -> FileResponse:
    """Publish the JSON Schema of a receipt, which also defines the members of our own."""
    response = FileResponse(proofs.SCHEMA.open("rb"), content_type="application/schema+json")
    response["Access-Control-Allow-Origin"] = "*"
    return response


def _get(request: SignedInRequest, uid: UUID) -> Receipt:
    return get_object_or_404(receipts.visible_to(request.user).distinct(), event__uid=uid)


def _context(held: Receipt) -> dict[str, Any]:
    """Return what page and PDF show: what is sealed, and the names that only the holder may see."""
    event, facts = held.event, Facts.of(held)
    return {
        "receipt": held,
        "facts": facts,
        "is_consent": kantara.is_consent(facts),
        "about": history.scope(event),
        "text": event.version.text(event.language),
        "verify": receipts.address("/verify/"),
        "change_at": receipts.address(f"/purposes/{event.purpose.slug}/"),
    }


def _file(content: bytes, content_type: str, held: Receipt, suffix: str) -> HttpResponse:
    """Return a download that nobody stores on the way. Its name names nobody."""
    response = HttpResponse(content, content_type=content_type)
    name = f"receipt-{held.event.at:%Y-%m-%d}-{held.event.uid.hex[:8]}.{suffix}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    patch_cache_control(response, private=True, no_store=True)
    return response
