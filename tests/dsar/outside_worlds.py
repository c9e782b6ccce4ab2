"""Sources outside the portal, for tests: described in files, answered by real servers."""

import importlib.util
import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import ModuleType
from typing import Any

from standardwebhooks import Webhook

from dsar.models import OutsideTask, Step, SubjectRequest
from dsar.sources import base
from tests.dsar.worlds import work

SECRET = "whsec_" + "c2VjcmV0LW9mLXRoZS1zZXJ2aWNlLWZvci10ZXN0cw=="
WORDS = """
label: {en: "%(slug)s in words", fr: "%(slug)s en mots"}
holds: {en: Notes., fr: Des notes.}
why: {en: To note., fr: Pour noter.}
origin: {en: You., fr: Vous.}
kept: {en: A year., fr: Un an.}
"""


def describe(settings: Any, folder: Path, type_: str, options: str, slug: str = "notes") -> Any:
    """Describe one source in a file, and let it be the only one; return it."""
    folder.mkdir(exist_ok=True)
    text = f"type: {type_}\nslug: {slug}" + WORDS % {"slug": slug.title()} + options
    (folder / f"{slug}.yaml").write_text(text)
    settings.SOURCES_DIR, settings.DSAR_SOURCES = str(folder), []
    base.registered.cache_clear()
    source = base.registered()[slug]
    assert type(source).__name__ != "BrokenSource", list(problems(folder / f"{slug}.yaml"))
    return source


def problems(path: Path) -> list[str]:
    """Return what is wrong in a file."""
    from dsar.sources import files

    return [str(problem) for problem in files.load(path).problems]


def example() -> ModuleType:
    """Return the module that integrators copy."""
    path = Path(__file__).parents[2] / "docs" / "examples" / "source_service.py"
    spec = importlib.util.spec_from_file_location("source_service", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def signed(number: str, body: bytes, secret: str = SECRET) -> dict[str, str]:
    """Return the headers of an answer, in the form of Django's client or of a server."""
    from django.utils import timezone

    now = timezone.now()
    return {
        "webhook-id": number,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(secret).sign(number, now, body.decode()),
    }


Reply = tuple[int, bytes, dict[str, str]]


class FakeService:
    """A service that answers what the test says; it keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.polled: list[str] = []
        self.fetched: list[str] = []
        self.files: dict[str, bytes] = {}
        self.on_post: Callable[[dict[str, Any]], Reply] = lambda question: (202, b"{}", {})
        self.on_get: Callable[[str], Reply] = lambda number: (202, b"{}", {})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    @property
    def host(self) -> str:
        """Return what ``OUTGOING_ALLOWED_HOSTS`` must name."""
        return f"127.0.0.1:{self._server.server_port}"

    @property
    def url(self) -> str:
        """Return where questions go."""
        return f"http://{self.host}/ask"

    def options(self, more: str = "") -> str:
        """Return what its file says."""
        return f"url: {self.url}\nsecret: {{env: NOTES_SECRET}}\n{more}"

    def stop(self) -> None:
        """Close the port."""
        self._server.shutdown()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        service = self

        class Handler(BaseHTTPRequestHandler):
            """Verifies, keeps, answers."""

            def do_POST(self) -> None:
                raw = self.rfile.read(int(self.headers["Content-Length"]))
                question = Webhook(SECRET).verify(raw, dict(self.headers.items()))
                service.asked.append(question)
                self.say(*service.on_post(question))

            def do_GET(self) -> None:
                number = self.path.rsplit("/", 1)[-1]
                if number in service.files:
                    service.fetched.append(number)
                    self.say(200, service.files[number], {})
                    return
                service.polled.append(number)
                self.say(*service.on_get(number))

            def say(self, status: int, body: bytes, headers: dict[str, str]) -> None:
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args: Any) -> None:
                """Say nothing."""

        return Handler


def says(number: str, status: int = 200, **answer: Any) -> Reply:
    """Return a signed answer."""
    body = json.dumps({"id": number, **answer}).encode()
    return status, body, signed(number, body)


def wake(request: SubjectRequest) -> SubjectRequest:
    """Let the time pass that steps sleep, then do the work."""
    asleep = request.steps.filter(status=Step.Status.WAITING)
    for step in asleep:
        step.not_before = step.queued_at
        step.save(update_fields=["not_before"])
    return work(request)


def task_of(request: SubjectRequest, kind: str) -> OutsideTask:
    """Return the question of a step."""
    return OutsideTask.objects.get(step__request=request, step__kind=kind)
