"""Sign-in by password and by code, with and without a second factor."""

from collections.abc import Callable
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.test import Client

from accounts.models import User
from tests.accounts import people


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def test_a_password_signs_in(client: Client, alice: User) -> None:
    client.post("/account/login/", {"login": "Alice@Paraphe.example", "password": people.PASSWORD})
    assert is_in(client)


def test_a_wrong_password_does_not(client: Client, alice: User) -> None:
    client.post("/account/login/", {"login": alice.email, "password": "another sentence"})
    assert not is_in(client)


def test_a_code_by_mail_signs_in_once(client: Client, alice: User) -> None:
    client.post("/account/login/code/", {"email": alice.email})
    code = people.code_for("alice@paraphe.example")
    client.post("/account/login/code/confirm/", {"code": code})
    assert is_in(client)
    client.post("/account/logout/")
    client.post("/account/login/code/confirm/", {"code": code})
    assert not is_in(client)


def test_a_wrong_code_does_not(client: Client, alice: User) -> None:
    client.post("/account/login/code/", {"email": alice.email})
    for _attempt in range(4):
        client.post("/account/login/code/confirm/", {"code": "AAAA-AAAA"})
    client.post("/account/login/code/confirm/", {"code": people.code_for(alice.email or "")})
    assert not is_in(client)


def test_the_mail_speaks_the_language_of_the_account(client: Client, alice: User) -> None:
    client.post("/account/login/code/", {"email": alice.email}, headers={"accept-language": "en"})
    assert people.mails("alice@paraphe.example")[-1].language == "fr"


def test_who_has_an_app_needs_it_after_the_password(client: Client, sam: User) -> None:
    client.post("/account/login/", {"login": sam.email, "password": people.PASSWORD})
    assert not is_in(client)
    client.post("/account/2fa/authenticate/", {"code": people.app_code()})
    assert is_in(client)


def test_who_has_an_app_needs_it_after_a_code_by_mail(client: Client, sam: User) -> None:
    client.post("/account/login/code/", {"email": sam.email})
    client.post("/account/login/code/confirm/", {"code": people.code_for("sam@regard.example")})
    assert not is_in(client)
    client.post("/account/2fa/authenticate/", {"code": people.app_code()})
    assert is_in(client)


def test_a_code_of_the_app_works_once(sam: User, signed_in: Callable[[User], Client]) -> None:
    assert is_in(signed_in(sam))
    assert not is_in(signed_in(sam))  # the same half minute, the same code


def test_a_recovery_code_stands_in_for_a_lost_app_once(sam: User) -> None:
    code = RecoveryCodes.activate(sam).get_unused_codes()[0]
    for expected in (True, False):
        browser = Client()
        browser.post("/account/login/", {"login": sam.email, "password": people.PASSWORD})
        browser.post("/account/2fa/authenticate/", {"code": code})
        assert is_in(browser) is expected


def test_a_password_is_reset_with_a_code_and_other_sessions_end(
    client: Client, alice: User, signed_in: Callable[[User], Client]
) -> None:
    elsewhere = signed_in(alice)
    client.post("/account/password/reset/", {"email": alice.email})
    client.post(
        "/account/password/reset/confirm/", {"code": people.code_for("alice@paraphe.example")}
    )
    new = {"password1": "quite another long sentence", "password2": "quite another long sentence"}
    client.post("/account/password/reset/complete/", new)
    alice.refresh_from_db()
    assert alice.check_password("quite another long sentence")
    assert elsewhere.get("/account/").status_code == 302


def test_the_secret_of_an_app_is_sealed_in_the_database(sam: User) -> None:
    stored: dict[str, Any] = Authenticator.objects.get(user=sam).data
    assert people.SECRET not in str(stored)


def test_a_session_can_be_ended_from_another(
    alice: User, signed_in: Callable[[User], Client]
) -> None:
    here, there = signed_in(alice), signed_in(alice)
    assert here.get("/account/sessions/").status_code == 200
    here.post("/account/sessions/")
    assert there.get("/account/").status_code == 302
    assert here.get("/account/").status_code == 200
