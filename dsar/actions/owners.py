"""The owner of a source, who has no account: told, reminded, let in by link and code, heard."""

import json
import secrets
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.files import File
from django.db import transaction
from django.db.models import Exists, F, OuterRef
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from consents.actions.links import CODE_DIGITS, CODE_LIVES, MOST_ATTEMPTS, Entered
from dsar import answers, enclosures, rules
from dsar.actions import outside
from dsar.actions.lifecycle import Code, lock, note
from dsar.actions.outside import Accepted, NotOpen
from dsar.models import Attachment, ErasureItem, Hold, OutsideCode, OutsideTask
from dsar.models.erasure import STAYING
from dsar.sources.base import label_of, registered
from portal.lib import crypto, mail
from portal.lib.errors import DomainError
from portal.lib.office.contacts import controller

# The last reminder goes out this long before the answer is due.
LAST_CALL = timedelta(days=1)
# A thing that was kept until today: how long its owner has to confirm that it is gone.
END_PATIENCE = timedelta(days=25)
ENOUGH_REMINDERS = 10


class RemindedEnough(DomainError):
    """Nobody answers the eleventh mail who did not answer ten."""

    code = "reminded_enough"


def tell(task: OutsideTask, options: Mapping[str, Any]) -> None:
    """Write to the owner that they are asked; once, however often this is called."""
    with transaction.atomic():
        locked = outside.locked_question(task)
        if locked is None or locked.state.get("asked"):
            return
        _write(locked, options, "asked", number=0)
        locked.state["asked"] = True
        locked.save(update_fields=["state"])


@transaction.atomic
def remind(task: OutsideTask, *, by: User | None) -> OutsideTask:
    """Write to the owner again, with the same link.

    Raises:
        NotOpen: it is answered, taken back, or over.
        RemindedEnough: ten reminders were sent.
    """
    if by is not None:
        rules.staff_of_another(task.request, by)
    locked = outside.locked_question(task)
    options = options_of(task)
    if locked is None or options is None or not locked.is_open(timezone.now()):
        raise NotOpen(_("This question is not open any more."))
    if locked.reminders >= ENOUGH_REMINDERS:
        raise RemindedEnough(_("Ten reminders have been sent. Call, or ask somebody else."))
    locked.reminders += 1
    locked.asked_again_at = timezone.now()
    locked.save(update_fields=["reminders", "asked_again_at"])
    _write(locked, options, "reminder", number=locked.reminders)
    if by is not None:
        data = {"kind": locked.action, "source": locked.source}
        note(locked.request, Code.ASKED_OUTSIDE, by=by, again=locked.reminders, **data)
    return locked


def remind_all(now: datetime) -> int:
    """Every hour: remind at half of the time and a day before its end; return how many."""
    waiting = OutsideTask.objects.filter(verdict="", due_at__gt=now)
    told = 0
    for task in waiting.select_related("step__request", "item__request"):
        if options_of(task) is not None and task.is_open(now) and _is_due_again(task, now):
            remind(task, by=None)
            told += 1
    return told


def escalate(now: datetime) -> int:
    """Every hour: tell the office of questions whose time went by unanswered; each once."""
    to: str = controller()["dpo_email"]
    over = OutsideTask.objects.filter(verdict="", due_at__lte=now, due_at__gt=now - LAST_CALL * 7)
    told = 0
    for task in over.select_related("step__request", "item__request"):
        if options_of(task) is None or task.state.get("escalated") or not to:
            continue
        with transaction.atomic():
            locked = outside.locked_question(task)
            if locked is None or locked.verdict or locked.state.get("escalated"):
                continue
            locked.state["escalated"] = True
            locked.save(update_fields=["state"])
            context = {"request": locked.request, "source": label_of(locked.source)}
            mail.send(
                "dsar/outside_escalated",
                to=to,
                language=settings.LANGUAGE_CODE,
                key=f"outside-escalated:{locked.uid}",
                context=context
                | {"url": f"{settings.SITE_URL}/staff/requests/{locked.request.reference}/"},
            )
        told += 1
    return told


def ask_about_ends(today: date) -> int:
    """Every night: ask owners to erase what was kept until today; return how many were asked.

    Not while a legal hold stands over the person. Who let the time go by is asked anew.
    """
    over = timezone.now() - LAST_CALL
    unanswered = OutsideTask.objects.filter(item__ended_at=None, item__isnull=False)
    unanswered.filter(verdict="", due_at__lte=over).delete()
    held = Hold.objects.filter(person=OuterRef("request__person"), lifted_at=None)
    sources = registered().items()
    asking = [slug for slug, source in sources if getattr(source, "asks_a_person", False)]
    due = ErasureItem.objects.filter(
        source__in=asking,
        decision__in=STAYING,
        done_at__isnull=False,
        ended_at=None,
        until__lte=today,
        outside=None,
        request__status="answered",
    ).exclude(Exists(held))
    for item in due:
        now = timezone.now()
        task = OutsideTask(item=item, asked_at=now, due_at=now + END_PATIENCE)
        task.token_hash = crypto.hash_token(outside.token_of(task))
        with transaction.atomic():
            task.save()
            options = options_of(task)
            if options is not None:
                tell(task, options)
    return len(due)


@transaction.atomic
def send_code(task: OutsideTask) -> OutsideCode:
    """Mail a new code to the owner, and to nobody else; the one before it ends.

    Raises:
        NotOpen: the source is no longer set up.
    """
    now, options = timezone.now(), options_of(task)
    if options is None:
        raise NotOpen(_("This question is not open any more."))
    OutsideTask.objects.select_for_update().get(pk=task.pk)
    task.codes.filter(used_at=None, expires_at__gt=now).update(expires_at=now)
    code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"
    row = OutsideCode.objects.create(
        task=task, code_hash=_hash(task, code), sent_at=now, expires_at=now + CODE_LIVES
    )
    mail.send(
        "dsar/outside_code",
        to=options["owner"],
        language=options["language"],
        key=f"outside-code:{row.pk}",
        context={"code": f"{code[:4]} {code[4:]}"},
        useful_for=CODE_LIVES,
    )
    return row


@transaction.atomic
def enter_code(task: OutsideTask, code: str) -> Entered:
    """Say whether the code opens the page, and use it up if it does; as a signer's link does."""
    OutsideTask.objects.select_for_update().get(pk=task.pk)
    newest = task.codes.order_by("-sent_at", "-pk").first()
    if newest is None:
        return Entered.NONE_SENT
    is_right = constant_time_compare(newest.code_hash, _hash(task, "".join(code.split())))
    if newest.used_at is not None:
        return Entered.USED if is_right else Entered.EXPIRED
    if newest.expires_at <= timezone.now():
        return Entered.EXPIRED
    if newest.attempts >= MOST_ATTEMPTS:
        return Entered.EXHAUSTED
    mine = OutsideCode.objects.filter(pk=newest.pk)
    if not is_right:
        mine.update(attempts=F("attempts") + 1)
        return Entered.WRONG if newest.attempts + 1 < MOST_ATTEMPTS else Entered.EXHAUSTED
    mine.update(used_at=timezone.now())
    return Entered.RIGHT


@transaction.atomic
def show(task: OutsideTask) -> None:
    """Put on record that the owner has had the person's name shown: a line that they can read."""
    lock(task.request)
    note(task.request, Code.SHOWN_OUTSIDE, by=None, kind=task.action, source=task.source)


@transaction.atomic
def answer(task: OutsideTask, given: Mapping[str, Any], files: Iterable["File[Any]"]) -> Accepted:
    """Take what the owner answers, with the files of a copy.

    ``given``: ``outcome``, and by it ``ground`` and ``until``, or ``code`` and ``reason``.

    Raises:
        NotOpen: it is answered, taken back, or over.
        DomainError: a file is not taken; it says why.
    """
    locked = outside.locked_question(task)
    if locked is None or not locked.is_open(timezone.now()):
        raise NotOpen(_("This question is not open any more. Nothing was changed."))
    kept = [
        enclosures.take(locked.request, file, role=Attachment.Role.ANSWER, by=None)
        for file in files
    ]
    on = given["erased_on"].isoformat() if given.get("erased_on") else ""
    locked.state |= {
        "files": [str(one.uid) for one in kept],
        "code": given.get("code", ""),
        "erased_on": on,
    }
    locked.save(update_fields=["state"])
    body = _body(locked, given) | ({"records": len(kept)} if kept else {})
    raw = json.dumps(body, ensure_ascii=False).encode()
    return outside.accept(locked, raw, answers.parse(raw, action=locked.action, id=str(locked.uid)))


def options_of(task: OutsideTask) -> Mapping[str, Any] | None:
    """Return what the file says of the owner; None for a source that asks nobody."""
    options: Mapping[str, Any] | None = getattr(registered().get(task.source), "options", None)
    return options if options is not None and "owner" in options else None


def link_of(task: OutsideTask) -> str:
    """Return the whole address, for a mail."""
    return f"{settings.SITE_URL}/sources/task/{outside.token_of(task)}/"


def _body(task: OutsideTask, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the owner answers in the words of the contract for services."""
    outcome = given["outcome"]
    body: dict[str, Any] = {"id": str(task.uid), "outcome": "done"}
    if outcome == "exception":
        return body | {"outcome": "exception", "reason": given["reason"]}
    if task.action == "collect":
        return body | {"outcome": outcome}
    items = task.request.items.filter(source=task.source)
    if task.action == "prove":
        return body | {"items": [{"key": one.key, "gone": True} for one in items]}
    fate: dict[str, Any] = {"outcome": outcome}
    if outcome == "kept":
        fate |= {"ground": given["ground"], "until": given["until"].isoformat()}
    elif outcome == "restricted":  # for a legal hold, whose day is ours to name
        until = max((one.until for one in items if one.until), default=timezone.localdate())
        fate |= {"ground": "legal_claims", "until": until.isoformat()}
    keys = [task.item.key] if task.item else [one.key for one in items]
    return body | {"items": [{"key": key, **fate} for key in keys]}


def _is_due_again(task: OutsideTask, now: datetime) -> bool:
    """Whether a time to remind has come since the owner last heard of it."""
    last = task.asked_again_at or task.asked_at
    times = (task.asked_at + (task.due_at - task.asked_at) / 2, task.due_at - LAST_CALL)
    return task.reminders < ENOUGH_REMINDERS and any(last < at <= now for at in times)


def _write(task: OutsideTask, options: Mapping[str, Any], kind: str, *, number: int) -> None:
    mail.send(
        "dsar/outside_asked",
        to=options["owner"],
        language=options["language"],
        key=f"outside:{task.uid}:{number}",
        context={
            "source": label_of(task.source),
            "action": task.action,
            "due": task.due_at,
            "again": kind == "reminder",
            "url": link_of(task),
            "reference": task.request.reference,
        },
        useful_for=task.due_at - timezone.now(),
    )


def _hash(task: OutsideTask, code: str) -> str:
    """Return what is kept of a code: worthless without the installation's secret."""
    told = f"{task.uid}:{code}"
    return salted_hmac("dsar.outside_code", told, algorithm="sha256").hexdigest()
