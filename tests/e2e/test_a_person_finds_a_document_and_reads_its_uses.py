"""Search, filter and unfold: with a script and the keyboard alone, and without any script."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.utils import timezone

from tests.consents.pages.conftest import Shop, can_sign_in
from tests.e2e import visits


@pytest.fixture
def shop(transactional_db: None) -> Shop:
    """Ada has a lease that was searched twelve times a month ago, and a quote."""
    cache.clear()
    shop = Shop()
    lease = shop.document("Lease of the mill", shop.ada, shop.ben, kind="lease")
    shop.document("Quote", shop.ada, shop.cleo, kind="quote")
    for minute in range(12):
        shop.use(lease, "ai-features", timezone.now() - timedelta(days=40, minutes=minute))
    shop.use(lease, "delivery", timezone.now() - timedelta(days=1))
    can_sign_in(shop.ada)
    return shop


def search(page: Any, live: str) -> None:
    """Look for the lease by the name of the other party and its kind."""
    page.goto(f"{live}/documents/")
    page.get_by_label("With whom").fill("ben")
    page.get_by_text("Kind, date, purpose, AI training").click()
    page.get_by_label("Kind", exact=True).select_option("lease")
    page.get_by_role("button", name="Search").click()
    page.wait_for_url("**/documents/?kind=lease&words=*")
    assert "ben" not in page.url.partition("words=")[0].lower()
    assert page.get_by_label("With whom").input_value() == "ben"
    assert page.get_by_role("link", name="Quote").count() == 0
    visits.press(page, page.get_by_role("link", name="Lease of the mill").first)


def test_without_a_script(live: str, chromium: Callable[..., Any], shop: Shop) -> None:
    page = chromium(java_script_enabled=False, viewport={"width": 375, "height": 800}).new_page()
    visits.sign_in(page, live, "ada@example.org")
    search(page, live)
    page.get_by_label("Purpose").select_option("ai-features")
    page.get_by_role("button", name="Show these uses").click()
    page.wait_for_url("**/?purpose=ai-features*")
    assert page.locator("#timeline").get_by_text("12 times").is_visible()
    assert not page.locator("#timeline").get_by_text("Signing, delivering").count()
    page.get_by_text("One by one").first.click()
    visits.press(page, page.get_by_role("link", name="Show each of the 12 uses"))
    assert page.locator("tbody tr").count() == 12
    with page.expect_download() as download:
        page.get_by_role("link", name="All uses as a file (CSV)").click()
    assert download.value.suggested_filename.startswith("uses-")


def test_with_the_keyboard_alone(live: str, chromium: Callable[..., Any], shop: Shop) -> None:
    page, complaints = visits.watched(chromium())
    visits.sign_in(page, live, "ada@example.org")
    search(page, live)
    unfold = page.get_by_text("One by one").first
    unfold.focus()
    page.keyboard.press("Enter")
    page.locator("#timeline tbody tr").first.wait_for()
    assert page.locator("#timeline tbody tr").count() == 12
    page.get_by_label("Purpose").select_option("delivery")
    page.get_by_role("button", name="Show these uses").press("Enter")
    page.get_by_text("The uses below are those you asked for.").wait_for(state="attached")
    assert "purpose=delivery" in page.url
    assert page.locator("#timeline").get_by_text("12 times").count() == 0
    page.goto(f"{live}/documents/by-purpose/")
    why = page.locator("td summary").first
    why.focus()
    page.keyboard.press("Enter")
    assert page.get_by_text("Not allowed: you have not agreed.").first.is_visible()
    assert complaints == []


def test_the_headings_of_the_grid_stay_in_sight(
    live: str, chromium: Callable[..., Any], shop: Shop
) -> None:
    for i in range(25):
        shop.document(f"Contract {i}", shop.ada)
    page = chromium(viewport={"width": 1280, "height": 700}).new_page()
    visits.sign_in(page, live, "ada@example.org")
    page.goto(f"{live}/documents/by-purpose/")
    region = page.get_by_role("region", name="Documents by purpose")
    region.focus()
    for _key in range(3):
        page.keyboard.press("PageDown")
    page.wait_for_function("one => one.scrollTop > 0", arg=region.element_handle())
    # Both at one moment: the page may still be moving.
    apart = region.evaluate("""one => one.querySelectorAll("thead th")[1]
        .getBoundingClientRect().top - one.getBoundingClientRect().top""")
    assert abs(apart) < 2


@pytest.mark.parametrize("locale", ["en-GB", "fr-FR"])
def test_members_find_their_organisation_in_the_navigation_on_one_line(
    locale: str, live: str, chromium: Callable[..., Any], shop: Shop
) -> None:
    shop.members()
    page = chromium(locale=locale, viewport={"width": 1280, "height": 700}).new_page()
    visits.sign_in(page, live, "ada@example.org")
    page.goto(f"{live}/documents/")
    links = page.locator(".masthead .nav a")
    assert links.count() == 7
    assert len({one.bounding_box()["y"] for one in links.all()}) == 1
    visits.press(page, page.get_by_role("link", name="Organisation", exact=True))
    assert f"/organisation/{shop.lilas.uid}/" in page.url
    shop.lilas.memberships.filter(person=shop.ada).delete()
    page.goto(f"{live}/documents/")
    assert page.locator(".masthead .nav a").count() == 6
