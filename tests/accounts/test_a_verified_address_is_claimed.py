"""Whichever way an address is verified, what lies under it becomes the person's."""

from collections.abc import Callable

import pytest
from allauth.account.models import EmailAddress
from django.test import Client

from accounts import actions
from accounts.models import Address, User
from tests.accounts import people

NEW = "new@paraphe.example"
SIGNUP = {"email": NEW, "password1": people.PASSWORD}


def owner(email: str) -> User | None:
    return Address.objects.select_related("person").get(email=email).person


def unverified(client: Client) -> None:
    """Sign up and do not enter the code."""
    actions.address_for(NEW)  # a party of a document, known before the person came
    client.post("/account/signup/", SIGNUP)
    assert owner(NEW) is None


def test_by_the_code_of_the_sign_up(client: Client) -> None:
    unverified(client)
    client.post("/account/confirm-email/", {"code": people.code_for(NEW)})
    assert owner(NEW) == User.objects.get(email=NEW)
    assert client.get("/account/").status_code == 200


def test_by_a_code_to_sign_in(client: Client) -> None:
    unverified(Client())
    client.post("/account/login/code/", {"email": NEW})
    client.post("/account/login/code/confirm/", {"code": people.code_for(NEW)})
    assert owner(NEW) == User.objects.get(email=NEW)


def test_by_a_code_to_reset_the_password(client: Client) -> None:
    unverified(Client())
    client.post("/account/password/reset/", {"email": NEW})
    client.post("/account/password/reset/confirm/", {"code": people.code_for(NEW)})
    assert owner(NEW) == User.objects.get(email=NEW)


def test_by_adding_a_second_address(alice: User, signed_in: Callable[[User], Client]) -> None:
    second = "alice@home.example"
    browser = people.confirm(signed_in(alice))
    browser.post("/account/email/", {"action_add": "", "email": "Alice@Home.example"})
    browser.post("/account/confirm-email/", {"code": people.code_for(second)})
    assert owner(second) == alice
    assert owner("alice@paraphe.example") == alice
    assert alice.addresses.count() == 2
    assert [a.email for a in EmailAddress.objects.filter(user=alice, primary=True)] == [alice.email]


def test_by_a_row_that_a_command_writes(alice: User) -> None:
    EmailAddress.objects.create(user=alice, email="third@paraphe.example", verified=True)
    assert owner("third@paraphe.example") == alice


def test_an_address_removed_from_sign_in_stays_the_persons(
    alice: User, signed_in: Callable[[User], Client]
) -> None:
    EmailAddress.objects.create(user=alice, email="old@paraphe.example", verified=True)
    browser = people.confirm(signed_in(alice))
    browser.post("/account/email/", {"action_remove": "", "email": "old@paraphe.example"})
    assert not EmailAddress.objects.filter(email="old@paraphe.example").exists()
    assert owner("old@paraphe.example") == alice


def test_whoever_proves_a_claimed_address_later_is_refused_after_the_proof(
    client: Client, alice: User
) -> None:
    actions.claim_address(NEW, person=alice)  # alice no longer signs in with it
    client.post("/account/signup/", SIGNUP)
    refused = client.post("/account/confirm-email/", {"code": people.code_for(NEW)})
    assert refused.status_code == 409
    assert owner(NEW) == alice
    assert not EmailAddress.objects.filter(email=NEW, verified=True).exists()
    assert "_auth_user_id" not in client.session


def test_two_people_cannot_claim_one_address(alice: User, bruno: User) -> None:
    actions.claim_address(NEW, person=alice)
    with pytest.raises(actions.AddressTaken):
        actions.claim_address(NEW, person=bruno)
