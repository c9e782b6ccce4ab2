"""The body of a question about many documents: lines, taken whole into a temporary file."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any

from django.http import HttpRequest
from rest_framework.exceptions import APIException, ParseError, UnsupportedMediaType

from consents import bulk

NDJSON = "application/x-ndjson"
LINES = {NDJSON, "application/ndjson", "application/jsonl", "application/x-jsonlines"}
MOST_BYTES = 64 * 1024 * 1024
PIECE = 64 * 1024


class TooLarge(APIException):
    """RFC 9110 §15.5.14."""

    status_code = 413
    default_code = "too_large"
    default_detail = f"The body has more than {MOST_BYTES} bytes; send it in several requests."


class TooManyLines(APIException):
    """RFC 9110 §15.5.14."""

    status_code = 413
    default_code = "too_many_lines"
    default_detail = f"At most {bulk.MOST_LINES} lines; send them in several requests."


class LengthRequired(APIException):
    """RFC 9110 §15.5.12."""

    status_code = 411
    default_code = "length_required"
    default_detail = "Say how long the body is."


@contextmanager
def whole_file() -> Iterator[IO[bytes]]:
    """Yield a temporary file that is left open, and is closed only if the block fails."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 - that is the point
    try:
        yield file
    except BaseException:
        file.close()
        raise


def spooled(request: HttpRequest) -> IO[bytes]:
    """Return the body as a temporary file: neither side waits for the other to read.

    Raises:
        APIException: no lines, packed, too large, or of a length that nobody said.
    """
    if (request.content_type or "").lower() not in LINES:
        raise UnsupportedMediaType(request.content_type or "", f"Send lines of JSON: {NDJSON}.")
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        # What is packed may be a thousand times as large: lines are short enough as they are.
        raise UnsupportedMediaType("", "Send the lines as they are, without Content-Encoding.")
    length = _length(request.META)
    source = request if length is not None else request.META["wsgi.input"]
    with whole_file() as body:
        _copy(source, body)
        if length is not None and body.tell() < length:
            raise ParseError("The body ended early.", code="incomplete")
    body.seek(0)
    return body


def _copy(source: IO[bytes] | HttpRequest, body: IO[bytes]) -> None:
    lines = 0
    while piece := source.read(PIECE):
        body.write(piece)
        lines += piece.count(b"\n")
        if body.tell() > MOST_BYTES:
            raise TooLarge
        if lines > bulk.MOST_LINES:
            raise TooManyLines


def _length(environment: dict[str, Any]) -> int | None:
    """Return how many bytes are to come; None if the server finds the end of chunks itself."""
    if "chunked" in environment.get("HTTP_TRANSFER_ENCODING", "").lower():
        if not environment.get("wsgi.input_terminated"):
            raise LengthRequired
        return None
    text = environment.get("CONTENT_LENGTH") or ""
    if not text.isascii() or not text.isdigit():
        raise LengthRequired
    if len(text) > 18 or int(text) > MOST_BYTES:
        raise TooLarge
    return int(text)
