"""The page of support for events that could not be applied: full, empty, and by keyboard."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache

from accounts.models import User
from accounts.roles import Role
from consents.actions import envelopes
from tests.accounts import people
from tests.consents.envelopes import bare, completed
from tests.e2e import visits


@pytest.fixture(autouse=True)
def _no_limits_left_over(transactional_db: None) -> None:
    cache.clear()


@pytest.fixture
def sam(transactional_db: None) -> User:
    """Support, with an authenticator app."""
    return people.with_app(people.make("sam@regard.example", name="Sam Roy", role=Role.SUPPORT))


def keep(event: dict[str, Any]) -> None:
    envelopes.receive(json.dumps(event).encode(), event)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_full_and_empty(
    theme: str, live: str, chromium: Callable[..., Any], axe: Callable[[Any], None], sam: User
) -> None:
    viewport = {"width": visits.WIDTHS[theme], "height": 800}
    page, complaints = visits.watched(chromium(color_scheme=theme, viewport=viewport))
    visits.sign_in(page, live, "sam@regard.example")
    page.locator("[name=code]").fill(people.app_code())
    page.locator("main form .button.primary").click()
    page.wait_for_url(lambda url: "/2fa/" not in url)
    complaints.clear()
    url = f"{live}/staff/events/"
    page.goto(url)
    visits.inspect(page, axe)
    keep(completed(status="enchanted"))
    keep(bare("envelope-deleted", "2026-10-15T00:00:00Z"))
    page.goto(url)
    page.locator("summary").first.click()
    visits.inspect(page, axe)
    if folder := os.environ.get("SCREENSHOTS"):
        page.screenshot(path=str(Path(folder) / f"events-{theme}.png"), full_page=True)
    keep(completed())  # now the deletion can be applied
    page.goto(url)
    page.locator("li button").first.focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert "1 event can still not be applied." in page.locator("main, body").first.inner_text()
    visits.inspect(page, axe)
    assert complaints == []
