"""Asking somebody outside the portal, and taking the answer: a service, or the owner of a source.

The row of the question is made before anybody is asked, and its number goes along: whoever is asked
twice by a worker that died in between knows the question again. An answer counts once, whether it
comes by a callback, by a poll or by hand; all three meet here, under the lock of the step.
"""

import hashlib
import uuid
from datetime import datetime, time, timedelta
from enum import StrEnum, auto
from functools import partial
from tempfile import TemporaryFile
from typing import Any

from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from dsar import answers, rules
from dsar.actions import steps
from dsar.actions.lifecycle import Code, lock, note
from dsar.grounds import Cause
from dsar.models import OutsideCode, OutsideTask, Step
from dsar.sources.base import SourceError
from dsar.states import OPEN
from portal.lib import crypto
from portal.lib.errors import DomainError

FOLDER = "answers"
Verdict = OutsideTask.Verdict
# To ask anew after these could bring another answer; after others the old one is read again.
NO_USE = frozenset({Cause.STILL_THERE, Cause.UNREADABLE, Cause.FILE_MISSING, Cause.TOO_LARGE})
# However near the day of the answer: who is asked has a day.
LEAST = timedelta(days=1)


class NotOpen(DomainError):
    """The question has been answered, taken back, or its time is over."""

    code = "question_not_open"


class Accepted(StrEnum):
    """What became of an answer."""

    TAKEN = auto()
    SAME = auto()  # it came before, word for word
    ANSWERED = auto()  # another one came before
    LATE = auto()  # the question is not open any more


def question(step: Step, *, within: timedelta) -> OutsideTask:
    """Return the question of a step, made at the first time, and anew when staff ask again.

    Anew also when the answer before was of no use. Due after ``within``, and before the request is.
    """
    with transaction.atomic():
        request = lock(step.request_id)
        step = request.steps.select_for_update().get(pk=step.pk)
        task = OutsideTask.objects.select_for_update().filter(step=step).first()
        if task is not None and not _is_of_no_use(task, step):
            return task
        now = timezone.now()
        last = datetime.combine(request.due_on, time.min, timezone.get_default_timezone())
        due = max(now + LEAST, min(now + within, last))
        if task is not None:
            _forget_answer(task)
            task.delete()
        task = OutsideTask(step=step, asked_at=now, due_at=due, state={"failures": step.failures})
        task.token_hash = crypto.hash_token(token_of(task))
        task.save()
        note(request, Code.ASKED_OUTSIDE, by=None, kind=step.kind, source=step.source)
        return task


def accept(task: OutsideTask, raw: bytes, answer: answers.Answer) -> Accepted:
    """Take an answer that was checked, seal it, and wake the step; once."""
    digest = hashlib.sha256(raw).hexdigest()
    with transaction.atomic():
        locked = locked_question(task)
        if locked is None:
            return Accepted.LATE
        if locked.verdict:
            is_same = locked.state.get("sha256") == digest
            return Accepted.SAME if is_same else Accepted.ANSWERED
        if not locked.is_open(timezone.now()):
            return Accepted.LATE
        _seal(locked, raw)
        locked.state |= {"sha256": digest, "records": answer.records}
        settle(locked, Verdict(answer.outcome), reason=answer.reason)
    return Accepted.TAKEN


def locked_question(task: OutsideTask) -> OutsideTask | None:
    """Return the question under the locks of its request, its step and its own; None if it is gone.

    A step that is being laid aside holds the same lock, so no answer falls between two stools.
    """
    request = lock(task.request.pk)
    if task.step_id is not None:
        request.steps.select_for_update().get(pk=task.step_id)
    rows = OutsideTask.objects.select_for_update(of=("self",)).filter(pk=task.pk, uid=task.uid)
    return rows.select_related("step__request", "item__request").first()


def settle(task: OutsideTask, verdict: Verdict, *, reason: str = "") -> None:
    """Put the answer to a locked question on record, and wake whoever waits for it."""
    task.verdict, task.answered_at, task.reason = verdict, timezone.now(), reason[:2000]
    task.save()
    data = {"source": task.source, "outcome": verdict, "records": task.state.get("records", 0)}
    note(task.request, Code.ANSWERED_OUTSIDE, by=None, kind=task.action, **data)
    if task.step_id is not None:
        steps.wake(task.step_id)


@transaction.atomic
def withdraw(task: OutsideTask, *, by: User) -> OutsideTask:
    """Take a question back: its link opens nothing any more, its step has failed and says so.

    Raises:
        NotOpen: it is answered, or over.
    """
    rules.staff_of_another(task.request, by)
    locked = _open_question(task)
    locked.verdict, locked.answered_at = Verdict.FAILED, timezone.now()
    locked.state |= {"cause": Cause.WITHDRAWN}
    locked.save()
    locked.codes.all().delete()
    data = {"kind": locked.action, "source": locked.source}
    note(locked.request, Code.WITHDRAWN_OUTSIDE, by=by, **data)
    if locked.step_id is not None:
        steps.wake(locked.step_id)
    return locked


def note_forged(task: OutsideTask) -> None:
    """Keep that an answer came which the service did not sign; the question stays open."""
    with transaction.atomic():
        locked = locked_question(task)
        if locked is not None and not locked.verdict:
            locked.state["forged"] = min(locked.state.get("forged", 0) + 1, 1000)
            locked.save(update_fields=["state"])


def note_asked(task: OutsideTask, **state: Any) -> None:
    """Keep that it was asked, and what the source has to know of it; an answer is left alone."""
    with transaction.atomic():
        locked = locked_question(task)
        if locked is not None:
            locked.state |= state
            locked.asked_again_at = timezone.now()
            locked.save(update_fields=["state", "asked_again_at"])


def read(task: OutsideTask) -> answers.Answer:
    """Return the answer to a question.

    Raises:
        SourceError: nothing readable is kept of it.
    """
    try:
        with default_storage.open(task.answer) as sealed:
            raw = b"".join(crypto.unseal(sealed, crypto.unwrap(bytes(task.answer_key or b""))))
        return answers.parse(raw, action=task.action, id=task.state.get("id", str(task.uid)))
    except (FileNotFoundError, crypto.Unsealable):
        raise SourceError(Cause.FILE_MISSING) from None
    except answers.Garbled:
        raise SourceError(Cause.UNREADABLE) from None


def token_of(task: OutsideTask) -> str:
    """Return the secret in the link or in the callback's address; the same each time it is sent."""
    return salted_hmac("dsar.outside", task.uid.hex, algorithm="sha256").hexdigest()


def task_of(token: str) -> OutsideTask | None:
    """Return the question whose link or callback this is."""
    tasks = OutsideTask.objects.select_related("step__request__person", "item__request__person")
    return tasks.filter(token_hash=crypto.hash_token(token)).first()


def callback_of(task: OutsideTask) -> str:
    """Return where a service sends its answer."""
    return f"{settings.SITE_URL}/hooks/sources/{token_of(task)}/"


def forget() -> int:
    """Every hour: forget what was answered for steps that are finished, and codes that ended.

    Returns how many.
    """
    now, gone = timezone.now(), 0
    copied = Q(step__kind=Step.Kind.COLLECT, step__status=Step.Status.FINISHED)
    closed = ~Q(step__request__status__in=OPEN) & Q(step__isnull=False)
    for task in OutsideTask.objects.filter(copied | closed).exclude(answer=""):
        with transaction.atomic():
            _forget_answer(task)
            task.save(update_fields=["answer", "answer_key"])
        gone += 1
    return gone + OutsideCode.objects.filter(expires_at__lt=now - timedelta(days=1)).delete()[0]


def kept_names() -> set[str]:
    """Return the names in the storage that a row names, for the nightly tidying."""
    return set(OutsideTask.objects.exclude(answer="").values_list("answer", flat=True))


def _open_question(task: OutsideTask) -> OutsideTask:
    locked = locked_question(task)
    if locked is None or not locked.is_open(timezone.now()):
        raise NotOpen(_("This question is not open any more."))
    return locked


def _is_of_no_use(task: OutsideTask, step: Step) -> bool:
    retried = step.request.events.filter(
        code=Code.STEP_RETRIED, at__gt=task.asked_at, data__kind=step.kind, data__source=step.source
    )
    if retried.exists():
        return True
    failed_since = step.failures > task.state.get("failures", 0)
    return bool(task.verdict) and failed_since and step.cause in NO_USE


def _seal(task: OutsideTask, raw: bytes) -> None:
    key, name = crypto.new_key(), f"{FOLDER}/{task.request.uid}/{uuid.uuid4()}"
    with TemporaryFile() as temporary:
        writer = crypto.SealingWriter(temporary, key)
        writer.write(raw)
        writer.close()
        temporary.seek(0)
        default_storage.save(name, File(temporary))
    task.answer, task.answer_key = name, crypto.wrap(key)


def _forget_answer(task: OutsideTask) -> None:
    """Forget the sealed answer, key first; a file left by a crash is swept up by the tidying."""
    if task.answer:
        transaction.on_commit(partial(default_storage.delete, task.answer))
    task.answer, task.answer_key = "", None
