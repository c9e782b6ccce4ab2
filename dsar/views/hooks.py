"""Where a service sends the answer that it did not have at once (docs/integrators.md)."""

from django.contrib.auth.decorators import login_not_required
from django.db import OperationalError
from django.http import HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from dsar.actions import outside
from dsar.actions.outside import Accepted
from dsar.answers import Garbled
from dsar.grounds import Cause
from dsar.models import OutsideTask
from dsar.sources.base import SourceError, registered
from dsar.sources.http import HttpSource

LATE = {
    Accepted.ANSWERED: (409, "answered", "Another answer to this question came before."),
    Accepted.LATE: (410, "not_open", "The question is over: its time has passed, or it was ended."),
}


@csrf_exempt
@login_not_required
def answer(request: HttpRequest, token: str) -> JsonResponse:
    """Take the signed answer of a service.

    200 the first time and each time it is repeated word for word; 400 with what is wrong, and it
    may be sent again; 401 unsigned, 404 unknown, 409 and 410 too late, 413 too large.
    """
    if request.method != "POST":
        return _error(405, "method_not_allowed", "Send the answer with POST.", Allow="POST")
    task = outside.task_of(token)
    source = registered().get(task.source) if task else None
    if task is None or not isinstance(source, HttpSource):
        return _error(404, "unknown", "There is no such question.")
    # We read no more than that, whatever length was announced.
    raw = request.read(source.most + 1)
    if len(raw) > source.most:
        return _error(413, "too_large", f"An answer has at most {source.most} bytes.")
    try:
        return _taken(request, task, source, raw)
    except OperationalError:
        return _error(503, "unavailable", "Send the answer again later.", **{"Retry-After": "60"})


def _taken(request: HttpRequest, task: OutsideTask, source: HttpSource, raw: bytes) -> JsonResponse:
    try:
        source.verify(raw, request.headers, str(task.uid))
    except SourceError as error:
        if error.cause == Cause.NOT_CONFIGURED:
            return _error(503, "unavailable", "We cannot check signatures at the moment.")
        outside.note_forged(task)
        return _error(401, "bad_signature", "No valid signature of this body and this question.")
    try:
        found = source.parse(task, raw)
    except Garbled as error:
        return _error(400, "malformed", error.message)
    accepted = outside.accept(task, raw, found)
    if accepted in LATE:
        return _error(*LATE[accepted])
    return JsonResponse({"id": str(task.uid), "result": "taken"})


def _error(status: int, code: str, message: str, **headers: str) -> JsonResponse:
    return JsonResponse({"code": code, "message": message}, status=status, headers=headers)
