"""Rate limits: a page with status 429, and never a way to lock somebody out for good."""

import pytest
from django.test import Client

from accounts.models import User
from tests.accounts import people

WRONG = "not the right sentence"


def enter(client: Client, email: str, password: str) -> int:
    return client.post("/account/login/", {"login": email, "password": password}).status_code


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


@pytest.mark.parametrize(("path", "limit"), [("/account/login/", 30), ("/account/signup/", 20)])
def test_one_network_address_is_stopped(client: Client, path: str, limit: int) -> None:
    answers = [client.post(path, {}).status_code for _ in range(limit + 1)]
    assert answers == [200] * limit + [429]
    stopped = client.post(path, {})
    assert "<h1" in stopped.content.decode()


def test_a_password_cannot_be_guessed_from_many_addresses(alice: User) -> None:
    for number in range(5):
        enter(Client(REMOTE_ADDR=f"192.0.2.{number}"), alice.email or "", WRONG)
    late = Client(REMOTE_ADDR="192.0.2.99")
    enter(late, alice.email or "", people.PASSWORD)
    assert not is_in(late)


def test_whoever_is_attacked_still_comes_in_by_code(client: Client, alice: User) -> None:
    for _try in range(6):
        enter(Client(REMOTE_ADDR="192.0.2.1"), alice.email or "", WRONG)
    client.post("/account/login/code/", {"email": alice.email})
    client.post("/account/login/code/confirm/", {"code": people.code_for(alice.email or "")})
    assert is_in(client)


def test_nobody_is_flooded_with_codes(alice: User) -> None:
    answers = [
        Client(REMOTE_ADDR=f"192.0.2.{number}")
        .post("/account/login/code/", {"email": alice.email})
        .status_code
        for number in range(4)
    ]
    assert answers == [302, 302, 302, 200]  # the form again, with the reason
    assert len(people.mails(alice.email or "")) == 3


def test_behind_a_proxy_the_address_is_what_the_proxy_says(settings: object) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1  # type: ignore[attr-defined]
    # What a client claims of itself stands before what our own proxy adds.
    forged = [Client(headers={"x-forwarded-for": f"10.0.0.{n}, 192.0.2.7"}) for n in range(21)]
    answers = [client.post("/account/signup/", {}).status_code for client in forged]
    assert answers == [200] * 20 + [429]
