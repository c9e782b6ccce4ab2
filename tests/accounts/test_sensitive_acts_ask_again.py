"""Re-authentication: by password, by the second factor, or else by a fresh code."""

import time
from collections.abc import Callable

import pytest
import time_machine
from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path

from accounts.models import User
from accounts.reauthentication import reauthentication_required
from portal.urls import urlpatterns as whole_map
from tests.accounts import people


@reauthentication_required
def erase_everything(request: HttpRequest) -> HttpResponse:
    """Stand for a sensitive act."""
    return HttpResponse(f"done: {request.POST.get('what', '')}")


urlpatterns = [*whole_map, path("sensitive/", erase_everything)]
pytestmark = pytest.mark.urls(__name__)


def age(browser: Client, seconds: int) -> None:
    """Make the sign-in of this session older."""
    session = browser.session
    for record in session[AUTHENTICATION_METHODS_SESSION_KEY]:
        record["at"] -= seconds
        record.pop("reauthenticated", None)
    session.save()


def test_a_fresh_password_goes_on_with_the_form_that_was_sent(
    alice: User, signed_in: Callable[[User], Client]
) -> None:
    browser = signed_in(alice)
    asked = browser.post("/sensitive/", {"what": "all of it"})
    assert asked["location"].startswith("/account/reauthenticate/?next=")
    done = browser.post(asked["location"], {"password": people.PASSWORD, "next": "/sensitive/"})
    assert done.content == b"done: all of it"


def test_a_wrong_password_does_not(alice: User, signed_in: Callable[[User], Client]) -> None:
    browser = signed_in(alice)
    asked = browser.get("/sensitive/")
    browser.post(asked["location"], {"password": "another sentence", "next": "/sensitive/"})
    assert browser.get("/sensitive/").status_code == 302


def test_it_holds_for_ten_minutes(alice: User, signed_in: Callable[[User], Client]) -> None:
    browser = signed_in(alice)
    browser.post("/account/reauthenticate/", {"password": people.PASSWORD})
    assert browser.get("/sensitive/").status_code == 200
    with time_machine.travel(time.time() + 601):
        assert browser.get("/sensitive/").status_code == 302


@pytest.fixture
def chloe(db: None) -> User:
    """A person without a password, who signs in by codes."""
    person = people.make("chloe@paraphe.example")
    person.set_unusable_password()
    person.save()
    return person


@pytest.fixture
def browser(client: Client, chloe: User) -> Client:
    """Chloé, signed in."""
    client.post("/account/login/code/", {"email": chloe.email})
    client.post("/account/login/code/confirm/", {"code": people.code_for(chloe.email or "")})
    return client


def test_who_has_neither_just_signed_in(browser: Client) -> None:
    assert browser.get("/sensitive/").status_code == 200


def test_who_has_neither_is_sent_a_code_later(browser: Client, chloe: User) -> None:
    age(browser, 601)
    asked = browser.post("/sensitive/", {"what": "mine"})
    assert asked["location"].startswith("/account/confirm/?next=")
    page = browser.post(asked["location"])
    assert "chloe@paraphe.example" in page.content.decode()
    wrong = browser.post(asked["location"], {"code": "AAAA-AAAA"})
    assert wrong.status_code == 200
    code = people.code_for("chloe@paraphe.example")
    done = browser.post(asked["location"], {"code": code.lower()})
    assert done.content == b"done: mine"


def test_that_code_works_once_and_three_wrong_ones_spoil_it(browser: Client, chloe: User) -> None:
    age(browser, 601)
    browser.post("/account/confirm/")
    code = people.code_for("chloe@paraphe.example")
    for _attempt in range(3):
        browser.post("/account/confirm/", {"code": "AAAA-AAAA"})
    browser.post("/account/confirm/", {"code": code})
    assert browser.get("/sensitive/").status_code == 302


def test_allauths_own_pages_ask_such_a_person_too(browser: Client) -> None:
    age(browser, 601)
    answer = browser.post("/account/email/", {"action_add": "", "email": "x@paraphe.example"})
    assert answer["location"].startswith("/account/confirm/")


def test_the_code_is_not_for_who_has_a_password(
    alice: User, signed_in: Callable[[User], Client]
) -> None:
    answer = signed_in(alice).post("/account/confirm/")
    assert answer["location"] == "/account/reauthenticate/"


def test_the_session_holds_no_code_in_clear(browser: Client, chloe: User) -> None:
    age(browser, 601)
    browser.post("/account/confirm/")
    code = people.code_for("chloe@paraphe.example")
    assert code not in str(dict(browser.session.items()))
