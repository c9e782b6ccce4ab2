"""From the link in the mail to the refusal, the code, the page and the request: in a browser."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.utils import timezone

from accounts.models import Address
from consents import permits
from consents.actions import links as actions
from consents.links import url_of
from consents.models import ChoiceEvent, DocumentLink
from dsar.models import SubjectRequest
from portal.lib.models import OutgoingMail
from tests.consents.pages.conftest import Shop
from tests.e2e import visits

NORA = "nora@mail.example"


@pytest.fixture
def link(transactional_db: None) -> DocumentLink:
    """The link of a signer without an account, to a document with a past."""
    cache.clear()
    shop = Shop()
    nora = Address.objects.create(email=NORA)
    lease = shop.document("Lease, rue des Lilas", shop.ada, nora)
    shop.use(lease, "delivery", timezone.now() - timedelta(days=1))
    shop.use(lease, "ai-training", timezone.now() - timedelta(days=2), run="run-1")
    return actions.give_link(lease, email=NORA, lasting=timedelta(days=30))


def address_of(link: DocumentLink, live: str) -> str:
    return f"{live}/{url_of(link).split('/', 3)[3]}"


def newest_code() -> str:
    text = OutgoingMail.objects.filter(template="consents/link_code").latest("pk").text
    return next(line for line in text.splitlines() if line.replace(" ", "").isdigit())


def press(page: Any, name: str) -> None:
    """Move to a button by the tab key alone, and press it."""
    for _step in range(80):
        page.keyboard.press("Tab")
        if name in page.evaluate("document.activeElement.innerText || ''"):
            page.keyboard.press("Enter")
            page.wait_for_load_state()
            return
    raise AssertionError(f"no way by keyboard to {name}")


def write(page: Any, field: str, text: str) -> None:
    """Move to a field by the tab key alone, and write into it."""
    for _step in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.name") == field:
            page.keyboard.type(text)
            return
    raise AssertionError(f"no way by keyboard to {field}")


@pytest.mark.parametrize("script", [True, False])
def test_the_whole_way_by_keyboard_with_and_without_javascript(
    live: str, chromium: Callable[..., Any], link: DocumentLink, *, script: bool
) -> None:
    context = chromium(java_script_enabled=script)
    # Without a script of the page, the keyboard is still the browser's, but nothing can be asked.
    page, complaints = visits.watched(context)
    page.goto(address_of(link, live))
    if script:
        press(page, "Refuse for this document")
    else:
        page.get_by_role("button", name="Refuse for this document").press("Enter")
    page.get_by_text("Saved ").wait_for()
    assert not permits.may(link.document.reference, "ai-training").allowed
    if script:
        press(page, "Send a code to")
        page.get_by_text("We sent a code to").wait_for()
        write(page, "code", newest_code())
    else:
        page.get_by_role("button", name="Send a code to").press("Enter")
        page.get_by_text("We sent a code to").wait_for()
        page.locator("[name=code]").fill(newest_code())
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Who used it, and when?").wait_for()
    page.get_by_role("link", name="Ask for a copy of my data").press("Enter")
    with page.expect_navigation():
        page.get_by_role("button", name="Ask for the copy").press("Enter")
    page.get_by_text(SubjectRequest.objects.get().reference).wait_for()
    page.get_by_role("link", name="Back to the document").press("Enter")
    page.get_by_role("button", name="Close this page").press("Enter")
    page.get_by_role("button", name="Send a code to").wait_for()
    assert not page.get_by_text("Lease, rue des Lilas").count()
    assert ChoiceEvent.objects.count() == 1
    assert not complaints


@pytest.mark.parametrize("locale", ["en-GB", "fr-FR"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_of_it_is_accessible_and_fits(
    live: str, chromium: Callable[..., Any], axe: Any, link: DocumentLink, locale: str, scheme: Any
) -> None:
    width = visits.WIDTHS[scheme]
    context = chromium(locale=locale, color_scheme=scheme, viewport={"width": width, "height": 900})
    page, complaints = visits.watched(context)

    def look() -> None:
        for summary in page.locator("summary").all():
            if summary.is_visible():
                summary.click()
        visits_inspect(page, axe)

    there = address_of(link, live)
    page.goto(there)
    look()
    visits.press(page, page.locator("button[value=document]").first)
    look()
    visits.press(page, page.locator("form[action$='/code/'] button").first)
    look()
    page.locator("[name=code]").fill("1")
    visits.press(page, page.locator("form[action$='/open/'] button").first)
    look()
    page.locator("[name=code]").fill(newest_code())
    visits.press(page, page.locator("form[action$='/open/'] button").first)
    page.locator("#uses").wait_for()
    look()
    for kind in ("access", "erasure"):
        page.goto(f"{there}request/{kind}/")
        look()
    page.locator("[name=understood]").check()
    visits.press(page, page.locator("main form .button").first)
    look()
    actions.revoke(link)
    page.goto(there)
    look()
    page.goto(f"{live}/d/nobody/")
    look()
    assert [one for one in complaints if not any(code in one for code in ("410", "422"))] == []


def visits_inspect(page: Any, axe: Any) -> None:
    axe(page)
    visits.require_reflow(page)
    assert page.locator("h1").count() == 1, page.url
