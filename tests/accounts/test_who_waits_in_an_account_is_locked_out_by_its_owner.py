"""Signing up with somebody else's address gives no way into what its owner proves later."""

import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.test import Client

from accounts.actions import employ
from accounts.models import Address, User
from accounts.proven import person_for_proven_address
from accounts.roles import Role
from tests.accounts import people

VICTIM = "nora@paraphe.example"

pytestmark = pytest.mark.django_db


@pytest.fixture
def squatter() -> User:
    """An account with a password and a single sign-on of whoever made it, never confirmed."""
    Client().post("/account/signup/", {"email": VICTIM, "password1": people.PASSWORD})
    person = User.objects.get(email=VICTIM)
    SocialAccount.objects.create(user=person, provider="work", uid="u-666")
    return person


def sign_in_by_code(client: Client) -> Client:
    client.post("/account/login/code/", {"email": VICTIM})
    client.post("/account/login/code/confirm/", {"code": people.code_for(VICTIM)})
    return client


def is_locked_out(person: User) -> bool:
    attacker = Client()
    attacker.post("/account/login/", {"login": VICTIM, "password": people.PASSWORD})
    person.refresh_from_db()
    inside = "_auth_user_id" in attacker.session or person.has_usable_password()
    return not inside and not SocialAccount.objects.exists()


def test_by_a_code_to_sign_in(client: Client, squatter: User) -> None:
    assert sign_in_by_code(client).get("/account/").status_code == 200
    assert Address.objects.get(email=VICTIM).person == squatter
    assert is_locked_out(squatter)


def test_by_a_code_to_reset_the_password(client: Client, squatter: User) -> None:
    client.post("/account/password/reset/", {"email": VICTIM})
    client.post("/account/password/reset/confirm/", {"code": people.code_for(VICTIM)})
    assert Address.objects.get(email=VICTIM).person == squatter
    assert is_locked_out(squatter)


def test_by_the_code_of_a_signers_link(squatter: User) -> None:
    address = Address.objects.get_or_create(email=VICTIM)[0]
    assert person_for_proven_address(address, language="en") == squatter
    assert is_locked_out(squatter)


def test_by_being_employed(squatter: User) -> None:
    assert employ(VICTIM, role=Role.SUPPORT) == squatter
    assert is_locked_out(squatter)


def test_who_confirms_their_own_sign_up_keeps_the_password(client: Client) -> None:
    client.post("/account/signup/", {"email": VICTIM, "password1": people.PASSWORD})
    client.post("/account/confirm-email/", {"code": people.code_for(VICTIM)})
    assert User.objects.get(email=VICTIM).check_password(people.PASSWORD)


def test_a_later_code_takes_nothing_away(client: Client) -> None:
    person = people.make(VICTIM)
    SocialAccount.objects.create(user=person, provider="work", uid="u-1")
    sign_in_by_code(client)
    person.refresh_from_db()
    assert person.check_password(people.PASSWORD)
    assert SocialAccount.objects.exists()
    assert EmailAddress.objects.get(user=person).verified
