"""The fixtures that other tests stand on: mail server, worker, web server, browser."""

from typing import Any

from django.core.mail import send_mail
from django.db import connection, transaction

from portal.lib.models import Heartbeat
from portal.lib.tasks import enqueue
from tests.servers import wait_until


def test_a_mail_really_travels(mailserver: Any) -> None:
    send_mail("Hello", "How are you?", None, ["anna@example.org"])
    [message] = mailserver.to("anna@example.org")
    assert message["Subject"] == "Hello"


def test_a_killed_worker_comes_back_and_works(worker: Any) -> None:
    assert connection.settings_dict["NAME"].startswith("test_")
    worker.kill9()
    Heartbeat.objects.all().delete()
    with transaction.atomic():
        enqueue("portal.tasks.beat")
    assert not Heartbeat.objects.exists()
    worker.restart()
    wait_until(Heartbeat.objects.exists)


def test_a_browser_reaches_the_site(live: str, chromium: Any) -> None:
    page = chromium(locale="fr-FR").new_page()
    answer = page.goto(f"{live}/healthz")
    assert answer.status in {200, 503}
