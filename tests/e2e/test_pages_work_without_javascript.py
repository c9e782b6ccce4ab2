"""Menu, language and theme are forms and HTML; no script takes part."""

from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import User
from tests.accounts import people
from tests.e2e import visits


def test_the_menu_opens_on_a_narrow_screen(live: str, chromium: Callable[..., Any]) -> None:
    people.make("ines@paraphe.example")
    context = chromium(java_script_enabled=False, viewport={"width": 375, "height": 700})
    page = context.new_page()
    visits.sign_in(page, live, "ines@paraphe.example")
    page.goto(f"{live}/account/email/")
    link = page.get_by_role("link", name="My requests")
    assert not link.is_visible()
    page.get_by_role("button", name="Menu").click()
    assert link.is_visible()
    visits.press(page, page.get_by_role("button", name="Sign out"))
    assert page.get_by_role("link", name="Sign in").first.is_visible()


def test_the_language_of_the_pages_changes_and_is_remembered(
    live: str, chromium: Callable[..., Any]
) -> None:
    person = people.make("ines@paraphe.example")
    page = chromium(java_script_enabled=False, locale="en-GB").new_page()
    visits.sign_in(page, live, "ines@paraphe.example")
    page.goto(f"{live}/account/email/")
    visits.press(page, page.get_by_role("button", name="Français"))
    assert page.url == f"{live}/account/email/"
    assert page.locator("html").get_attribute("lang") == "fr"
    assert User.objects.get(pk=person.pk).language == "fr"


@pytest.mark.parametrize(("name", "dark"), [("Light", False), ("Dark", True)])
def test_the_theme_is_the_persons_choice_and_not_the_devices(
    name: str, dark: bool, live: str, chromium: Callable[..., Any]
) -> None:
    context = chromium(java_script_enabled=False, color_scheme="light" if dark else "dark")
    page = context.new_page()
    page.goto(f"{live}/help/")

    def is_dark() -> bool:
        colour = page.locator("body").evaluate("e => getComputedStyle(e).backgroundColor")
        return int(colour.partition("(")[2].split(",")[0]) < 128

    assert is_dark() is not dark
    visits.press(page, page.get_by_role("button", name=name, exact=True))
    assert page.url == f"{live}/help/"
    assert is_dark() is dark
    assert page.get_by_role("button", name=name, pressed=True).is_visible()
    visits.press(page, page.get_by_role("button", name="As my device"))
    assert is_dark() is not dark


def test_a_passkey_is_not_offered_where_it_cannot_work(
    live: str, chromium: Callable[..., Any]
) -> None:
    page = chromium(java_script_enabled=False).new_page()
    page.goto(f"{live}/account/login/")
    assert page.get_by_role("link", name="Send me a code by e-mail").is_visible()
    assert not page.get_by_role("button", name="Use a passkey").is_visible()
