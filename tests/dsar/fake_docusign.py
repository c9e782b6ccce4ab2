"""The part of DocuSign's REST v2.1 that is called, on a port of this machine."""

import json
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

ACCOUNT = "9d2c7c7e-2f0a-4a4a-9c37-7d1c1d3f8a20"
ENVELOPE = re.compile(
    r"/restapi/v2\.1/accounts/[^/]+/envelopes(?:/([^/]+))?(/documents)?(?:/(.+))?$"
)


def envelope(number: int, *emails: str, status: str = "completed", **more: Any) -> dict[str, Any]:
    """Return an envelope as the service writes it; the first address is the sender's."""
    return {
        "envelopeId": f"00000000-0000-4000-8000-{number:012d}",
        "emailSubject": f"Lease number {number}",
        "status": status,
        "sentDateTime": "2026-09-14T08:02:11.0900000Z",
        "completedDateTime": "2026-09-14T09:41:08.4580747Z" if status == "completed" else None,
        "sender": {"email": emails[0], "userName": "Sender"},
        "recipients": {
            "signers": [{"email": one, "name": "Signer", "recipientId": "1"} for one in emails[1:]]
        },
        "purgeState": "unpurged",
    } | more


class FakeDocusign:
    """An account with envelopes. ``tokens`` counts sign-ins; ``limits`` answers 429 so often."""

    def __init__(self) -> None:
        self.envelopes: dict[str, dict[str, Any]] = {}
        self.tokens = 0
        self.valid = ""
        self.limits: list[str] = []
        self.purges: list[dict[str, Any]] = []
        self.calls: list[str] = []
        self.refuse_token = False
        self._server = Server(self)
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    @property
    def host(self) -> str:
        """Return where it listens."""
        return f"127.0.0.1:{self._server.server_port}"

    def hold(self, *envelopes: dict[str, Any]) -> None:
        """Fill the account with these, and forget all else."""
        self.envelopes = {one["envelopeId"]: one for one in envelopes}
        self.tokens, self.valid, self.limits, self.purges, self.calls = 0, "", [], [], []
        self.refuse_token = False

    def purge(self) -> None:
        """Let the fourteen days be over."""
        for one in self.envelopes.values():
            one["purgeState"] = one["purgeState"].replace("_queued", "_purged")

    def stop(self) -> None:
        """Close the port."""
        self._server.shutdown()
        self._server.server_close()

    def answer(self, method: str, path: str, body: bytes) -> tuple[int, Any, dict[str, str]]:
        """Return status, what is said, and headers."""
        parts = urlsplit(path)
        self.calls.append(f"{method} {parts.path}")
        if self.limits:
            return (
                429,
                {"errorCode": "HOURLY_APIINVOCATION_LIMIT_EXCEEDED"},
                {"X-RateLimit-Reset": self.limits.pop(0)},
            )
        match = ENVELOPE.match(parts.path)
        if match is None:
            return 404, {"errorCode": "RESOURCE_NOT_FOUND"}, {}
        number, documents, document = match.groups()
        if number is None:
            return 200, self._page(parse_qs(parts.query)), {}
        one = self.envelopes.get(number)
        if one is None:
            return 404, {"errorCode": "ENVELOPE_DOES_NOT_EXIST"}, {}
        if method == "PUT":
            asked = json.loads(body)
            self.purges.append(asked)
            one["purgeState"] = asked["purgeState"]
            return 200, {"envelopeId": number}, {}
        if document:
            return 200, f"%PDF-1.7 {number} {document}".encode() * 1000, {}
        if documents:
            listed = [
                {"documentId": "1", "name": "Lease.pdf", "type": "content"},
                {"documentId": "certificate", "name": "Summary", "type": "summary"},
            ]
            return 200, {"envelopeId": number, "envelopeDocuments": listed}, {}
        return 200, one, {}

    def _page(self, query: dict[str, list[str]]) -> dict[str, Any]:
        assert query["include_purge_information"] == ["true"]
        wanted = query["search_text"][0]
        # Like the real search it finds more than asked: whatever contains the words.
        found = [one for one in self.envelopes.values() if wanted in json.dumps(one)]
        start, count = int(query["start_position"][0]), int(query["count"][0])
        page = found[start : start + count]
        return {
            "envelopes": page,
            "resultSetSize": str(len(page)),
            "totalSetSize": str(len(found)),
            "startPosition": str(start),
            "endPosition": str(start + len(page) - 1),
        }


class Server(ThreadingHTTPServer):
    """Knows whose calls it takes."""

    daemon_threads = True

    def __init__(self, fake: "FakeDocusign") -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.fake = fake


class Handler(BaseHTTPRequestHandler):
    """Passes each call on to whoever is signed in."""

    server: "Server"

    def do_GET(self) -> None:
        self.take("GET")

    def do_PUT(self) -> None:
        self.take("PUT")

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        assert b"grant_type=urn" in body
        if self.server.fake.refuse_token:
            self.say(400, {"error": "consent_required"}, {})
            return
        self.server.fake.tokens += 1
        self.server.fake.valid = f"token-{self.server.fake.tokens}"
        token = {"access_token": self.server.fake.valid, "token_type": "Bearer", "expires_in": 3600}
        self.say(200, token, {})

    def take(self, method: str) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.headers.get("Authorization") != f"Bearer {self.server.fake.valid}":
            self.say(401, {"errorCode": "USER_AUTHENTICATION_FAILED"}, {})
            return
        self.say(*self.server.fake.answer(method, self.path, body))

    def say(self, status: int, what: Any, headers: dict[str, str]) -> None:
        body = what if isinstance(what, bytes) else json.dumps(what).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: Any) -> None:
        """Say nothing."""
