"""Training runs: open one, send its manifest, leave out what must go, close it, say what remains.

See docs/integrators.md, "Training runs".
"""

from typing import Any

from django.http import FileResponse
from django.http.request import UnreadablePostError
from django.urls import reverse
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.exceptions import NotFound, ParseError, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.machine_clients import scope
from consents import manifests
from consents.actions import closing, runs
from consents.manifests import AsLines
from consents.models import System, TrainingRun
from consents.serializers_runs import (
    CloseIn,
    GoneOut,
    LineIn,
    OpenedOut,
    RemedyIn,
    RemovedOut,
    RunIn,
    RunOut,
)
from consents.spooling import NDJSON, spooled

NO_RUN = OpenApiResponse(description="No such run.")
LINES = {NDJSON: LineIn}
GONE = {(200, NDJSON): GoneOut(many=True), 404: NO_RUN}


class RunView(APIView):
    """A call about one run."""

    permission_classes = [scope("runs:write")]


class LinesView(RunView):
    """A call about one run that takes or gives lines."""

    content_negotiation_class = AsLines

    def handle_exception(self, exc: Exception) -> Response:
        """Say so where the body stopped in the middle."""
        if isinstance(exc, UnreadablePostError):
            exc = ParseError("The body ended early.", code="incomplete")
        response: Response = super().handle_exception(exc)
        return response


def _run(reference: str) -> TrainingRun:
    run = runs.known(reference)
    if run is None:
        raise NotFound
    return run


def _read(serializer: Any) -> dict[str, Any]:
    serializer.is_valid(raise_exception=True)
    told: dict[str, Any] = serializer.validated_data
    return told


class TrainingRuns(RunView):
    """Training runs, by your own reference."""

    @extend_schema(
        operation_id="training_runs_open",
        summary="Open a training run",
        description="The same reference again is the same run. `exclusions` are those of the"
        " `documents` named here that must go.",
        request=RunIn,
        responses={200: OpenedOut, 201: OpenedOut},
    )
    def post(self, request: Request) -> Response:
        """Open it, or find it open."""
        told = _read(RunIn(data=request.data))
        system = System.objects.filter(slug=told["system"]).first()
        if system is None:
            raise ValidationError({"system": ["No system has this name."]}, "unknown_system")
        run, is_new = runs.start(
            told["reference"], model=told["model"], system=system,
            started_at=told.get("started_at"), client=str(request.user),
        )  # fmt: skip
        gone: list[runs.Gone] = []
        if told.get("documents"):
            runs.propose(run, told["documents"], client=str(request.user), tell=gone.append)
        run.exclusions = gone  # type: ignore[attr-defined]
        return Response(OpenedOut(run).data, status=201 if is_new else 200)


class Run(RunView):
    """One run."""

    @extend_schema(summary="How a run stands", responses={200: RunOut, 404: NO_RUN})
    def get(self, request: Request, reference: str) -> Response:
        """Return its state and its counts, as of the last time the gate was asked."""
        return Response(RunOut(_run(reference)).data)


class Manifest(LinesView):
    """The manifest of a run, in parts."""

    @extend_schema(
        summary="Propose documents",
        description="One `{\"document\": REF}` a line, at most 100,000 a call. The answer has one"
        " line for each document that must go. A part is taken as a whole or not at all.",
        request=LINES,
        responses=GONE,
    )  # fmt: skip
    def post(self, request: Request, reference: str) -> FileResponse:
        """Take a part in, and name what must go."""
        run = _run(reference)
        with spooled(request._request) as body, manifests.Lines() as lines:
            documents = manifests.references(body)
            runs.propose(run, documents, client=str(request.user), tell=lines.add)
            return lines.answer()


class Exclusions(LinesView):
    """What must not be in a run."""

    @extend_schema(
        summary="Which documents must go, as of now",
        description="The gate is asked again about every document of an open run.",
        responses=GONE,
    )
    def get(self, request: Request, reference: str) -> FileResponse:
        """List every document that was told to go."""
        run = _run(reference)
        runs.look_again(run, client=str(request.user))
        return manifests.answer(runs.exclusions(run))


class Removal(LinesView):
    """Documents that a run does without."""

    @extend_schema(
        summary="Take documents out of the manifest",
        request=LINES,
        responses={200: RemovedOut, 404: NO_RUN},
    )
    def post(self, request: Request, reference: str) -> Response:
        """Take out, and count."""
        run = _run(reference)
        with spooled(request._request) as body:
            return Response({"removed": runs.remove(run, manifests.references(body))})


class Closing(RunView):
    """The end of a run."""

    @extend_schema(
        summary="Close a run: record what it used",
        description="The gate is asked once more about every document. Closing again with the same"
        " hash changes nothing.",
        request=CloseIn,
        responses={
            200: RunOut,
            404: NO_RUN,
            409: OpenApiResponse(description="Nothing was recorded; `code` says why."),
        },
    )
    def post(self, request: Request, reference: str) -> Response:
        """Record the uses and the hash of the manifest, or say why not."""
        run, told = _run(reference), _read(CloseIn(data=request.data))
        told["manifest_sha256"] = told["manifest_sha256"].lower()
        try:
            run = closing.close(run, **told, client=str(request.user))
        except (closing.Refused, closing.ManifestDiffers) as refusal:
            where = reverse("api-run-exclusions", args=[reference])
            said = {"code": refusal.code, "message": str(refusal.message), "exclusions": where}
            return Response(said, status=409)
        return Response(RunOut(run).data)


class Remedy(RunView):
    """What can still be done about documents in a trained model."""

    @extend_schema(
        summary="Say what can still be done",
        description="People whose documents are in the model read it; every statement is kept.",
        request=RemedyIn,
        responses={200: RunOut, 404: NO_RUN},
    )
    def post(self, request: Request, reference: str) -> Response:
        """Replace what was said before; the history keeps both."""
        run, told = _run(reference), _read(RemedyIn(data=request.data))
        remedy = TrainingRun.Remedy(told["remedy"])
        day = told.get("remedy_by")
        run = runs.set_remedy(run, remedy, remedy_by=day, client=str(request.user))
        return Response(RunOut(run).data)
