"""``/demo/mail/``: what the demo has sent, for everybody who looks; elsewhere it does not exist."""

import importlib
import signal
import smtplib
import subprocess
import sys
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import clear_url_caches

import portal.urls
from tests.environment import ROOT
from tests.ports import free_port
from tests.servers import wait_until


@pytest.fixture
def mail_of_the_demo(tmp_path: Path) -> Iterator[Any]:
    """The demo's mail server on a free port; returns how to send a mail through it."""
    port, directory = free_port(), tmp_path / "mail"
    server = subprocess.Popen(
        [sys.executable, "-m", "portal.demo.smtp", str(port), str(directory)], cwd=ROOT
    )

    def send(subject: str, to: str, *, html: str = "") -> None:
        mail = EmailMessage()
        mail["Subject"], mail["From"], mail["To"] = subject, "privacy@paraphe.example", to
        mail.set_content("Read http://localhost/documents/ <script>alert(1)</script>")
        if html:
            mail.add_alternative(html, subtype="html")
        with smtplib.SMTP("127.0.0.1", port) as smtp:
            smtp.send_message(mail)

    wait_until(directory.exists)
    wait_until(lambda: _takes(port))
    yield send
    server.send_signal(signal.SIGTERM)
    assert server.wait() == 0


def _takes(port: int) -> bool:
    try:
        with smtplib.SMTP("127.0.0.1", port):
            return True
    except OSError:
        return False


@pytest.fixture
def demo(settings: Any, tmp_path: Path) -> Iterator[None]:
    """The site as the demo has it."""
    settings.DEMO, settings.STATE_DIR = True, tmp_path
    _reload()
    yield
    settings.DEMO = False
    _reload()


def _reload() -> None:
    importlib.reload(portal.urls)
    clear_url_caches()


@pytest.mark.django_db
def test_the_newest_mail_comes_first_and_can_be_read(
    mail_of_the_demo: Any, demo: None, client: Client
) -> None:
    assert "No mail yet" in client.get("/demo/mail/").text
    mail_of_the_demo("Votre reçu", "anna@example.org", html="<p onclick=x()>Bonjour</p>")
    mail_of_the_demo("Second", "Ben@example.org")
    page = client.get("/demo/mail/")
    assert [mail.subject for mail in page.context["mails"]] == ["Second", "Votre reçu"]
    [mail] = client.get("/demo/mail/", {"to": "anna@example.org"}).context["mails"]
    assert [m.subject for m in client.get("/demo/mail/?to=ben@example.org").context["mails"]] == [
        "Second"
    ]

    shown = client.get(f"/demo/mail/{mail.name}/")
    assert "<script>alert" not in shown.text
    assert 'href="http://localhost/documents/"' in shown.text
    assert "frame-src 'self'" in shown["Content-Security-Policy"]

    fenced = client.get(f"/demo/mail/{mail.name}/html/")
    assert "Bonjour" in fenced.text
    assert fenced["Content-Security-Policy"].startswith("sandbox ")
    assert "allow-scripts" not in fenced["Content-Security-Policy"]
    assert fenced["X-Frame-Options"] == "SAMEORIGIN"


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["1-0", "..", "%2e%2e%2fsecrets", f"1-{'0' * 32}"])
def test_only_mails_can_be_read(demo: None, client: Client, name: str) -> None:
    assert client.get(f"/demo/mail/{name}/").status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["", "mail/", f"mail/1-{'0' * 32}/", "components/"])
def test_elsewhere_there_is_no_demo(client: Client, path: str) -> None:
    assert client.get(f"/demo/{path}").status_code == 404
