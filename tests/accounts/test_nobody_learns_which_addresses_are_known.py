"""Sign-in, sign-up, reset and codes answer alike for an address we know and for one we do not."""

import re
from collections.abc import Callable
from typing import Any
from unittest import mock

import pytest
from django.contrib.auth.hashers import ScryptPasswordHasher
from django.test import Client

from accounts.models import User
from portal.lib.models import OutgoingMail
from tests.accounts import people

KNOWN, UNKNOWN = "alice@paraphe.example", "nobody@paraphe.example"


def asked(path: str, data: dict[str, str], email: str) -> tuple[Any, ...]:
    """Return everything that the asker can see, with the address itself blanked out."""
    client = Client()
    first = client.post(path, data)
    pages = [first]
    if first.status_code == 302:
        pages.append(client.get(first["location"]))
    return tuple((page.status_code, page.get("location"), seen(page, email)) for page in pages)


def seen(page: Any, email: str) -> str:
    text = page.content.decode().replace(email, "ADDRESS")
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", text)


FORMS = {
    "/account/login/": {"login": "", "password": "a sentence that is not right"},
    "/account/login/code/": {"email": ""},
    "/account/password/reset/": {"email": ""},
    "/account/signup/": {"email": "", "password1": people.PASSWORD},
}


@pytest.mark.parametrize("path", FORMS)
def test_the_answer_is_the_same(alice: User, path: str) -> None:
    answers = []
    for email in (KNOWN, UNKNOWN):
        data = {name: value or email for name, value in FORMS[path].items()}
        answers.append(asked(path, data, email))
    assert answers[0] == answers[1]


@pytest.mark.parametrize("path", FORMS)
def test_the_same_number_of_mails_is_written_in_the_request(alice: User, path: str) -> None:
    for email in (KNOWN, UNKNOWN):
        OutgoingMail.objects.all().delete()
        Client().post(path, {name: value or email for name, value in FORMS[path].items()})
        expected = 0 if path == "/account/login/" else 1
        assert [mail.to for mail in OutgoingMail.objects.all()] == [email] * expected


@pytest.mark.usefixtures("real_password_hashes")
@pytest.mark.parametrize("path", ["/account/login/", "/account/signup/"])
def test_as_many_passwords_are_hashed(alice: User, path: str) -> None:
    counts = []
    for email in (KNOWN, UNKNOWN):
        data = {name: value or email for name, value in FORMS[path].items()}
        with mock.patch.object(
            ScryptPasswordHasher, "encode", autospec=True, side_effect=ScryptPasswordHasher.encode
        ) as hashing:
            Client().post(path, data)
        counts.append(hashing.call_count)
    assert counts[0] == counts[1] == 1


def test_the_owner_is_told_that_somebody_tried_to_sign_up(client: Client, alice: User) -> None:
    client.post("/account/signup/", {"email": KNOWN, "password1": people.PASSWORD})
    assert people.mails(KNOWN)[-1].template == "account/account_already_exists"
    assert User.objects.count() == 1


def test_adding_somebody_elses_address_looks_like_adding_a_free_one(
    alice: User, bruno: User, signed_in: Callable[[User], Client]
) -> None:
    answers = []
    for email in (KNOWN, UNKNOWN):
        browser = people.confirm(signed_in(bruno))
        added = browser.post("/account/email/", {"action_add": "", "email": email})
        page = browser.get(added["location"])
        answers.append((added.status_code, added["location"], seen(page, email)))
    assert answers[0] == answers[1]
    assert people.mails(KNOWN)[-1].template == "account/account_already_exists"
    assert not bruno.addresses.filter(email=KNOWN).exists()


def test_the_code_page_of_a_foreign_address_accepts_nothing(
    alice: User, bruno: User, signed_in: Callable[[User], Client]
) -> None:
    browser = people.confirm(signed_in(bruno))
    browser.post("/account/email/", {"action_add": "", "email": KNOWN})
    browser.post("/account/confirm-email/", {"code": "AAAA-AAAA"})
    alice.refresh_from_db()
    assert alice.addresses.get().email == KNOWN
