"""The switch by keyboard, with a pointer, without JavaScript, offline; on a telephone."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache

from accounts.models import User
from consents import permits
from consents.models import ChoiceEvent, Document
from tests.consents.pages.conftest import Shop, can_sign_in
from tests.e2e import visits

NOT_USED, MAY_BE_USED = "not used", "may be used"


@pytest.fixture
def shop(transactional_db: None) -> Shop:
    """Ada can sign in and has a lease together with Ben."""
    cache.clear()
    shop = Shop()
    can_sign_in(shop.ada)
    shop.document("Lease", shop.ada, shop.ben)
    return shop


def at_home(page: Any, live: str, person: User) -> Any:
    """Sign in and go to the first page."""
    visits.sign_in(page, live, str(person.email))
    page.goto(f"{live}/")
    return page


def decisive(page: Any) -> str:
    """Return the decisive words of the page's sentence."""
    return str(page.locator("h1 strong").inner_text())


def test_with_a_pointer_the_page_stays_and_everything_on_it_agrees(
    live: str, chromium: Callable[..., Any], axe: Callable[[Any], None], shop: Shop
) -> None:
    page, complaints = visits.watched(chromium(locale="en-GB"))
    at_home(page, live, shop.ada)
    complaints.clear()
    page.evaluate("window.stayed = true")
    page.get_by_role("button", name="Refuse AI training").click()
    saved = page.get_by_role("status").filter(has_text="Saved")
    saved.wait_for()
    assert decisive(page) == NOT_USED
    page.get_by_role("button", name="Allow AI training").click()
    page.get_by_role("button", name="Refuse AI training").wait_for()
    assert decisive(page) == MAY_BE_USED
    assert saved.is_visible()
    assert page.evaluate("window.stayed"), "only a part of the page was replaced"
    assert [event.act for event in ChoiceEvent.objects.order_by("id")] == [
        "consent_refused",
        "consent_given",
    ]
    visits.inspect(page, axe)
    assert complaints == []


def test_by_keyboard_the_focus_stays_on_the_control(
    live: str, chromium: Callable[..., Any], shop: Shop
) -> None:
    page = at_home(chromium(locale="en-GB").new_page(), live, shop.ada)
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent") == "Allow AI training":
            break
    for verb, words in (("Refuse AI training", MAY_BE_USED), ("Allow AI training", NOT_USED)):
        page.keyboard.press("Enter" if words == MAY_BE_USED else "Space")
        page.locator("h1 strong", has_text=words).wait_for()
        assert page.evaluate("document.activeElement.textContent") == verb
        named = page.evaluate("document.activeElement.getAttribute('aria-describedby')")
        assert "AI model training" in page.locator(f"#{named}").inner_text()


def test_without_javascript_it_is_as_many_steps(
    live: str, chromium: Callable[..., Any], shop: Shop
) -> None:
    page = at_home(chromium(java_script_enabled=False, locale="en-GB").new_page(), live, shop.ada)
    visits.press(page, page.get_by_role("button", name="Allow AI training"))
    assert decisive(page) == MAY_BE_USED
    assert "Saved" in page.get_by_role("status").all_inner_texts()[0]
    visits.press(page, page.get_by_role("button", name="Refuse AI training"))
    assert decisive(page) == NOT_USED
    assert page.url.startswith(f"{live}/#")


def test_when_the_line_drops_nothing_seems_saved(
    live: str, chromium: Callable[..., Any], shop: Shop
) -> None:
    context = chromium(locale="en-GB")
    page = at_home(context.new_page(), live, shop.ada)
    context.set_offline(True)
    page.get_by_role("button", name="Refuse AI training").click()
    page.locator("h1.sentence").wait_for(state="detached")
    assert ChoiceEvent.objects.count() == 0
    context.set_offline(False)
    page.goto(f"{live}/")
    assert "Saved" not in page.locator("main").inner_text()


def test_a_form_that_is_too_old_gets_its_page_also_through_htmx(
    live: str, chromium: Callable[..., Any], shop: Shop
) -> None:
    context = chromium(locale="en-GB")
    page = at_home(context.new_page(), live, shop.ada)
    context.clear_cookies(name="regard_csrf")
    page.get_by_role("button", name="Refuse AI training").click()
    page.wait_for_url("**/choices/ai-training/")
    assert page.locator("h1").is_visible()
    assert ChoiceEvent.objects.count() == 0


def test_signed_out_elsewhere_leads_to_sign_in(
    live: str, chromium: Callable[..., Any], shop: Shop
) -> None:
    context = chromium(locale="en-GB")
    page = at_home(context.new_page(), live, shop.ada)
    context.clear_cookies(name="regard_session")
    page.get_by_role("button", name="Refuse AI training").click()
    page.wait_for_url("**/account/login/?next=*")
    visits.sign_in(page, live, str(shop.ada.email))
    assert ChoiceEvent.objects.count() == 0


def test_in_french_on_a_telephone_for_one_document(
    live: str, chromium: Callable[..., Any], axe: Callable[[Any], None], shop: Shop
) -> None:
    context = chromium(locale="fr-FR", viewport={"width": 375, "height": 740}, has_touch=True)
    page = at_home(context.new_page(), live, shop.ada)
    assert page.locator("html").get_attribute("lang") == "fr"
    visits.press(page, page.get_by_role("link", name="Lease").first)
    control = page.locator("#choice-ai-training")
    control.locator("button[value=allow]").click()
    control.locator("button[value=allow]").wait_for(state="detached")
    document = Document.objects.get()
    assert ChoiceEvent.objects.get().document == document
    assert ChoiceEvent.objects.get().language == "fr"
    assert permits.may(document.reference, "ai-training").reason == "consent_missing"
    control.locator("button[value=refuse]").click()
    control.locator("button[value=allow]").wait_for()
    assert permits.may(document.reference, "ai-training").reason == "refused_by_party"
    visits.inspect(page, axe)
