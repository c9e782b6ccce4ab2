"""The whole way of a mail: page, row, queue, worker, mail server."""

from typing import Any

import pytest
from django.test import Client

from portal.lib.models import OutgoingMail
from tests.accounts import people
from tests.servers import MailServer, wait_until


@pytest.mark.django_db(transaction=True)
def test_a_code_is_delivered_and_forgotten(worker: Any, mailserver: MailServer) -> None:
    alice = people.make("alice@paraphe.example")
    Client().post("/account/login/code/", {"email": alice.email})
    wait_until(lambda: mailserver.to("alice@paraphe.example"))
    [message] = mailserver.to("alice@paraphe.example")
    assert "code" in message["Subject"]
    wait_until(lambda: OutgoingMail.objects.get().status == "sent")
    assert OutgoingMail.objects.get().text == ""
