"""Who works here and has no second factor is led to one and reaches nothing else."""

from collections.abc import Callable

import pytest
from allauth.mfa.models import Authenticator
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.models import User
from accounts.roles import Role
from tests.accounts import people

SET_UP = "/account/2fa/totp/activate/"
CLOSED = [
    "/",
    "/account/",
    "/account/email/",
    "/account/password/change/",
    "/account/2fa/recovery-codes/",
    "/help/",
    "/dashboard/",
]


@pytest.fixture
def newcomer(db: None) -> User:
    """Support, on the first day."""
    return people.make("new@regard.example", role=Role.SUPPORT)


@pytest.mark.parametrize("path", CLOSED)
def test_without_one_every_page_leads_to_setting_it_up(
    newcomer: User, signed_in: Callable[[User], Client], path: str
) -> None:
    answer = signed_in(newcomer).get(path)
    assert (answer.status_code, answer.get("location")) == (302, SET_UP)


def test_a_form_is_not_taken_either(newcomer: User, signed_in: Callable[[User], Client]) -> None:
    answer = signed_in(newcomer).post("/account/profile/", {"name": "Mallory"})
    newcomer.refresh_from_db()
    assert answer["location"] == SET_UP
    assert newcomer.name == ""


def test_they_can_set_one_up_sign_out_and_read_in_their_language(
    newcomer: User, signed_in: Callable[[User], Client]
) -> None:
    browser = people.confirm(signed_in(newcomer))
    assert browser.get(SET_UP).status_code == 200
    assert browser.get("/account/2fa/webauthn/add/").status_code == 200
    assert browser.get("/account/logout/").status_code == 200
    assert browser.post("/language/", {"language": "fr", "next": "/"})["location"] == "/"


@pytest.mark.django_db(transaction=True)
def test_setting_one_up_opens_the_door(signed_in: Callable[[User], Client]) -> None:
    newcomer = people.make("new@regard.example", role=Role.SUPPORT)
    browser = people.confirm(signed_in(newcomer))
    session = browser.session
    session["mfa.totp.secret"] = people.SECRET
    session.save()
    browser.post(SET_UP, {"code": people.app_code()})
    assert Authenticator.objects.filter(user=newcomer, type="totp").exists()
    assert browser.get("/account/").status_code == 200
    assert browser.get("/account/2fa/recovery-codes/").status_code == 200


def test_a_session_that_did_not_use_it_must_show_it(
    sam: User, signed_in: Callable[[User], Client]
) -> None:
    Authenticator.objects.filter(user=sam).delete()
    browser = signed_in(sam)
    people.with_app(sam)  # set up elsewhere, meanwhile
    shown = browser.get("/account/access/")
    assert shown["location"] == "/account/2fa/reauthenticate/?next=%2Faccount%2Faccess%2F"
    # A stolen password must not set up another factor, nor read the recovery codes.
    assert browser.get(SET_UP).status_code == 302
    assert browser.get("/account/2fa/recovery-codes/").status_code == 302
    back = browser.post(shown["location"], {"code": people.app_code()})
    assert back["location"] == "/account/access/"
    assert browser.get("/account/access/").status_code == 200


def test_taking_the_factor_away_closes_the_door_again(
    sam: User, signed_in: Callable[[User], Client]
) -> None:
    browser = signed_in(sam)
    assert browser.get("/account/").status_code == 200
    Authenticator.objects.filter(user=sam).delete()
    assert browser.get("/account/")["location"] == SET_UP


def test_customers_need_none(alice: User, signed_in: Callable[[User], Client]) -> None:
    assert signed_in(alice).get("/account/").status_code == 200


def test_a_command_makes_staff_who_come_in_by_code(client: Client) -> None:
    call_command("create_staff", "Zoe@Regard.example", role="dpo", name="Zoé Blanc")
    zoe = User.objects.get(email="zoe@regard.example")
    assert (zoe.role, zoe.has_usable_password()) == (Role.DPO, False)
    client.post("/account/login/code/", {"email": zoe.email})
    client.post("/account/login/code/confirm/", {"code": people.code_for("zoe@regard.example")})
    assert client.get("/account/")["location"] == SET_UP
    assert client.get(SET_UP).status_code == 200


def test_the_command_makes_an_existing_person_staff(alice: User) -> None:
    call_command("create_staff", alice.email, role="support")
    alice.refresh_from_db()
    assert (alice.role, alice.name) == (Role.SUPPORT, "Alice Martin")
    assert alice.check_password(people.PASSWORD)


def test_the_command_does_not_trust_a_password_of_an_unverified_account(client: Client) -> None:
    client.post("/account/signup/", {"email": "eve@x.example", "password1": people.PASSWORD})
    call_command("create_staff", "eve@x.example", role="support")
    assert not User.objects.get(email="eve@x.example").has_usable_password()


def test_the_command_wants_an_address(db: None) -> None:
    with pytest.raises(CommandError):
        call_command("create_staff", "nobody", role="support")
