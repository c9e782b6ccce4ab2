"""What a person says about themselves is obeyed from the next page on."""

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import User


def test_language_zone_and_country_are_saved_and_obeyed(
    bruno: User, signed_in: Callable[[User], Client]
) -> None:
    browser = signed_in(bruno)
    said = {"name": "Bruno K.", "language": "fr", "time_zone": "Asia/Tokyo", "country": "DE"}
    assert browser.post("/account/profile/", said)["location"] == "/account/profile/"
    bruno.refresh_from_db()
    assert (bruno.name, bruno.language) == ("Bruno K.", "fr")
    assert (bruno.time_zone, bruno.country) == ("Asia/Tokyo", "DE")
    page = browser.get("/account/").content.decode()
    assert '<html lang="fr"' in page
    assert "Allemagne" in page


def test_everything_may_stay_empty(alice: User, signed_in: Callable[[User], Client]) -> None:
    nothing = {"name": "", "language": "", "time_zone": "", "country": ""}
    assert signed_in(alice).post("/account/profile/", nothing).status_code == 302
    alice.refresh_from_db()
    assert (alice.language, alice.time_zone, alice.country) == ("", "", "")


@pytest.mark.parametrize(
    "wrong", [{"language": "xx"}, {"time_zone": "Mars/Olympus"}, {"country": "EU"}]
)
def test_what_does_not_exist_is_refused(
    alice: User, signed_in: Callable[[User], Client], wrong: dict[str, str]
) -> None:
    assert signed_in(alice).post("/account/profile/", wrong).status_code == 200


def test_the_language_switch_is_remembered(
    bruno: User, signed_in: Callable[[User], Client]
) -> None:
    signed_in(bruno).post("/language/", {"language": "fr", "next": "/account/"})
    bruno.refresh_from_db()
    assert bruno.language == "fr"


def test_signing_up_keeps_the_language_of_the_page(client: Client) -> None:
    form = {"email": "new@paraphe.example", "password1": "a long sentence of four words"}
    client.post("/account/signup/", form, headers={"accept-language": "fr"})
    assert User.objects.get(email="new@paraphe.example").language == "fr"


def test_countries_are_named_and_sorted_in_the_language_of_the_page(
    alice: User, signed_in: Callable[[User], Client]
) -> None:
    page = signed_in(alice).get("/account/profile/").content.decode()
    assert page.index("Équateur") < page.index("Estonie") < page.index("États-Unis")
    assert "Union européenne" not in page


def test_the_overview_shows_the_person_and_nobody_else(
    alice: User, bruno: User, signed_in: Callable[[User], Client]
) -> None:
    page = signed_in(alice).get("/account/").content.decode()
    assert "alice@paraphe.example" in page
    assert "bruno@paraphe.example" not in page


@pytest.mark.parametrize("path", ["/account/", "/account/profile/", "/account/access/"])
def test_a_stranger_is_asked_to_sign_in(client: Client, db: None, path: str) -> None:
    assert client.get(path)["location"].startswith("/account/login/")
