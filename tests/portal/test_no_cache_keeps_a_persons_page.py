"""On a shared computer the back button, after signing out, shows nothing of the person."""

from typing import Any

import pytest
from django.test import Client

from tests.accounts import people

pytestmark = pytest.mark.django_db
OF_A_PERSON = ["/", "/documents/", "/history/", "/requests/", "/account/", "/account/access/",
               "/account/profile/", "/account/email/", "/account/sessions/", "/help/",
               "/requests/R-NONE/", "/nowhere/"]  # fmt: skip
OF_STAFF = ["/staff/", "/staff/people/", "/staff/outbox/", "/staff/events/", "/dashboard/"]


def directives(answer: Any) -> set[str]:
    return set(answer.headers.get("Cache-Control", "").split(", "))


@pytest.mark.parametrize("page", OF_A_PERSON)
def test_nothing_shown_to_a_customer_is_kept(client: Client, page: str) -> None:
    people.sign_in(client, people.make("ada@example.org"))
    assert {"private", "no-store"} <= directives(client.get(page))


@pytest.mark.parametrize("page", OF_STAFF)
def test_nothing_shown_to_staff_is_kept(client: Client, page: str) -> None:
    people.sign_in(client, people.with_app(people.make("dina@staff.example.org", role="dpo")))
    answer = client.get(page)
    assert answer.status_code == 200
    assert {"private", "no-store"} <= directives(answer)


def test_signing_in_and_out_is_kept_by_nobody_either(client: Client) -> None:
    ada = people.make("ada@example.org")
    signed_in = client.post("/account/login/", {"login": ada.email, "password": people.PASSWORD})
    assert "no-store" in directives(signed_in)
    signed_out = client.post("/account/logout/")
    assert "no-store" in directives(signed_out)
    assert signed_out.headers["Clear-Site-Data"] == '"cache"'


def test_what_says_how_long_it_may_be_kept_is_left_alone(client: Client) -> None:
    people.sign_in(client, people.make("ada@example.org"))
    assert directives(client.get("/.well-known/jwks.json")) == {"public", "max-age=3600"}


def test_a_stranger_sees_pages_that_belong_to_nobody(client: Client) -> None:
    answer = client.get("/help/")
    assert "no-store" not in directives(answer)
    assert "Clear-Site-Data" not in answer.headers
