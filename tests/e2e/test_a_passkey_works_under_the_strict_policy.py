"""allauth's scripts load as files and get their data as JSON: nothing is inline."""

from collections.abc import Callable
from typing import Any

from tests.accounts import people
from tests.e2e import visits

AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
}


def test_a_passkey_is_added_and_then_signs_in_by_itself(
    live: str, chromium: Callable[..., Any], axe: Callable[[Any], None], settings: Any
) -> None:
    settings.MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True  # the test's server speaks http
    people.make("ines@paraphe.example")
    page, complaints = visits.watched(chromium())
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})

    visits.sign_in(page, live, "ines@paraphe.example")
    page.goto(f"{live}/account/2fa/webauthn/add/")
    visits.confirm(page)
    page.get_by_label("Name").fill("My telephone")
    page.get_by_label("This key alone signs me in").check()
    page.get_by_role("button", name="Add the key").click()
    page.wait_for_url("**/2fa/recovery-codes/**")
    page.goto(f"{live}/account/2fa/webauthn/")
    assert page.get_by_role("rowheader", name="My telephone").is_visible()
    axe(page)

    visits.press(page, page.get_by_role("link", name="Rename"))
    page.get_by_label("Name").fill("My old telephone")
    visits.press(page, page.get_by_role("button", name="Save the name"))
    assert page.get_by_role("rowheader", name="My old telephone").is_visible()

    visits.press(page, page.get_by_role("button", name="Sign out"))
    page.goto(f"{live}/account/login/")
    complaints.clear()
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url(lambda url: "/account/login/" not in url)
    assert complaints == []
    page.goto(f"{live}/account/2fa/")
    assert page.get_by_role("link", name="See my keys").is_visible()
