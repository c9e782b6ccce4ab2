"""Tick three, see what would change, refuse, take back: pointer, keyboard, no script, telephone."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache

from consents import permits
from consents.models import ChoiceEvent
from tests.consents.pages.conftest import Shop, can_sign_in
from tests.e2e import visits

REFERENCES = ["ref:0", "ref:1", "ref:2", "ref:3"]


@pytest.fixture
def shop(transactional_db: None) -> Shop:
    """Ada can sign in and has four open documents with Ben."""
    cache.clear()
    shop = Shop()
    can_sign_in(shop.ada)
    shop.allow(shop.ada)
    shop.allow(shop.ben)
    for number in range(4):
        shop.document(f"Lease {number}", shop.ada, shop.ben)
    return shop


def tick(page: Any, live: str, path: str = "/documents/") -> None:
    """Tick the first three documents and go on."""
    page.goto(f"{live}{path}")
    for number in range(3):
        page.locator("input[name=document]").nth(number).check()
    page.locator("#selection button").first.click()
    page.wait_for_url("**/documents/selection/**")


def open_now() -> int:
    return len(permits.allowed(REFERENCES, "ai-training"))


def test_three_are_refused_and_taken_back(
    live: str, chromium: Callable[..., Any], axe: Callable[[Any], None], shop: Shop
) -> None:
    page, complaints = visits.watched(chromium(locale="en-GB"))
    visits.sign_in(page, live, str(shop.ada.email))
    complaints.clear()
    page.goto(f"{live}/documents/")
    visits.inspect(page, axe)
    tick(page, live)
    assert page.get_by_text("3 documents change from allowed to not allowed").is_visible()
    visits.inspect(page, axe)
    page.get_by_role("button", name="Refuse for these documents").click()
    page.get_by_role("heading", level=1, name="You refused for 3 documents.").wait_for()
    assert open_now() == 1
    visits.inspect(page, axe)
    page.get_by_role("button", name="Take it back").click()
    page.get_by_text("Taken back").wait_for()
    assert open_now() == 4
    visits.inspect(page, axe)
    page.goto(f"{live}/purposes/ai-training/exceptions/")
    visits.inspect(page, axe)
    assert complaints == []


def test_by_keyboard_alone(live: str, chromium: Callable[..., Any], shop: Shop) -> None:
    page = chromium(locale="en-GB").new_page()
    visits.sign_in(page, live, str(shop.ada.email))
    page.goto(f"{live}/documents/")
    page.locator("input[name=document]").first.focus()
    page.keyboard.press("Space")
    page.locator("#selection button").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/documents/selection/**")
    button = page.get_by_role("button", name="Refuse for these documents")
    for _ in range(60):
        page.keyboard.press("Tab")
        if button.evaluate("one => one === document.activeElement"):
            break
    page.keyboard.press("Enter")
    page.get_by_role("heading", level=1, name="You refused for 1 document.").wait_for()
    assert ChoiceEvent.objects.filter(batch__isnull=False).count() == 1


def test_without_script_on_a_telephone_in_french(
    live: str, chromium: Callable[..., Any], shop: Shop
) -> None:
    narrow = {"width": 375, "height": 800}
    page = chromium(locale="fr-FR", viewport=narrow, java_script_enabled=False).new_page()
    visits.sign_in(page, live, str(shop.ada.email))
    tick(page, live, "/documents/by-purpose/")
    for path in ("", "done"):
        assert page.locator("html").get_attribute("lang") == "fr"
        if not path:
            visits.press(page, page.locator("button[value=refuse]"))
    page.wait_for_url("**/documents/selection/*-*/")
    assert open_now() == 1
    visits.press(page, page.locator("form[action$='undo/'] button"))
    assert open_now() == 4


@pytest.mark.parametrize("width", [375, 320])
def test_nothing_scrolls_sideways(
    live: str, chromium: Callable[..., Any], shop: Shop, width: int
) -> None:
    viewport = {"width": width, "height": 800}
    page = chromium(locale="fr-FR", viewport=viewport).new_page()
    visits.sign_in(page, live, str(shop.ada.email))
    page.goto(f"{live}/documents/")
    visits.require_reflow(page)
    tick(page, live)
    for summary in page.locator("summary").all():
        summary.click()
    visits.require_reflow(page)
    page.locator("button[value=refuse]").click()
    page.wait_for_url("**/documents/selection/*-*/")
    visits.require_reflow(page)
    page.goto(f"{live}/history/")
    visits.require_reflow(page)
