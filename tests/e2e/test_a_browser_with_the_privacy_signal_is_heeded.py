"""Global Privacy Control in a real browser: shown, kept, and the switch still there to allow."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from accounts.actions import claim_address
from accounts.models import User
from consents.actions import choices
from consents.actions.purposes import load_catalogue
from consents.models import Purpose, Standing
from tests.accounts import people
from tests.e2e import visits

EMAIL = "ines@paraphe.example"
SHOTS = os.environ.get("SCREENSHOTS")  # a folder: then pictures of every page are kept there


@pytest.fixture
def ines(live: str) -> User:
    """Inès has allowed marketing, before her browser sent any signal."""
    load_catalogue("consent")
    ines = people.make(EMAIL, language="en")
    claim_address(EMAIL, person=ines)
    choices.allow(Purpose.objects.get(slug="marketing"), person=ines, by=ines, language="en")
    return ines


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 375)])
def test_it_is_honoured_shown_and_can_be_overruled_on_the_same_page(
    live: str, ines: User, chromium: Callable[..., Any], axe: Callable[[Any], None],
    scheme: str, width: int,
) -> None:  # fmt: skip
    size = {"width": width, "height": 800}
    context = chromium(
        color_scheme=scheme, viewport=size, locale="en-GB", extra_http_headers={"Sec-GPC": "1"}
    )
    page, complaints = visits.watched(context)
    visits.sign_in(page, live, EMAIL)
    marketing = Standing.objects.filter(purpose__slug="marketing", person=ines)
    for path in ("/", "/purposes/"):
        page.goto(f"{live}{path}")
        assert page.locator("#privacy-signal strong").inner_text() == (
            "Opt-out preference signal honored"
        )
        visits.inspect(page, axe)
        if SHOTS:
            name = f"gpc-{path.strip('/') or 'home'}-{scheme}-{width}.png"
            page.screenshot(path=Path(SHOTS) / name, full_page=True)
    assert not marketing.get().allowed
    card = page.locator("article.card", has=page.locator("#choice-marketing"))
    assert "Your browser’s privacy signal refused it on" in card.inner_text()
    page.locator("#choice-marketing button").click()
    page.locator("#choice-marketing-saved").get_by_text("Saved").wait_for()
    assert marketing.get().allowed
    page.reload()
    assert "yourself while the signal was on" in page.locator("#privacy-signal").inner_text()
    assert complaints == []


def test_a_browser_without_it_sees_nothing_of_it(
    live: str, ines: User, chromium: Callable[..., Any]
) -> None:
    page, complaints = visits.watched(chromium(locale="en-GB"))
    visits.sign_in(page, live, EMAIL)
    page.goto(f"{live}/purposes/")
    assert page.locator("#privacy-signal").count() == 0
    assert Standing.objects.get(purpose__slug="marketing", person=ines).allowed
    assert complaints == []
