"""Real systems for tests: servers that take messages as a receiver does, each on a free port."""

import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from standardwebhooks import Webhook, WebhookVerificationError

from consents.actions import systems
from consents.models import Purpose, System


class Receiver:
    """A system that verifies what it is sent; ``answer`` is the status it gives, in turn."""

    def __init__(self) -> None:
        self.answers: list[int] = []  # taken from the front; 204 when empty
        self.secret = ""
        self.bodies: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.refused = 0
        self.before: Callable[[], None] = lambda: None
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def host(self) -> str:
        """Return what ``OUTGOING_ALLOWED_HOSTS`` must name."""
        return f"127.0.0.1:{self._server.server_port}"

    @property
    def url(self) -> str:
        """Return where the messages go."""
        return f"http://{self.host}/hook"

    def take(self, headers: dict[str, str], raw: bytes) -> tuple[int, dict[str, str]]:
        """Verify and keep one message, and say what is answered."""
        try:
            body = Webhook(self.secret).verify(raw, headers)
        except WebhookVerificationError:
            self.refused += 1
            return 401, {}
        self.bodies.append(body)
        self.headers.append(headers)
        self.before()
        status = self.answers.pop(0) if self.answers else 204
        return status, {"Location": self.url} if 300 <= status < 400 else {}

    def ids(self) -> list[str]:
        """Return the number of each message that came, oldest first."""
        return [headers["webhook-id"] for headers in self.headers]

    def stop(self) -> None:
        """Close the port."""
        self._server.shutdown()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            """Passes each POST on."""

            def do_POST(self) -> None:
                raw = self.rfile.read(int(self.headers["Content-Length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                status, more = receiver.take(headers, raw)
                self.send_response(status)
                for name, value in more.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *args: Any) -> None:
                """Say nothing."""

        return Handler


def register(receiver: Receiver, slug: str, *purposes: Purpose, promise: int = 600) -> System:
    """Register the receiver as a system that obeys these purposes."""
    system, secret = systems.register(
        systems.Entry(slug, slug.replace("-", " ").title(), receiver.url, promise, purposes),
        by=None,
    )
    receiver.secret = secret
    return system


def as_sent(headers: dict[str, str], body: dict[str, Any]) -> bytes:
    """Return the bytes of a message as they were signed."""
    return json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode()
