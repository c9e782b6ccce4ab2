"""Outgoing mail when the server does not take it, or the worker dies."""

import logging
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone
from django_q.models import OrmQ

from portal.lib import mail, tasks_mail
from portal.lib.models import OutgoingMail
from tests.servers import MailServer

TO = "alice@paraphe.example"


@pytest.fixture
def waiting(db: None) -> OutgoingMail:
    """A mail that nobody has tried to deliver."""
    return mail.send(
        "accounts/removed", to=TO, language="en", key="x", context={"organisation": "Étude"}
    )


def queued() -> int:
    return int(OrmQ.objects.count())


def test_a_busy_server_is_asked_again_later(
    waiting: OutgoingMail, mailserver: MailServer, caplog: pytest.LogCaptureFixture
) -> None:
    mailserver.refuse = f"451 try later, {TO}"
    before = timezone.now()
    with caplog.at_level(logging.INFO, "portal"):
        tasks_mail.deliver(waiting.pk)
    waiting.refresh_from_db()
    assert (waiting.status, waiting.attempts, waiting.error) == ("waiting", 1, "smtp_451")
    assert waiting.due_at > before + timedelta(seconds=50)
    assert TO not in caplog.text
    tasks_mail.deliver(waiting.pk)  # a second job for the same mail does not hurry it
    waiting.refresh_from_db()
    assert waiting.attempts == 1
    mailserver.refuse = ""
    OrmQ.objects.all().delete()
    with time_machine.travel(waiting.due_at + timedelta(seconds=1)):
        tasks_mail.sweep()
        assert queued() == 1
        tasks_mail.deliver(waiting.pk)
    assert len(mailserver.messages) == 1


def test_an_address_that_the_server_refuses_fails_at_once(
    waiting: OutgoingMail, mailserver: MailServer
) -> None:
    mailserver.refuse = f"550 no such user {TO}"
    tasks_mail.deliver(waiting.pk)
    waiting.refresh_from_db()
    assert (waiting.status, waiting.error) == ("failed", "smtp_550")
    assert waiting.text  # staff can send it again


def test_after_the_last_attempt_it_has_failed(
    waiting: OutgoingMail, mailserver: MailServer
) -> None:
    mailserver.refuse = "451 try later"
    now = timezone.now()
    for attempt in range(len(mail.BACKOFF) + 1):
        assert OutgoingMail.objects.get().status == "waiting"
        with time_machine.travel(now + timedelta(days=attempt)):
            tasks_mail.deliver(waiting.pk)
    waiting.refresh_from_db()
    assert (waiting.status, waiting.attempts) == ("failed", len(mail.BACKOFF) + 1)


def test_no_server_at_all_is_a_failure_like_others(waiting: OutgoingMail, settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1  # nobody listens there
    tasks_mail.deliver(waiting.pk)
    waiting.refresh_from_db()
    assert (waiting.status, waiting.error) == ("waiting", "unreachable")


def test_staff_can_have_a_failed_mail_sent_again(
    waiting: OutgoingMail, mailserver: MailServer
) -> None:
    mailserver.refuse = "550 no"
    tasks_mail.deliver(waiting.pk)
    mailserver.refuse = ""
    waiting.refresh_from_db()
    mail.retry(waiting)
    tasks_mail.deliver(waiting.pk)
    assert len(mailserver.messages) == 1
    waiting.refresh_from_db()
    with pytest.raises(mail.NotSendable):
        mail.retry(waiting)


def test_what_a_dead_worker_held_is_sent_with_the_same_message_id(
    waiting: OutgoingMail, mailserver: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(self: object, **_values: object) -> int:
        raise SystemExit  # after the server took the mail, before the row says so

    with monkeypatch.context() as patch:
        patch.setattr("portal.lib.mail._record_success", die)
        with pytest.raises(SystemExit):
            tasks_mail.deliver(waiting.pk)
    tasks_mail.sweep()
    tasks_mail.deliver(waiting.pk)
    assert len(mailserver.messages) == 1  # the lease still holds
    OrmQ.objects.all().delete()
    with time_machine.travel(timezone.now() + mail.LEASE + timedelta(seconds=1)):
        tasks_mail.sweep()
        assert queued() == 1
        tasks_mail.deliver(waiting.pk)
    first, second = mailserver.messages
    assert first["Message-ID"] == second["Message-ID"]
    assert first["Message-ID"]


def test_a_mail_that_kills_every_worker_fails_in_the_end(waiting: OutgoingMail) -> None:
    OutgoingMail.objects.update(attempts=len(mail.BACKOFF) + 1, leased_until=timezone.now())
    with time_machine.travel(timezone.now() + timedelta(minutes=1)):
        tasks_mail.sweep()
    waiting.refresh_from_db()
    assert (waiting.status, waiting.error) == ("failed", "worker_died")
