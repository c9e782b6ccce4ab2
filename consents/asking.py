"""Ask our own gate from outside, over HTTP, as any pipeline does: with a token, at its address."""

import http.client
import json
import secrets
import socket
import ssl
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import SplitResult, quote, urlencode, urlsplit

from allauth.idp.oidc.models import Client, Token
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.utils import timezone

CLIENT = "regard-canaries"
SCOPE = "permits:read"
VALID = timedelta(minutes=5)
TIMEOUT = 10  # seconds for each answer
TRIES, PAUSE = 3, 3.0  # while nobody answers: the site may be starting
MOST_BYTES = 64 * 1024


class Unreached(Exception):
    """The gate gave no answer; ``code`` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Answered:
    """What the gate said of one document; ``reason`` is a code of ``permits.Reason``."""

    reference: str
    allowed: bool
    reason: str


def ask(references: Sequence[str], purpose: str) -> list[Answered]:
    """Ask about each document alone, and about all together; return every answer.

    Raises:
        Unreached: not all answers came: that proves nothing, be it good or bad.
    """
    with _token() as token:
        head = {"Authorization": f"Bearer {token}", "Accept": "*/*"}
        single = [_one(reference, purpose, head) for reference in references]
        return [*single, *_many(references, purpose, head)]


def _one(reference: str, purpose: str, head: dict[str, str]) -> Answered:
    query = urlencode({"document": reference, "purpose": purpose})
    said = _read(_call("GET", f"/api/v1/permits/?{query}", head))
    return _answered(reference, said)


def _many(references: Sequence[str], purpose: str, head: dict[str, str]) -> list[Answered]:
    body = "".join(json.dumps({"document": one}) + "\n" for one in references).encode()
    head = head | {"Content-Type": "application/x-ndjson", "Content-Length": str(len(body))}
    raw = _call("POST", f"/api/v1/permits/query?purpose={quote(purpose)}", head, body)
    said = [_read(line) for line in raw.splitlines()]
    if [one.get("document") for one in said] != list(references):
        raise Unreached("bad_answer")
    return [_answered(one["document"], one) for one in said]


def _answered(reference: str, said: dict[str, Any]) -> Answered:
    allowed, reason = said.get("allowed"), said.get("reason")
    if not isinstance(allowed, bool) or not isinstance(reason, str):
        raise Unreached("bad_answer")
    return Answered(reference, allowed, reason)


def _read(raw: bytes) -> dict[str, Any]:
    try:
        said = json.loads(raw)
    except ValueError as error:
        raise Unreached("bad_answer") from error
    if not isinstance(said, dict):
        raise Unreached("bad_answer")
    return said


def _call(method: str, path: str, head: dict[str, str], body: bytes | None = None) -> bytes:
    """Return the body of a 200. No redirect is followed: the token is for this address alone."""
    to = urlsplit(settings.GATE_URL or settings.SITE_URL)
    for attempt in range(1, TRIES + 1):
        try:
            return _exchange(to, method, to.path.rstrip("/") + path, head, body)
        except (ConnectionRefusedError, TimeoutError) as error:
            if attempt == TRIES:
                refused = isinstance(error, ConnectionRefusedError)
                raise Unreached("no_connection" if refused else "timeout") from error
            time.sleep(PAUSE)
        except ssl.SSLError as error:
            raise Unreached("tls") from error
        except (OSError, socket.gaierror) as error:
            raise Unreached("no_connection") from error
        except (http.client.HTTPException, ValueError) as error:
            raise Unreached("bad_answer") from error
    raise AssertionError  # the last attempt returns or raises


def _exchange(
    to: SplitResult, method: str, path: str, head: dict[str, str], body: bytes | None
) -> bytes:
    kind = http.client.HTTPSConnection if to.scheme == "https" else http.client.HTTPConnection
    caller = kind(to.hostname or "", to.port, timeout=TIMEOUT)
    try:
        caller.request(method, path, body, head)
        answer = caller.getresponse()
        raw = answer.read(MOST_BYTES)
        if answer.status != http.client.OK:
            raise Unreached(f"status_{answer.status}")
        return raw
    finally:
        caller.close()


@contextmanager
def _token() -> Iterator[str]:
    """Make an access token of the internal client, as its token endpoint would, and end it after.

    The client has no secret that could leak: nobody else can have a token of it.
    """
    client, _new = Client.objects.get_or_create(
        id=CLIENT,
        defaults={
            "name": "Regard: canaries", "type": Client.Type.CONFIDENTIAL, "scopes": SCOPE,
            "default_scopes": SCOPE, "secret": make_password(None), "grant_types": "",
            "response_types": "",
        },
    )  # fmt: skip
    value = secrets.token_urlsafe(32)
    token = Token(
        type=Token.Type.ACCESS_TOKEN, client=client, expires_at=timezone.now() + VALID
    )  # fmt: skip
    token.set_value(value)
    token.set_scopes([SCOPE])
    token.save()
    try:
        yield value
    finally:
        token.delete()
