"""A client of Regard's gate in one file, for Python ≥ 3.10, without any package. Copy it.

    from regard_client import Regard

    regard = Regard("https://privacy.example", "client-id", "client-secret")
    if regard.permit("doc-1", "ai-training"):
        ...
    for document, allowed, reason in regard.permits(references, "ai-training"):
        ...
    cursor = regard.snapshot("ai-training", "allowed.parquet", form="parquet")
    for document, allowed, reason, cursor in regard.changes("ai-training", cursor):
        ...
    filed = regard.file_request("access", "ada@mail.example", "FR", key="ticket-812")
    to_read = regard.train("run-2026-05", references, model="Paraphe 7B", system="pipeline")

Whatever goes wrong is an exception or a *no*, never a *yes*: an answer that is cut off raises.
"""

import base64
import hashlib
import itertools
import json
import re
import shutil
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

LINES_AT_ONCE = 100_000
NDJSON = "application/x-ndjson"


class Denied(Exception):
    """The gate gave no answer; ``code`` says why (see "Errors"). Treat everything as denied."""

    def __init__(self, code: str, status: int = 0) -> None:
        super().__init__(code)
        self.code = code
        self.status = status


class Regard:
    """One machine client; safe to keep, renews its token by itself."""

    def __init__(
        self, url: str, client_id: str, client_secret: str, *, timeout: float = 120, tries: int = 4
    ) -> None:
        if not url.startswith(("https://", "http://")):
            raise ValueError("an address of the web")
        self.url = url.rstrip("/")
        self.timeout = timeout
        self.tries = tries
        self._secret = base64.b64encode(f"{client_id}:{client_secret}".encode()).decode()
        self._token = ""
        self._until = 0.0

    def token(self) -> str:
        """Return an access token (OAuth2 client credentials), a new one shortly before its end."""
        if time.monotonic() >= self._until:
            body = b"grant_type=client_credentials"
            headers = {"Authorization": f"Basic {self._secret}"}
            with self._open("/identity/o/api/token", body, headers) as answer:
                told = json.load(answer)
            self._token = told["access_token"]
            self._until = time.monotonic() + 0.9 * told["expires_in"]
        return self._token

    def permit(self, document: str, purpose: str) -> bool:
        """Return whether the document may be used now. Ask before every use; keep no answer."""
        query = urllib.parse.urlencode({"document": document, "purpose": purpose})
        try:
            with self._ask(f"/api/v1/permits/?{query}") as answer:
                return json.load(answer)["allowed"] is True
        except (Denied, OSError, ValueError):
            return False

    def permits(self, documents: Iterable[str], purpose: str) -> Iterator[tuple[str, bool, str]]:
        """Yield (document, allowed, reason) for each, in their order, 100,000 in one question."""
        remaining = iter(documents)
        address = "/api/v1/permits/query?" + urllib.parse.urlencode({"purpose": purpose})
        while some := list(itertools.islice(remaining, LINES_AT_ONCE)):
            body = "".join(json.dumps({"document": one}) + "\n" for one in some).encode()
            with self._ask(address, body, {"Content-Type": NDJSON}) as answer:
                # First to the end: what is cut off must not have been believed.
                lines = _whole(answer).splitlines()
            if len(lines) != len(some):
                raise Denied("cut_off")
            for asked, line in zip(some, lines, strict=True):
                told = json.loads(line)
                if told.get("document") == asked:
                    yield asked, told["allowed"] is True, told["reason"]
                else:  # the line was none for the gate
                    yield asked, False, told["error"]

    def snapshot(self, purpose: str, path: str, *, form: str = "ndjson") -> str:
        """Write all allowed documents to ``path``; return the cursor for :meth:`changes`.

        ``form`` is ndjson, csv or parquet. More than a million documents come in parts: then each
        is a file of its own (``allowed.parquet``, ``allowed.1.parquet`` …), and the cursor is that
        of the first, so that whatever changed meanwhile is caught up with.
        """
        query = {"purpose": purpose, "format": form}
        address: str | None = "/api/v1/permits/snapshot?" + urllib.parse.urlencode(query)
        first, whole = "", Path(path)
        for part in itertools.count():
            if address is None:
                return first
            target = whole.with_stem(f"{whole.stem}.{part}") if part else whole
            partial = target.with_name(f"{target.name}.part")
            with self._ask(address) as answer, partial.open("wb") as file:
                _copy(answer, file)
                first = first or answer.headers["Regard-Cursor"]
                address = _next(answer.headers.get("Link", ""))
            partial.replace(target)
        raise AssertionError  # count() has no end

    def changes(
        self, purpose: str, cursor: str, *, limit: int = 1000
    ) -> Iterator[tuple[str, bool, str, str]]:
        """Yield (document, allowed, reason, cursor) of what may have changed, up to now.

        Keep the cursor of the last one you have dealt with (``follow`` keeps the page's). Ask again
        after some seconds. Raises Denied("cursor_unknown"): take a snapshot.
        """
        for page, _cursor in self.pages(purpose, cursor, limit=limit):
            for line in page:
                yield line["document"], line["allowed"] is True, line["reason"], line["cursor"]

    def pages(
        self, purpose: str, cursor: str, *, limit: int = 1000
    ) -> Iterator[tuple[list[dict[str, Any]], str]]:
        """Yield the pages of the feed, each with the cursor behind it, until there is no more."""
        more = True
        while more:
            query = {"purpose": purpose, "cursor": cursor, "limit": limit}
            address = "/api/v1/permits/changes?" + urllib.parse.urlencode(query)
            with self._ask(address) as answer:
                *page, end = [json.loads(line) for line in _whole(answer).splitlines()]
            cursor, more = end["cursor"], end["more"]
            yield page, cursor

    def train(
        self, reference: str, documents: Iterable[str], *, model: str, system: str
    ) -> list[str]:
        """Open a run, leave out what must go, close it; return what may be read now, sorted.

        Read the documents after this returns: whoever refuses later is left out of the next run.
        """
        run = f"/api/v1/training-runs/{urllib.parse.quote(reference)}"
        self._post(
            "/api/v1/training-runs/", {"reference": reference, "model": model, "system": system}
        )
        kept, remaining = set[str](), iter(documents)
        while some := list(itertools.islice(remaining, LINES_AT_ONCE)):
            body = "".join(json.dumps({"document": one}) + "\n" for one in some).encode()
            with self._ask(f"{run}/manifest/", body, {"Content-Type": NDJSON}) as answer:
                kept |= set(some) - _documents(answer)
        for _attempt in range(self.tries):
            digest = hashlib.sha256("\n".join(sorted(kept)).encode()).hexdigest()
            try:
                self._post(f"{run}/close/", {"manifest_sha256": digest})
            except Denied as error:
                if error.code != "documents_refused":
                    raise
                with self._ask(f"{run}/exclusions/") as answer:
                    kept -= _documents(answer)
            else:
                return sorted(kept)
        raise Denied("documents_refused", 409)

    def file_request(self, kind: str, email: str, country: str, *, key: str, **more: str) -> Any:
        """File a request about somebody's data, once for each key of yours; return its state.

        ``more``: channel, language, region, about, received_at (with its offset), identity.
        """
        told = {"kind": kind, "email": email, "country": country, **more}
        return self._post("/api/v1/requests/", told, {"Idempotency-Key": key})

    def request(self, reference: str) -> Any:
        """Return where a request that you filed stands."""
        with self._ask(f"/api/v1/requests/{urllib.parse.quote(reference)}/") as answer:
            return json.load(answer)

    def _post(
        self, address: str, told: dict[str, Any], headers: dict[str, str] | None = None
    ) -> Any:
        body = json.dumps(told).encode()
        whole = {"Content-Type": "application/json", **(headers or {})}
        with self._ask(address, body, whole) as answer:
            return json.load(answer)

    def _ask(self, address: str, body: bytes | None = None, headers: Any = None) -> Any:
        """Open the address with a token; wait and try again while the portal is busy."""
        for attempt in range(self.tries):
            try:
                signed = {"Authorization": f"Bearer {self.token()}", **(headers or {})}
                return self._open(address, body, signed)
            except Denied as error:
                if error.status == 401:
                    self._until = 0.0
                elif error.status not in (429, 503):
                    raise
                if attempt == self.tries - 1:
                    raise
                time.sleep(2**attempt)
        raise Denied("unavailable")

    def _open(self, address: str, body: bytes | None, headers: dict[str, str]) -> Any:
        request = urllib.request.Request(self.url + address, body, headers)  # noqa: S310
        try:
            return urllib.request.urlopen(request, timeout=self.timeout)  # noqa: S310
        except urllib.error.HTTPError as error:
            with error:
                raise Denied(_code(error.read()), error.code) from None


def _documents(answer: Any) -> set[str]:
    """Return the documents that the lines of an answer name."""
    return {json.loads(line)["document"] for line in _whole(answer).splitlines()}


def _code(body: bytes) -> str:
    try:
        return str(json.loads(body)["code"])
    except (ValueError, KeyError, TypeError):
        return "no_answer"


def _whole(answer: Any) -> bytes:
    """Return the body; http.client raises IncompleteRead where it is cut off."""
    return bytes(answer.read())


def _copy(answer: Any, file: BinaryIO) -> None:
    """Write the body to the file in pieces; raise Denied if it was cut off."""
    shutil.copyfileobj(answer, file)
    if file.tell() != int(answer.headers["Content-Length"]):
        raise Denied("cut_off")


def _next(link: str) -> str | None:
    """Return the path of the next part out of the Link header, None if there is none."""
    found = re.match(r'<([^>]+)>; rel="next"', link)
    if not found:
        return None
    parts = urllib.parse.urlsplit(found[1])
    return f"{parts.path}?{parts.query}"
