"""allauth's pages for the signed-in, in our clothes."""

from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes

from tests.accounts import people
from tests.e2e import visits

pytestmark = pytest.mark.usefixtures("live")

PAGES = [
    "/account/email/",
    "/account/password/change/",
    "/account/2fa/",
    "/account/2fa/totp/activate/",
    "/account/2fa/webauthn/",
    "/account/2fa/webauthn/add/",
    "/account/3rdparty/",
    "/account/sessions/",
    "/account/logout/",
]
PAGES_WITH_AN_APP = [
    "/account/2fa/",
    "/account/2fa/totp/deactivate/",
    "/account/2fa/recovery-codes/",
    "/account/2fa/recovery-codes/generate/",
]


def _inspect(
    page: Any, live: str, paths: list[str], complaints: list[str], axe: Callable[[Any], None]
) -> None:
    for path in paths:
        page.goto(live + path)
        if "/reauthenticate/" in page.url:
            visits.inspect(page, axe)
            visits.confirm(page)
        assert page.url == live + path
        visits.inspect(page, axe)
        assert complaints == [], path


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_pages_of_a_person_with_a_password(
    theme: str, live: str, chromium: Callable[..., Any], axe: Callable[[Any], None]
) -> None:
    people.make("ines@paraphe.example", name="Inès Martin")
    viewport = {"width": visits.WIDTHS[theme], "height": 800}
    page, complaints = visits.watched(chromium(color_scheme=theme, viewport=viewport))
    visits.sign_in(page, live, "ines@paraphe.example")
    complaints.clear()
    _inspect(page, live, PAGES, complaints, axe)


def test_the_pages_of_a_person_with_an_app(
    live: str, chromium: Callable[..., Any], axe: Callable[[Any], None]
) -> None:
    person = people.with_app(people.make("ines@paraphe.example"))
    RecoveryCodes.activate(person)
    page, complaints = visits.watched(chromium())
    visits.sign_in(page, live, "ines@paraphe.example")
    visits.inspect(page, axe)
    page.locator("[name=code]").fill(people.app_code())
    page.locator("main form .button.primary").click()
    page.wait_for_url(lambda url: "/2fa/" not in url)
    complaints.clear()
    _inspect(page, live, PAGES_WITH_AN_APP, complaints, axe)


def test_the_secret_of_an_app_can_be_read_where_its_picture_cannot_be_scanned(
    live: str, chromium: Callable[..., Any]
) -> None:
    people.make("ines@paraphe.example")
    page = chromium().new_page()
    visits.sign_in(page, live, "ines@paraphe.example")
    page.goto(f"{live}/account/2fa/totp/activate/")
    visits.confirm(page)
    assert len(page.locator(".secret").inner_text()) >= 32
    picture = page.locator(".qr")
    assert picture.evaluate("image => image.complete && image.naturalWidth > 0")
