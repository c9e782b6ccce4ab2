"""A service that Regard can ask: the whole contract with Python's standard library alone.

    REGARD_SECRET=whsec_… python source_service.py 8300

Then describe it to Regard in ``SOURCES_DIR/notes.yaml`` (docs/sources.md). It keeps notes by e-mail
address in memory. Copy it, and put your own database where ``Notes`` is.
"""

import base64
import hashlib
import hmac
import json
import os
import sys
import threading
import time
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

TOLERANCE = 5 * 60  # seconds a signature is good for


class Forged(Exception):
    """The signature is missing, wrong, or too old."""


def signature(secret: str, number: str, at: int, body: bytes) -> str:
    """Return a signature of Standard Webhooks: over number, time and body."""
    key = base64.b64decode(secret.removeprefix("whsec_") + "==")
    mac = hmac.new(key, f"{number}.{at}.".encode() + body, hashlib.sha256)
    return "v1," + base64.b64encode(mac.digest()).decode()


def signed(secret: str, number: str, body: bytes) -> dict[str, str]:
    """Return the headers that go with an answer."""
    at = int(time.time())
    return {
        "Content-Type": "application/json",
        "webhook-id": number,
        "webhook-timestamp": str(at),
        "webhook-signature": signature(secret, number, at, body),
    }


def verify(secret: str, headers: dict[str, str], body: bytes) -> str:
    """Return the number of the question, if Regard has signed it just now. Raises Forged."""
    number, given = headers.get("webhook-id", ""), headers.get("webhook-signature", "").split(" ")
    try:
        at = int(headers.get("webhook-timestamp", ""))
    except ValueError:
        raise Forged from None
    right = signature(secret, number, at, body)
    if abs(time.time() - at) > TOLERANCE or not any(hmac.compare_digest(right, s) for s in given):
        raise Forged
    return number


class Notes:
    """The data. Every question is answered once: the same number gets the same answer again."""

    def __init__(self) -> None:
        self.rows: dict[str, list[str]] = {}
        self.answers: dict[str, dict[str, Any]] = {}
        self.lock = threading.Lock()

    def answer(self, question: dict[str, Any]) -> dict[str, Any]:
        """Return the answer to a question; what was done is not done again."""
        with self.lock:
            number = question["id"]
            if number not in self.answers:
                act = getattr(self, "do_" + question["action"])
                self.answers[number] = {"id": number} | act(question)
            return self.answers[number]

    def mine(self, question: dict[str, Any]) -> list[str]:
        """Return the addresses of the person under which there is something."""
        return [email for email in question["subject"]["emails"] if self.rows.get(email)]

    def do_collect(self, question: dict[str, Any]) -> dict[str, Any]:
        """Everything there is, as a table."""
        rows = [
            {"address": email, "note": note}
            for email in self.mine(question)
            for note in self.rows[email]
        ]
        if not rows:
            return {"outcome": "not_found"}
        columns = [{"key": "address", "label": "Address"}, {"key": "note", "label": "Note"}]
        table = {"slug": "notes", "title": "Notes", "columns": columns, "rows": rows}
        return {"outcome": "done", "tables": [table]}

    def do_plan(self, question: dict[str, Any]) -> dict[str, Any]:
        """What an erasure would do; nothing is changed."""
        amount = sum(len(self.rows[email]) for email in self.mine(question))
        if not amount:
            return {"outcome": "not_found"}
        item = {"key": "notes", "label": "Notes", "amount": amount, "decision": "erase"}
        return {"outcome": "done", "items": [item]}

    def do_erase(self, question: dict[str, Any]) -> dict[str, Any]:
        """Do what was decided about each thing."""
        done = []
        for item in question["items"]:
            found = self.mine(question)
            if item["decision"] == "erase":
                for email in found:
                    del self.rows[email]
                done.append({"key": item["key"], "outcome": "erased" if found else "not_found"})
            else:  # a legal hold, for instance: Regard says for how long and why
                kept = {"ground": item["ground"], "until": item["until"]}
                done.append({"key": item["key"], "outcome": "restricted"} | kept)
        return {"outcome": "done", "items": done}

    def do_prove(self, question: dict[str, Any]) -> dict[str, Any]:
        """Search again."""
        gone = not self.mine(question)
        items = [{"key": item["key"], "gone": gone} for item in question["items"]]
        return {"outcome": "done", "items": items}

    def do_end(self, question: dict[str, Any]) -> dict[str, Any]:
        """What was kept until today goes now."""
        return self.do_erase(
            question | {"items": [item | {"decision": "erase"} for item in question["items"]]}
        )


class Service(ThreadingHTTPServer):
    """The service. ``later``: it takes its time, and calls back."""

    def __init__(self, port: int, secret: str, *, later: bool = False) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.secret, self.later, self.notes = secret, later, Notes()

    def call_back(self, question: dict[str, Any]) -> None:
        """Send the answer to where Regard wants it; the poll finds it, should this fail."""
        body = json.dumps(self.notes.answer(question)).encode()
        headers = signed(self.secret, question["id"], body)
        # The address was signed by Regard.
        request = urllib.request.Request(question["callback"], body, headers)  # noqa: S310
        with urllib.request.urlopen(request, timeout=10) as reply:  # noqa: S310
            reply.read()


class Handler(BaseHTTPRequestHandler):
    """POST / asks; GET /<id> looks whether the answer is there."""

    server: Service

    def do_POST(self) -> None:
        """Answer a question: 200 with the answer, or 202 and a call back."""
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if not self.is_signed(body):
            return
        question = json.loads(body)
        if not self.server.later or "callback" not in question:
            self.say(200, self.server.notes.answer(question))
            return
        self.say(202, {}, **{"Retry-After": "30"})
        threading.Thread(target=self.server.call_back, args=[question], daemon=True).start()

    def do_GET(self) -> None:
        """Say whether there is an answer yet."""
        if not self.is_signed(b""):
            return
        answer = self.server.notes.answers.get(self.path.rsplit("/", 1)[-1])
        self.say(200 if answer else 404, answer or {})

    def is_signed(self, body: bytes) -> bool:
        """Answer 401 to whoever is not Regard."""
        headers = {name.lower(): value for name, value in self.headers.items()}
        try:
            verify(self.server.secret, headers, body)
        except Forged:
            self.say(401, {"message": "not signed by Regard"})
            return False
        return True

    def say(self, status: int, answer: dict[str, Any], **headers: str) -> None:
        """Send a signed answer."""
        body = json.dumps(answer).encode()
        self.send_response(status)
        for name, value in (
            signed(self.server.secret, answer.get("id", "-"), body) | headers
        ).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Log nothing: questions name people."""


if __name__ == "__main__":
    Service(int(sys.argv[1]), os.environ["REGARD_SECRET"]).serve_forever()
