"""For pipelines: ask the gate about many documents, take all that are allowed, follow changes.

Each answer is made whole in a temporary file, from one state of the database, and written down
before its first byte goes out. So no answer mixes two states, and what stops in the middle, here or
on the way, is shorter than its Content-Length says: it cannot be taken for a whole one.
"""

import hashlib
import logging
from collections.abc import Iterator
from typing import IO, Any

from django.conf import settings
from django.db import DatabaseError
from django.http import FileResponse, HttpResponse, HttpResponseBase
from django.http.request import UnreadablePostError
from django.urls import path
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.exceptions import (
    NotFound,
    ParseError,
    ValidationError,
)
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.machine_clients import scope
from consents import bulk, feed, moments, snapshots
from consents.api_errors import Busy, CursorUnknown, FormatNotInstalled
from consents.models import BulkAnswer, Purpose
from consents.spooling import NDJSON, TooManyLines, spooled, whole_file
from portal.lib.strict_json import is_storable

log = logging.getLogger(__name__)

DEFAULT_LINES = 1000
PURPOSE = OpenApiParameter("purpose", str, required=True, description="For instance ai-training")


class _Lines(BaseContentNegotiation):
    """Answers with what the address says, whatever ``Accept`` and ``?format=`` are for others."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        """Return none: the body is read line by line."""
        return None

    def select_renderer(self, request: Request, renderers: Any, format_suffix: Any = None) -> Any:
        """Return that of errors."""
        return renderers[0], renderers[0].media_type


class BulkView(APIView):
    """What the three doors share: who may ask, and that every failure is a no."""

    permission_classes = [scope("permits:read")]
    content_negotiation_class = _Lines

    def handle_exception(self, exc: Exception) -> Response:
        """Deny all when the database is down or too slow, or the disk is full."""
        if isinstance(exc, UnreadablePostError):
            exc = ParseError("The body ended early.", code="incomplete")
        if isinstance(exc, moments.Busy):
            exc = Busy()
        if isinstance(exc, DatabaseError | OSError):
            log.error("the gate denies: %s", type(exc).__name__)
            nothing = {"code": "unavailable", "message": "Nothing is allowed. Ask again soon.",
                       "allowed": False}  # fmt: skip
            return Response(nothing, 503, headers={"Retry-After": "5", "Cache-Control": "no-store"})
        response: Response = super().handle_exception(exc)
        response["Cache-Control"] = "no-store"
        return response


class PermitsQuery(BulkView):
    """The gate, asked about up to 100,000 documents at once."""

    @extend_schema(
        summary="Which of these documents may be used for this purpose?",
        description='NDJSON in and out: one `{"document": REF}` a line, at most 100,000; one'
        ' `{"document", "allowed", "reason"}` a line, in the same order, all as of one state. One'
        ' that names no document is answered by `{"line", "error", "allowed": false}`.',
        parameters=[PURPOSE],
        request={NDJSON: OpenApiTypes.BINARY},
        responses={
            (200, NDJSON): OpenApiTypes.BINARY,
            503: OpenApiResponse(OpenApiTypes.OBJECT, "The gate could not be asked: all denied."),
        },
    )
    def post(self, request: Request) -> HttpResponseBase:
        """Answer the lines of the body."""
        slug = _parameter(request, "purpose")
        tally = bulk.Tally()
        with spooled(request._request) as body, whole_file() as answered:
            try:
                with moments.one_state():
                    now = moments.clock()
                    answered.writelines(bulk.answers(bulk.questions(body), slug, tally, now=now))
            except bulk.TooManyLines as error:
                raise TooManyLines from error
            purpose = Purpose.objects.filter(slug=slug).first() if is_storable(slug) else None
            kind = BulkAnswer.Kind.QUERY
            bulk.write_down(tally, kind=kind, client=str(request.user), purpose=purpose, now=now)
        return _file(answered, NDJSON, {"Regard-State": tally.state, "Regard-As-Of": _iso(now)})


class PermitsSnapshot(BulkView):
    """All documents that the purpose may use."""

    @extend_schema(
        summary="All documents that may be used for this purpose",
        description="As of the state whose hash `Regard-State` holds; `Regard-Cursor` is where the"
        " feed of changes goes on from it. A part examines at most a million documents; the `Link`"
        ' with `rel="next"` leads to the next one.',
        parameters=[
            PURPOSE,
            OpenApiParameter("format", str, enum=list(snapshots.FORMATS), default="ndjson"),
            OpenApiParameter("after", str, description="The reference of a document: go on there."),
            OpenApiParameter("limit", int, description="How many documents to examine."),
        ],
        responses={
            (200, NDJSON): OpenApiTypes.BINARY,
            (200, "text/csv"): OpenApiTypes.BINARY,
            (200, "application/vnd.apache.parquet"): OpenApiTypes.BINARY,
            304: OpenApiResponse(description="Nothing has changed since that `ETag`."),
        },
    )
    def get(self, request: Request) -> HttpResponseBase:
        """Write the file, unless the client has it already."""
        chosen = _format(request)
        after = request.query_params.get("after", "")
        limit = _number(request, "limit", most=snapshots.MOST_EXAMINED)
        with whole_file() as made:
            with moments.one_state():
                moment = moments.moment_of(_purpose(request))
                headers = _as_of(request, moment)
                walk = snapshots.Walk(moment, bulk.Tally(), after, limit)
                known = headers["ETag"] in request.headers.get("If-None-Match", "")
                if not known:
                    _write(chosen, walk, made)
            if known:
                made.close()
                return HttpResponse(status=304, headers=_private(headers))
            kind, client = BulkAnswer.Kind.SNAPSHOT, str(request.user)
            bulk.write_down(
                walk.tally, kind=kind, client=client, purpose=moment.purpose, now=moment.now
            )
        if walk.next:
            headers["Link"] = _next(request, walk.next)
        return _file(made, chosen.content_type, headers)


def _as_of(request: Request, moment: moments.Moment) -> dict[str, str]:
    state = moment.state
    return {
        "Regard-State": state,
        "Regard-Cursor": str(feed.Cursor.at(moment)),
        "Regard-As-Of": _iso(moment.now),
        "ETag": _etag(request, state),
    }


def _write(chosen: snapshots.Format, walk: snapshots.Walk, file: IO[bytes]) -> None:
    try:
        chosen.write(iter(walk), file)
    except snapshots.UnknownDocument as error:
        raise ValidationError({"after": ["No document has this reference."]}) from error


class PermitsChanges(BulkView):
    """What to look at again."""

    @extend_schema(
        summary="Documents whose answer may have changed since a cursor",
        description='NDJSON: one `{"cursor", "document", "allowed", "reason"}` a line, as they'
        ' stand now, then one last line `{"cursor", "more"}`. Each change is told at least'
        " once. Without a cursor: where to begin.",
        parameters=[
            PURPOSE,
            OpenApiParameter("cursor", str, description="The last one received."),
            OpenApiParameter("limit", int, description="At most so many documents; up to 10,000."),
        ],
        responses={
            (200, NDJSON): OpenApiTypes.BINARY,
            410: OpenApiResponse(OpenApiTypes.OBJECT, "Unknown cursor: take a snapshot."),
        },
    )
    def get(self, request: Request) -> HttpResponseBase:
        """Answer with one page of the feed."""
        limit = _number(request, "limit", most=feed.MOST_LINES, default=DEFAULT_LINES)
        text, tally = request.query_params.get("cursor", ""), bulk.Tally()
        with moments.one_state(limited=False):
            moment = moments.moment_of(_purpose(request))
            page = feed.Page([], feed.Cursor.at(moment), more=False)
            if text:
                try:
                    since = feed.Cursor.read(text, moment)
                except feed.UnknownCursor as error:
                    raise CursorUnknown from error
                page = feed.page(moment, since, tally, limit=limit)
        if tally.asked:
            kind = BulkAnswer.Kind.CHANGES
            bulk.write_down(tally, kind=kind, client=str(request.user), purpose=moment.purpose,
                            now=moment.now)  # fmt: skip
        headers = {"Regard-Cursor": str(page.cursor), "Regard-As-Of": _iso(moment.now)}
        return HttpResponse(_lines(page), content_type=NDJSON, headers=_private(headers))


def _lines(page: feed.Page) -> Iterator[str]:
    for cursor, decision in page.decisions:
        yield f'{{"cursor":"{cursor}",{bulk.line_of(decision)[1:]}'
    yield f'{{"cursor":"{page.cursor}","more":{str(page.more).lower()}}}\n'


def _parameter(request: Request, name: str) -> str:
    value = str(request.query_params.get(name, ""))
    if not value:
        raise ValidationError({name: ["This parameter is required."]}, code="required")
    return value


def _purpose(request: Request) -> Purpose:
    slug = _parameter(request, "purpose")
    found = Purpose.objects.filter(slug=slug).first() if is_storable(slug) else None
    if found is None:
        raise NotFound("No such purpose.", code="unknown_purpose")
    return found


def _format(request: Request) -> snapshots.Format:
    chosen = snapshots.FORMATS.get(request.query_params.get("format", "ndjson"))
    if chosen is None:
        raise ValidationError({"format": ["ndjson, csv or parquet."]})
    if not chosen.is_installed:
        raise FormatNotInstalled
    return chosen


def _number(request: Request, name: str, *, most: int, default: int | None = None) -> int:
    text = request.query_params.get(name, str(default or most))
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 18 else 0
    if not 1 <= number <= most:
        raise ValidationError({name: [f"A number from 1 to {most}."]})
    return number


def _file(file: IO[bytes], content_type: str, headers: dict[str, str]) -> FileResponse:
    length = file.tell()
    file.seek(0)
    headers["Content-Length"] = str(length)
    return FileResponse(file, content_type=content_type, headers=_private(headers))


def _private(headers: dict[str, str]) -> dict[str, str]:
    return headers | {"Cache-Control": "no-store"}


def _etag(request: Request, state: str) -> str:
    """Return the tag of this very file: the state, and what else was asked for."""
    asked = sorted(request.query_params.items())
    return f'"{hashlib.sha256(repr((state, asked)).encode()).hexdigest()}"'


def _next(request: Request, after: str) -> str:
    """Return the Link (RFC 8288) to the next part."""
    query = request.query_params.copy()
    query["after"] = after
    return f'<{settings.SITE_URL}{request.path}?{query.urlencode()}>; rel="next"'


def _iso(now: Any) -> str:
    return str(now.isoformat().replace("+00:00", "Z"))


def _both(route: str, view: type[BulkView], name: str) -> list[Any]:
    """Return the address with and without a slash at its end, described once."""
    return [
        path(route, view.as_view(), name=name),
        path(f"{route}/", view.as_view(schema=None), name=f"{name}-slash"),
    ]


urlpatterns = [
    *_both("permits/query", PermitsQuery, "api-permits-query"),
    *_both("permits/snapshot", PermitsSnapshot, "api-permits-snapshot"),
    *_both("permits/changes", PermitsChanges, "api-permits-changes"),
]
