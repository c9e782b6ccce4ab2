"""Where other services call us of their own accord: DocuSign Connect."""

import base64
import hashlib
import hmac
import logging
import re
from collections.abc import Iterable, Mapping

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import OperationalError
from django.http import HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from consents.actions import envelopes
from portal.lib import strict_json

log = logging.getLogger(__name__)

SIGNATURE = re.compile(r"x-docusign-signature-\d{1,3}", re.IGNORECASE)


@csrf_exempt
@login_not_required
def docusign(request: HttpRequest) -> JsonResponse:
    """Take one DocuSign Connect event (JSON, SIM, v2.1) signed by one of our keys.

    200 once it is applied, or kept because we could not understand it; else DocuSign sends it
    again, which does no harm. The body is only looked into once its signature is known to be right.
    """
    if request.method != "POST":
        return _error(405, "method_not_allowed", "Send the event with POST.", Allow="POST")
    limit = settings.HOOK_MAX_BYTES
    # We read no more than that, whatever length was announced.
    raw = request.read(limit + 1)
    if len(raw) > limit:
        return _error(413, "too_large", f"An event has at most {limit} bytes.")
    if not is_signed(raw, request.headers, settings.DOCUSIGN_HMAC_KEYS):
        return _error(401, "bad_signature", "No signature of this body by a key that we know.")
    try:
        event = strict_json.loads(raw, allow_duplicates=True)
    except strict_json.Malformed as error:
        return _error(400, error.code, error.message)
    try:
        kept = envelopes.receive(raw, event)
    except OperationalError as error:
        log.error("the database does not answer: %s", type(error).__name__)
        return _error(503, "unavailable", "Send the event again later.", **{"Retry-After": "60"})
    return JsonResponse({"result": "kept" if kept else "applied"})


def is_signed(raw: bytes, headers: Mapping[str, str], keys: Iterable[str]) -> bool:
    """Return whether any ``X-DocuSign-Signature-N`` is that of the raw body by one of our keys.

    While a key is being rotated DocuSign signs with each of its own, and we accept each of ours.
    """
    given = [value.strip() for name, value in headers.items() if SIGNATURE.fullmatch(name)]
    ours = [
        base64.b64encode(hmac.new(key.encode(), raw, hashlib.sha256).digest())
        for key in keys
        if key
    ]
    return any(hmac.compare_digest(one.encode(), mine) for one in given for mine in ours)


def _error(status: int, code: str, message: str, **headers: str) -> JsonResponse:
    return JsonResponse({"code": code, "message": message}, status=status, headers=headers)
