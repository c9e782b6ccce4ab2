"""For the engineers of the service: register documents, report uses, ask the gate."""

import logging
from typing import Any

from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from drf_spectacular.utils import (
    OpenApiParameter,
    OpenApiResponse,
    PolymorphicProxySerializer,
    extend_schema,
)
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.machine_clients import scope
from consents import permits
from consents.actions import uses
from consents.actions.documents import Result, register
from consents.intake import Item, take_in
from consents.models import Document, PermitAnswer
from consents.permits import Decision, Reason
from consents.reservations import with_signals
from consents.serializers import (
    BatchOut,
    DocumentIn,
    DocumentOut,
    PermitOut,
    UseIn,
    UsesOut,
)
from portal.lib import aipref

log = logging.getLogger(__name__)

MOST_ITEMS = 1000
# The gate answers within this time or denies (milliseconds).
GATE_TIMEOUT = 2000

ONE_OR_MORE = PolymorphicProxySerializer(
    component_name="OneOrMoreDocuments",
    serializers=[DocumentIn, DocumentIn(many=True)],
    resource_type_field_name=None,
    many=False,
)
ANSWER = PolymorphicProxySerializer(
    component_name="DocumentsAnswer",
    serializers=[DocumentOut, BatchOut],
    resource_type_field_name=None,
    many=False,
)

CONTENT_USAGE = OpenApiParameter(
    aipref.HEADER,
    str,
    OpenApiParameter.HEADER,
    description="What the uploader asks of automated use: a Structured Field dictionary.",
)


def _batch(data: Any) -> list[Any]:
    if not isinstance(data, list):
        raise ValidationError({"non_field_errors": ["Expected a list of objects."]})
    if len(data) > MOST_ITEMS:
        raise ValidationError({"non_field_errors": [f"At most {MOST_ITEMS} at once."]})
    return data


class Documents(APIView):
    """Documents, by the service's own reference."""

    permission_classes = [scope("documents:write")]

    @extend_schema(
        summary="Look a document up by its reference",
        parameters=[OpenApiParameter("reference", str, required=True)],
        responses={200: DocumentOut, 404: OpenApiResponse(description="No such document.")},
    )
    def get(self, request: Request) -> Response:
        """Return what is registered under ``?reference=``."""
        reference = _parameter(request, "reference")
        document = Document.objects.filter(reference=reference.replace("\0", "")).first()
        if document is None:
            raise NotFound
        return with_signals(Response(DocumentOut(document).data), document)

    @extend_schema(
        summary="Register documents, or report how they stand now",
        description="One object, or a list of at most 1000. In a list each item stands for itself:"
        " those that are right are registered, the others are named in `rejected`. The header"
        " `Content-Usage: train-ai=n` (AIPREF) refuses AI training with all documents of the call.",
        parameters=[CONTENT_USAGE],
        request=ONE_OR_MORE,
        responses={
            200: OpenApiResponse(ANSWER, "The list was taken in, or the one document was known."),
            201: OpenApiResponse(DocumentOut, "The one document is new."),
        },
    )
    def post(self, request: Request) -> Response:
        """Create or update by reference."""
        now, usage = timezone.now(), request.headers.get(aipref.HEADER, "")
        if isinstance(request.data, list):
            items = take_in(enumerate(_batch(request.data)), now=now, usage=usage)
            return Response(_sums(items))
        report = DocumentIn().read(request.data, state_at=now, usage=usage)
        known = Document.objects.filter(reference=report.reference).exists()
        document = register(report)
        return Response(DocumentOut(document).data, status=200 if known else 201)


def _sums(items: list[Item]) -> dict[str, Any]:
    results = [item.result for item in items]
    return {
        "created": results.count(Result.CREATED),
        "updated": results.count(Result.UPDATED),
        "unchanged": results.count(Result.UNCHANGED),
        "rejected": [
            {
                "index": item.place,
                "reference": item.reference,
                "code": item.code,
                **({"errors": item.errors} if item.errors else {}),
            }
            for item in items
            if item.result == Result.REJECTED
        ],
    }


class Uses(APIView):
    """What documents were really used for."""

    permission_classes = [scope("uses:write")]

    @extend_schema(
        summary="Report uses of documents",
        description="One object, or a list of at most 1000. The same document, purpose, system,"
        " training run and time are the same use: reporting it again does nothing.",
        request=UseIn(many=True),
        responses={200: UsesOut},
    )
    def post(self, request: Request) -> Response:
        """Record the uses that are right; name what is wrong with each of the others."""
        data = request.data if isinstance(request.data, list) else [request.data]
        serializer, reports = UseIn(), {}
        rejected: list[dict[str, Any]] = []
        for place, one in enumerate(_batch(data)):
            try:
                reports[place] = serializer.read(one)
            except ValidationError as error:
                rejected.append({"index": place, "code": "invalid", "errors": error.detail})
        places = list(reports)
        done = uses.record(list(reports.values()))
        rejected += [
            {"index": places[nth], "code": fault.value, "message": fault.label}
            for nth, fault in done.faults.items()
        ]
        rejected.sort(key=lambda one: one["index"])
        if rejected and not isinstance(request.data, list):
            return Response(rejected[0] | {"index": 0}, status=400)
        sums = {"recorded": done.recorded, "duplicate": done.duplicate, "rejected": rejected}
        return Response(sums)


class Permits(APIView):
    """The gate: ask before every use."""

    permission_classes = [scope("permits:read")]

    @extend_schema(
        summary="May this document be used for this purpose?",
        description="Anything but 200 with `allowed: true` means no. The reasons are explained in"
        " docs/integrators.md.",
        parameters=[
            OpenApiParameter("document", str, required=True, description="Its reference."),
            OpenApiParameter("purpose", str, required=True, description="For instance ai-training"),
        ],
        responses={
            200: PermitOut,
            503: OpenApiResponse(PermitOut, "The gate could not be asked: denied."),
        },
    )
    def get(self, request: Request) -> Response:
        """Answer ``?document=…&purpose=…``, and write the answer down."""
        document, purpose = _parameter(request, "document"), _parameter(request, "purpose")
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL statement_timeout = {GATE_TIMEOUT:d}")
            decision = permits.may(document, purpose)
            if decision.reason == Reason.UNAVAILABLE:
                raise DatabaseError
            # An answer that cannot be written down is not given (ISO/IEC TS 27560: prove it).
            PermitAnswer.objects.create(
                at=decision.as_of,
                client=str(request.user),
                document_id=decision.document_id,
                purpose_id=decision.purpose_id,
                allowed=decision.allowed,
                reason=decision.reason,
                state=decision.state,
            )
        return _answer(decision, status=200)

    def handle_exception(self, exc: Exception) -> Response:
        """Deny when the database is down or too slow, be it for the token or for the choice."""
        if isinstance(exc, DatabaseError):
            log.error("the gate denies: %s", type(exc).__name__)
            nothing = Decision(
                "", allowed=False, reason=Reason.UNAVAILABLE, as_of=timezone.now(), state=""
            )
            return _answer(nothing, status=503)
        response: Response = super().handle_exception(exc)
        response["Cache-Control"] = "no-store"
        return response


def _answer(decision: Decision, *, status: int) -> Response:
    return Response(PermitOut(decision).data, status=status, headers={"Cache-Control": "no-store"})


def _parameter(request: Request, name: str) -> str:
    value = request.query_params.get(name, "")
    if not value:
        raise ValidationError({name: ["This parameter is required."]}, code="required")
    return str(value)
