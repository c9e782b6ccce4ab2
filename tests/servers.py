"""Real neighbours for tests: a mail server and the job worker, each as it runs in production."""

import email.policy
import os
import signal
import subprocess
import sys
import time
from email.message import EmailMessage
from email.parser import BytesParser
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from aiosmtpd.controller import Controller
from django.conf import settings
from django.db import connection, transaction

from portal.lib.models import Heartbeat
from portal.lib.tasks import enqueue
from tests.environment import ROOT
from tests.ports import free_port

# Seconds until what does not come is given up. Nothing takes as long; a busy machine may.
PATIENCE = 120


class MailServer:
    """An SMTP server on a free port; ``messages`` holds what it took, oldest first."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []
        self.refuse = ""  # e.g. "451 try later": answered to every message while it is set
        self.port = free_port()
        self._controller = Controller(
            self, hostname="127.0.0.1", port=self.port, ready_timeout=PATIENCE
        )
        self._controller.start()

    # The name is aiosmtpd's.
    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        """Keep the message, or refuse it as the test asked."""
        if self.refuse:
            return self.refuse
        parser = BytesParser(policy=email.policy.default)
        message = parser.parsebytes(envelope.content)
        assert isinstance(message, EmailMessage)
        message["X-Recipient"] = ", ".join(envelope.rcpt_tos)
        self.messages.append(message)
        return "250 taken"

    def to(self, address: str) -> list[EmailMessage]:
        """Return the messages for one address, oldest first."""
        return [m for m in self.messages if address in m["X-Recipient"]]

    def stop(self) -> None:
        """Close the port."""
        self._controller.stop()


class Worker:
    """The real django-q2 cluster on the test database, in a process group of its own."""

    def __init__(self, environment: dict[str, str]) -> None:
        self._environment = environment
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the cluster and wait until it has done a job."""
        Heartbeat.objects.all().delete()
        self._process = subprocess.Popen(
            [sys.executable, "manage.py", "qcluster"],
            cwd=ROOT,
            env=self._environment,
            start_new_session=True,
        )
        with transaction.atomic():
            enqueue("portal.tasks.beat")
        wait_until(Heartbeat.objects.exists)

    @property
    def group(self) -> int:
        """The process group of the running cluster."""
        assert self._process
        return self._process.pid

    def stop(self) -> None:
        """End it as a deployment does; it finishes the jobs it has begun."""
        if self._process:
            self._process.terminate()
            try:
                self._process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                self.kill9()
            self._process = None

    def kill9(self) -> None:
        """End every process of the cluster in the middle of whatever it does."""
        if self._process:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None

    def restart(self) -> None:
        """Stop it if it runs and start it again."""
        self.stop()
        self.start()


def wait_until(condition: Any, *, seconds: float = PATIENCE) -> None:
    """Return as soon as ``condition()`` is true; fail after ``seconds``."""
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, f"still waiting after {seconds} s"
        time.sleep(0.05)


def subprocess_environment(**more: str) -> dict[str, str]:
    """Return the environment with which ``manage.py`` works on the test database."""
    name = str(connection.settings_dict["NAME"])
    environment = dict(os.environ) | {
        "REGARD_DATABASE_NAME": name,
        "EMAIL_URL": f"smtp://{settings.EMAIL_HOST}:{settings.EMAIL_PORT}",
        "SITE_URL": settings.SITE_URL,
        "PYTHONUNBUFFERED": "1",
    }
    if url := environment.get("DATABASE_URL"):
        environment["DATABASE_URL"] = urlunsplit(urlsplit(url)._replace(path=f"/{name}"))
    return environment | more
