"""Invariant 12: whatever people do to sign up and in, the logs say nothing about them."""

import logging
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts import actions
from accounts.models import AccessEvent, Organisation, User
from portal.lib import tasks_mail
from portal.lib.models import OutgoingMail
from tests.accounts import people
from tests.servers import MailServer

NEW = "new.person@paraphe.example"
NOT_OURS = ("mail.log", "django.db.backends", "django.template", "asyncio")
SAID = ["new.person", "alice", "Martin", people.PASSWORD, "127.0.0.1", "Étude"]


@pytest.fixture
def logs(caplog: pytest.LogCaptureFixture) -> Callable[[], str]:
    """Everything that was logged, but for what the mail server of the test says itself, and SQL:
    Django logs that in DEBUG alone.
    """
    caplog.set_level(logging.DEBUG)

    def written() -> str:
        ours = [record for record in caplog.records if not record.name.startswith(NOT_OURS)]
        return "\n".join(f"{record.name} {record.getMessage()}" for record in ours)

    return written


def test_signing_up_and_in(
    logs: Callable[[], str], mailserver: MailServer, alice: User, client: Client
) -> None:
    client.post("/account/signup/", {"email": NEW, "password1": people.PASSWORD})
    client.post("/account/confirm-email/", {"code": people.code_for(NEW)})
    client.post("/account/profile/", {"name": "Alice Martin", "country": "FR"})
    client.post("/account/logout/")
    client.post("/account/signup/", {"email": alice.email, "password1": people.PASSWORD})
    client.post("/account/login/", {"login": NEW, "password": "not the right sentence"})
    client.post("/account/login/", {"login": NEW, "password": people.PASSWORD})
    client.post("/account/logout/")
    client.post("/account/login/code/", {"email": NEW})
    client.post("/account/login/code/confirm/", {"code": people.code_for(NEW)})
    client.get("/account/no-such-page/")
    Client(enforce_csrf_checks=True).post("/account/login/", {"login": NEW})
    organisation = Organisation.objects.create(name="Étude Martin", reference="o")
    actions.join(organisation, person=alice, is_admin=True)
    actions.invite(organisation, email=NEW, is_admin=False, by=alice)
    for mail in OutgoingMail.objects.all():
        tasks_mail.deliver(mail.pk)
    mailserver.refuse = f"550 {NEW} does not live here"
    client.post("/account/password/reset/", {"email": NEW})
    for mail in OutgoingMail.objects.all():
        tasks_mail.deliver(mail.pk)
    written = logs()
    assert "not sent" in written  # or nothing would have been captured at all
    assert [said for said in SAID if said in written] == []


def test_a_refused_rule_and_a_look(logs: Callable[[], str], alice: User, sam: User) -> None:
    look: dict[str, Any] = {"by": sam, "kind": AccessEvent.Kind.PERSON_VIEWED}
    actions.look(alice, **look, reason="asked by telephone")
    with pytest.raises(actions.NamesSomebody) as named:
        actions.look(alice, **look, reason="Alice Martin called")
    assert "alice" not in str(named.value).lower()
    with pytest.raises(actions.AddressTaken) as refused:
        actions.claim_address("alice@paraphe.example", person=sam)
    assert "alice" not in str(refused.value)
    assert "alice" not in logs()


def test_rows_name_nobody_in_their_text(alice: User) -> None:
    """Such texts end up in errors and in logs."""
    address = alice.addresses.get()
    assert "alice" not in f"{alice} {address} {alice.pk!r}"
