"""Errors of the API as JSON: ``{"code": …, "message": …}`` and the fields at fault."""

import logging
from typing import Any

from django.db import OperationalError
from rest_framework.exceptions import APIException, NotAuthenticated, PermissionDenied
from rest_framework.response import Response
from rest_framework.views import exception_handler

from portal.api.authentication import CHALLENGE, InvalidToken
from portal.lib.errors import DomainError

log = logging.getLogger(__name__)


def handler(exc: Exception, context: dict[str, Any]) -> Response | None:
    """Turn a refused rule into a 409; give every other error a code and a sentence."""
    if isinstance(exc, DomainError):
        return Response({"code": exc.code, "message": str(exc.message)}, status=409)
    if isinstance(exc, OperationalError):
        log.error("the database does not answer: %s", type(exc).__name__)
        body = {"code": "unavailable", "message": "Nothing was done. Try again soon."}
        return Response(body, status=503, headers={"Retry-After": "5"})
    response = exception_handler(exc, context)
    if response is not None and isinstance(exc, APIException):
        response.data = _body(exc)
        if challenge := _challenge(exc):
            response["WWW-Authenticate"] = challenge
    return response


def _body(exc: APIException) -> dict[str, Any]:
    """Return code and message, and for an invalid body the errors of each field."""
    codes = exc.get_codes()
    if isinstance(codes, str):
        return {"code": codes, "message": str(exc.detail)}
    return {"code": exc.default_code, "message": str(exc.default_detail), "errors": exc.detail}


def _challenge(exc: APIException) -> str:
    """Return what RFC 6750 §3 wants a client to be told, or nothing."""
    if isinstance(exc, NotAuthenticated):
        return CHALLENGE
    if isinstance(exc, InvalidToken):
        return f'{CHALLENGE}, error="invalid_token"'
    if isinstance(exc, PermissionDenied) and exc.get_codes() == "insufficient_scope":
        return f'{CHALLENGE}, error="insufficient_scope"'
    return ""
