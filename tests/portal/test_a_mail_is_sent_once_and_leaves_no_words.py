"""Outgoing mail: with the act or not at all, once, and emptied when it is sent."""

import threading
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django_q.models import OrmQ

from portal.lib import mail, tasks_mail
from portal.lib.models import OutgoingMail
from tests.servers import MailServer

TO = "alice@paraphe.example"


def send(key: str = "code:1", **more: Any) -> OutgoingMail:
    return mail.send(
        "account/login_code",
        to=TO,
        language="fr",
        key=key,
        context={"code": "ABCD-EFGH"} | more.pop("context", {}),
        **more,
    )


def test_a_mail_is_a_row_and_a_job_in_the_transaction_of_the_act(db: None) -> None:
    with transaction.atomic():
        send()
        transaction.set_rollback(True)
    assert not OutgoingMail.objects.exists()
    assert not OrmQ.objects.exists()
    sent = send()
    job = OrmQ.objects.get()
    assert job.func() == "portal.lib.tasks_mail.deliver"
    assert job.task["args"] == (sent.pk,)  # an id, and nothing about a person


def test_the_same_key_sends_once(db: None, mailserver: MailServer) -> None:
    first, second = send(), send(context={"code": "WXYZ-WXYZ"})
    assert first == second
    assert OrmQ.objects.count() == 1
    tasks_mail.deliver(first.pk)
    tasks_mail.deliver(first.pk)
    assert len(mailserver.messages) == 1


def test_the_message_says_the_same_in_text_and_html(db: None, mailserver: MailServer) -> None:
    tasks_mail.deliver(send(context={"code": "L'A & <B>"}).pk)
    [message] = mailserver.messages
    text, html = (part.get_content() for part in message.iter_parts())
    assert "L'A & <B>" in text
    assert "L&#x27;A &amp; &lt;B&gt;" in html
    assert '<html lang="fr">' in html
    assert message["To"] == TO
    assert message["Content-Language"] == "fr"
    assert message["Auto-Submitted"] == "auto-generated"
    assert "\n" not in message["Subject"]


def test_no_words_are_left_once_it_is_sent(db: None, mailserver: MailServer) -> None:
    sent = send()
    assert "ABCD-EFGH" in sent.text
    tasks_mail.deliver(sent.pk)
    sent.refresh_from_db()
    assert (sent.status, sent.subject, sent.text, sent.html) == ("sent", "", "", "")
    assert sent.sent_at


def test_the_database_refuses_a_sent_mail_with_words(db: None) -> None:
    sent = send()
    with pytest.raises(IntegrityError), transaction.atomic():
        OutgoingMail.objects.filter(pk=sent.pk).update(status="sent", sent_at=timezone.now())


def test_a_code_that_is_too_old_is_not_sent_and_is_deleted(
    db: None, mailserver: MailServer
) -> None:
    late = send(useful_for=timedelta(minutes=10))
    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        tasks_mail.deliver(late.pk)
        tasks_mail.sweep()
    late.refresh_from_db()
    assert (late.status, late.error, late.text) == ("failed", "expired", "")
    assert mailserver.messages == []


def test_rows_are_deleted_after_ninety_days(db: None) -> None:
    send()
    with time_machine.travel(timezone.now() + timedelta(days=89)):
        tasks_mail.delete_old()
    assert OutgoingMail.objects.exists()
    with time_machine.travel(timezone.now() + timedelta(days=91)):
        tasks_mail.delete_old()
    assert not OutgoingMail.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_send_one_message(mailserver: MailServer) -> None:
    waiting = send()
    start = threading.Barrier(4)

    def work() -> None:
        start.wait()
        tasks_mail.deliver(waiting.pk)
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(mailserver.messages) == 1
    waiting.refresh_from_db()
    assert waiting.attempts == 1
