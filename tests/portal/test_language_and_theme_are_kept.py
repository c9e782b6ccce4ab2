"""Two preferences, each set by a form, each leading back to the page it came from."""

import pytest
from django.test import Client

from accounts.models import User
from accounts.roles import Role
from portal.context import NAVIGATION, navigation

pytestmark = pytest.mark.django_db


def test_the_theme_is_kept_in_a_cookie_and_shown_by_the_page() -> None:
    client = Client()
    answer = client.post("/theme/", {"theme": "dark", "next": "/help/"})
    assert answer.headers["Location"] == "/help/"
    assert answer.cookies["regard_theme"]["httponly"]
    assert 'data-theme="dark"' in client.get("/help/").text
    client.post("/theme/", {"theme": "", "next": "/help/"})
    assert "data-theme" not in client.get("/help/").text


def test_a_theme_that_does_not_exist_is_not_kept() -> None:
    client = Client()
    client.post("/theme/", {"theme": '"><script>', "next": "/help/"})
    assert "data-theme" not in client.get("/help/").text
    client.cookies["regard_theme"] = '"><script>'
    assert "data-theme" not in client.get("/help/").text


@pytest.mark.parametrize("path", ["/theme/", "/language/"])
def test_a_form_leads_back_to_no_other_site(path: str) -> None:
    answer = Client().post(path, {"next": "https://elsewhere.example/", "language": "fr"})
    assert answer.headers["Location"] == "/"


def test_a_visitors_language_is_kept_in_a_cookie() -> None:
    client = Client()
    client.post("/language/", {"language": "fr", "next": "/help/"})
    assert '<html lang="fr"' in client.get("/help/").text


def test_a_language_we_do_not_speak_changes_nothing() -> None:
    person = User.objects.create_user("ines@paraphe.example", language="fr")
    client = Client()
    client.force_login(person)
    client.post("/language/", {"language": "de", "next": "/help/"})
    person.refresh_from_db()
    assert person.language == "fr"


def test_a_visitor_is_greeted() -> None:
    assert "See what your signed documents are used for" in Client().get("/").text


@pytest.mark.parametrize(
    ("role", "path", "label", "current"),
    [
        (Role.CUSTOMER, "/", "Home", "page"),
        (Role.CUSTOMER, "/documents/", "Documents", "page"),
        (Role.CUSTOMER, "/documents/abc/", "Documents", "true"),
        (Role.CUSTOMER, "/account/email/", "Account", "true"),
        (Role.SUPPORT, "/staff/people/", "People", "page"),
        (Role.SUPPORT, "/staff/requests/REF/", "Queue", "true"),
        (Role.DPO, "/dashboard/", "Dashboard", "page"),
    ],
)
def test_exactly_one_link_of_the_navigation_is_current(
    role: Role, path: str, label: str, current: str
) -> None:
    here = [item for item in navigation(NAVIGATION[role], path) if item.current]
    assert [(str(item.label), item.current) for item in here] == [(label, current)]


def test_no_link_is_current_on_a_page_outside_the_map() -> None:
    assert not [i for i in navigation(NAVIGATION[Role.CUSTOMER], "/help/") if i.current]
