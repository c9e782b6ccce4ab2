"""Webhooks for alarms: what they are told, signed (Standard Webhooks), until they take it.

The payload names rules, references and pages, never a person. The address is called through
``portal.lib.outgoing``, which refuses what does not lie in the public internet.
"""

import base64
import json
import logging
import os
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from standardwebhooks import Webhook

from accounts.models import User
from portal.dashboard.alarms.rules import RULES
from portal.dashboard.models import AlarmHook, HookMessage, OfficeEvent, RaisedAlarm
from portal.lib import outgoing
from portal.lib.crypto import Unsealable, unwrap, wrap
from portal.lib.errors import DomainError
from portal.lib.tasks import enqueue

log = logging.getLogger(__name__)
Code, Status = OfficeEvent.Code, HookMessage.Status
DELIVER = "portal.dashboard.alarms.tasks.deliver"
SECRET_BYTES = 32
LEASE = timedelta(seconds=60)  # longer than any call may take
BACKOFF = tuple(timedelta(minutes=n) for n in (1, 5, 15, 60, 240, 720))
AT_ONCE = 100  # alarms in one message
SWEPT_AT_ONCE = 500


class NotCallable(DomainError):
    """The address may not be called by the portal."""

    code = "not_callable"


@transaction.atomic
def register(name: str, url: str, *, by: User) -> tuple[AlarmHook, str]:
    """Add a webhook and return its secret, once.

    Raises:
        NotCallable: the address may not be called.
    """
    require_callable(url)
    secret = os.urandom(SECRET_BYTES)
    hook = AlarmHook.objects.create(name=name, url=url, secret=wrap(secret))
    _note(hook, Code.HOOK_ADDED, by)
    return hook, _in_words(secret)


@transaction.atomic
def change(hook: AlarmHook, *, name: str, url: str, is_on: bool, by: User) -> None:
    """Change a webhook; a new address begins without failures.

    Raises:
        NotCallable: the address may not be called.
    """
    require_callable(url)
    hook = AlarmHook.objects.select_for_update().get(pk=hook.pk)
    moved, ended = hook.url != url, hook.is_on and not is_on
    hook.name, hook.url, hook.is_on = name, url, is_on
    if moved or is_on:
        hook.failures, hook.error = 0, ""
    hook.save()
    _note(hook, Code.HOOK_ENDED if ended else Code.HOOK_CHANGED, by)


@transaction.atomic
def renew_secret(hook: AlarmHook, *, by: User) -> str:
    """Make a new secret and return it, once; the former one signs nothing any more."""
    hook = AlarmHook.objects.select_for_update().get(pk=hook.pk)
    secret = os.urandom(SECRET_BYTES)
    hook.secret = wrap(secret)
    hook.save(update_fields=["secret"])
    _note(hook, Code.HOOK_CHANGED, by)
    return _in_words(secret)


def require_callable(url: str) -> None:
    """Refuse an address that the portal does not call.

    Raises:
        NotCallable: it is no public https address, or its name is not known.
    """
    try:
        outgoing.resolve(url)
    except outgoing.Undelivered as refused:
        raise NotCallable(_REFUSALS.get(refused.code, _REFUSALS["bad_url"])) from None


_REFUSALS = {
    "bad_url": _("This address cannot be called. It has to be https, without name or password."),
    "blocked_address": _("This address leads into a network that the portal does not call."),
    "unknown_host": _("The name in this address is not known."),
}


def queue(hook_id: int, begun: list[RaisedAlarm], over: list[RaisedAlarm]) -> None:
    """Queue what a webhook is told of a round, in the caller's transaction."""
    told = [("begun", one) for one in begun] + [("over", one) for one in over]
    for start in range(0, len(told), AT_ONCE):
        part = told[start : start + AT_ONCE]
        data = {
            name: [_told(one) for kind, one in part if kind == name] for name in ("begun", "over")
        }
        _enqueue(hook_id, {"type": "alarm.changed", "data": data})


@transaction.atomic
def try_out(hook: AlarmHook, *, by: User, rule: str = "") -> None:
    """Queue a message that says it is a test."""
    _enqueue(hook.pk, {"type": "alarm.test", "data": {"rule": rule}})
    _note(hook, Code.TESTED, by)


def deliver(message_id: int) -> None:
    """Send one message, if it is due and nobody else is at it; a job of the worker."""
    message = _claim(message_id)
    if message is None:
        return
    error = _send(message)
    _settle(message, error)


def sweep() -> None:
    """Queue what is due again, or left by a dead worker. Runs each minute."""
    now = timezone.now()
    due = HookMessage.objects.filter(_free(now), status=Status.WAITING, due_at__lte=now)
    with transaction.atomic():
        for pk in due.order_by("due_at").values_list("pk", flat=True)[:SWEPT_AT_ONCE]:
            enqueue(DELIVER, pk)


def _told(alarm: RaisedAlarm) -> dict[str, Any]:
    rule = RULES[alarm.rule.code]
    return {
        "rule": rule.code,
        "cause": alarm.cause,
        "since": alarm.raised_at.isoformat(),
        "url": settings.SITE_URL + rule.path(alarm.data),
    }


def _enqueue(hook_id: int, body: dict[str, Any]) -> None:
    message = HookMessage.objects.create(hook_id=hook_id, body=body)
    enqueue(DELIVER, message.pk)


def _free(now: datetime) -> Q:
    return Q(leased_until=None) | Q(leased_until__lt=now)


def _claim(message_id: int) -> HookMessage | None:
    now = timezone.now()
    mine = HookMessage.objects.filter(_free(now), pk=message_id, status=Status.WAITING)
    taken = mine.filter(due_at__lte=now).update(
        leased_until=now + LEASE, attempts=F("attempts") + 1
    )
    return HookMessage.objects.select_related("hook").get(pk=message_id) if taken else None


def _send(message: HookMessage) -> str:
    """Call the address; return the code of what went wrong, or nothing."""
    hook, now = message.hook, timezone.now()
    if not hook.is_on:
        return "off"
    body = json.dumps(
        {**message.body, "timestamp": now.isoformat()}, separators=(",", ":"), ensure_ascii=False
    )
    try:
        signature = Webhook(unwrap(bytes(hook.secret))).sign(str(message.uid), now, body)
        headers = {
            "Content-Type": "application/json",
            "User-Agent": f"Regard/{settings.VERSION}",
            "webhook-id": str(message.uid),
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": signature,
        }
        status = outgoing.post(hook.url, body.encode(), headers=headers)
    except Unsealable:
        return "no_secret"
    except outgoing.Undelivered as error:
        return error.code
    return "" if 200 <= status < 300 else f"http_{status}"


@transaction.atomic
def _settle(message: HookMessage, error: str) -> None:
    """Put on record how a call ended, and when it is tried again."""
    now = timezone.now()
    message.leased_until, message.error = None, error
    if not error:
        message.status, message.taken_at = Status.TAKEN, now
        AlarmHook.objects.filter(pk=message.hook_id).update(failures=0, error="", taken_at=now)
    else:
        if message.attempts > len(BACKOFF) or error in ("off", "http_410"):
            message.status = Status.DEAD
        else:
            message.due_at = now + BACKOFF[message.attempts - 1]
        if error != "off":
            AlarmHook.objects.filter(pk=message.hook_id).update(
                failures=F("failures") + 1, error=error
            )
        log.warning("alarm message %s: %s", message.uid, error)
    message.save()


def _note(hook: AlarmHook, code: str, by: User) -> None:
    OfficeEvent.objects.create(code=code, by=by, about=f"hook {hook.uid}")


def _in_words(secret: bytes) -> str:
    return f"whsec_{base64.b64encode(secret).decode()}"
