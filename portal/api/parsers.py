"""What the API accepts as a body."""

from collections.abc import Mapping
from typing import IO, Any

from django.conf import settings
from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import BaseParser

from portal.lib import strict_json


class BodyTooLarge(APIException):
    """RFC 9110 §15.5.14."""

    status_code = 413
    default_code = "too_large"
    default_detail = "The body is too large; send it in several requests."


class StrictJSONParser(BaseParser):
    """JSON of at most ``DATA_UPLOAD_MAX_MEMORY_SIZE`` bytes, in UTF-8, each name once."""

    media_type = "application/json"

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """Return the value.

        Raises:
            BodyTooLarge: more bytes than allowed; no more of them are read.
            ParseError: no JSON.
        """
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        raw = stream.read(limit + 1)
        if len(raw) > limit:
            raise BodyTooLarge
        try:
            return strict_json.loads(raw)
        except strict_json.Malformed as error:
            raise ParseError(error.message, code=error.code) from error
