"""Manifests on the wire: NDJSON, one ``{"document": REF}`` a line, read and written in a stream.

The body is taken whole into a temporary file before anything is locked, and so is the answer before
its first byte goes out: a slow client holds nothing up, and an answer is whole or is none.
"""

import tempfile
from collections.abc import Iterable, Iterator
from types import TracebackType
from typing import IO, Any, Self

from django.http import FileResponse
from rest_framework.exceptions import ParseError, ValidationError
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.request import Request

from consents.actions.runs import Gone
from consents.spooling import NDJSON
from portal.lib import strict_json
from portal.lib.canonical import canonical_json

LONGEST = 200  # characters of a reference
MOST_BYTES = 4096  # of one line: each character may be written as two \uXXXX


class AsLines(BaseContentNegotiation):
    """Answers with lines, or an error as JSON, whatever ``Accept`` says."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        """Return none: the body is read line by line."""
        return None

    def select_renderer(self, request: Request, renderers: Any, format_suffix: Any = None) -> Any:
        """Return that of errors."""
        return renderers[0], renderers[0].media_type


class Lines:
    """The lines of an answer, on disk; thrown away if anything fails before it is given."""

    def __init__(self) -> None:
        self._file: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: object, where: TracebackType | None
    ) -> None:
        if kind is not None:
            self._file.close()

    def add(self, gone: Gone) -> None:
        """Write ``{"document": …, "reason": …}``."""
        line = canonical_json({"document": gone.reference, "reason": str(gone.reason)})
        self._file.write(line + b"\n")

    def answer(self) -> FileResponse:
        """Return the response, which reads them as it is sent."""
        self._file.seek(0)
        response = FileResponse(self._file, content_type=NDJSON)
        response["Cache-Control"] = "no-store"
        return response


def answer(gone: Iterable[Gone]) -> FileResponse:
    """Return the documents that must go as NDJSON."""
    with Lines() as lines:
        for one in gone:
            lines.add(one)
        return lines.answer()


def references(body: IO[bytes]) -> Iterator[str]:
    """Yield the document that each line names; empty lines name none.

    Raises:
        ParseError: a line is no JSON.
        ValidationError: a line does not name a document.
    """
    number = 0
    while raw := body.readline(MOST_BYTES + 1):
        number += 1
        if len(raw) > MOST_BYTES:
            raise _nothing(number)
        if raw.strip():
            yield _reference(raw, number)


def _reference(raw: bytes, number: int) -> str:
    try:
        value = strict_json.loads(raw)
    except strict_json.Malformed as error:
        raise ParseError(f"Line {number}: {error.message}", code=error.code) from error
    reference = value.get("document") if isinstance(value, dict) else None
    if not isinstance(reference, str) or not 0 < len(reference) <= LONGEST:
        raise _nothing(number)
    return strict_json.storable(reference)


def _nothing(number: int) -> ValidationError:
    said = f'Line {number} is not {{"document": "…"}} with 1 to {LONGEST} characters.'
    return ValidationError({"document": [said]})
