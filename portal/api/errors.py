"""Errors of the API as JSON: ``{"code": …, "message": …}`` and the fields at fault."""

from typing import Any

from rest_framework.exceptions import APIException
from rest_framework.response import Response
from rest_framework.views import exception_handler

from portal.lib.errors import DomainError


def handler(exc: Exception, context: dict[str, Any]) -> Response | None:
    """Turn a refused rule into a 409; leave the rest to Django REST framework."""
    if isinstance(exc, DomainError):
        return Response({"code": exc.code, "message": str(exc.message)}, status=409)
    response = exception_handler(exc, context)
    if response is not None and isinstance(exc, APIException):
        response.data = {"code": exc.default_code, "message": "", "errors": response.data}
    return response
