"""What may be learnt from a document, as a file that can travel beside it."""

from typing import Any
from uuid import UUID

from django.http import JsonResponse
from django.shortcuts import get_object_or_404
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from consents.reservations import is_reserved, mark
from consents.views.documents import visible
from consents.views.parts import SignedInRequest

# CAWG training and data mining assertion 1.1 (ratified 16 May 2025), section "entries".
LABEL = "cawg.training-mining"
FORBIDDEN = ("cawg.ai_training", "cawg.ai_generative_training")


@require_safe
def usage(request: SignedInRequest, uid: UUID) -> JsonResponse:
    """Hand out the sidecar of a document: we never write into a signed file."""
    document = get_object_or_404(visible(request), uid=uid)
    reserved = is_reserved([document])
    answer = JsonResponse(
        {
            "document": str(document.uid),
            "sha256": document.sha256,
            LABEL: entries(reserved=reserved),
        }
    )
    answer["Content-Disposition"] = 'attachment; filename="usage.json"'
    patch_cache_control(answer, private=True, no_store=True)
    return mark(answer, reserved=reserved)


def entries(*, reserved: bool) -> dict[str, Any]:
    """Return the assertion: training forbidden, or nothing said. Permission is not broadcast."""
    return {"entries": {name: {"use": "notAllowed"} for name in FORBIDDEN} if reserved else {}}
