"""Signing in as people do it: by a code from the mailbox, with an app, through a provider."""

import re
from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

import pytest
from csp.constants import SELF
from django.core.cache import cache

from accounts.roles import Role
from tests.accounts import people
from tests.accounts.oidc_provider import CLIENT_ID, CLIENT_SECRET, Provider
from tests.e2e import visits
from tests.servers import MailServer, wait_until


@pytest.fixture(autouse=True)
def _no_limits_left_over(transactional_db: None) -> None:
    cache.clear()


def test_a_code_comes_by_mail_and_signs_in_without_javascript(
    live: str, chromium: Callable[..., Any], worker: Any, mailserver: MailServer
) -> None:
    people.make("ines@paraphe.example", language="en")
    page = chromium(java_script_enabled=False).new_page()
    page.goto(f"{live}/account/login/")
    page.get_by_role("link", name="Send me a code by e-mail").click()
    page.locator("[name=email]").fill("ines@paraphe.example")
    page.locator("main form .button.primary").click()
    wait_until(lambda: mailserver.to("ines@paraphe.example"))
    part = mailserver.to("ines@paraphe.example")[0].get_body(("plain",))
    assert part is not None
    found = re.search(r"^[A-Z0-9-]{6,}(?=\r?$)", part.get_content(), re.MULTILINE)
    assert found
    page.locator("[name=code]").fill(found[0].lower())
    visits.press(page, page.locator("main form .button.primary").first)
    page.goto(f"{live}/account/")
    assert page.get_by_text("ines@paraphe.example").first.is_visible()


def test_staff_set_up_an_app_at_the_first_sign_in_and_use_it_from_then_on(
    live: str, chromium: Callable[..., Any], axe: Callable[[Any], None]
) -> None:
    people.make("sam@regard.example", name="Sam Roy", role=Role.SUPPORT)
    page, complaints = visits.watched(chromium())
    visits.sign_in(page, live, "sam@regard.example")
    page.goto(f"{live}/account/access/")
    assert "/account/reauthenticate/" in page.url  # setting up is sensitive
    page.locator("[name=password]").fill(people.PASSWORD)
    visits.press(page, page.locator("main form .button.primary"))
    assert page.url.startswith(f"{live}/account/2fa/totp/activate/")
    axe(page)
    secret = page.locator(".secret").inner_text().replace(" ", "")
    page.locator("[name=code]").fill(people.app_code(secret))
    page.locator("main form .button.primary").click()
    page.wait_for_url("**/2fa/recovery-codes/**")
    page.goto(f"{live}/account/access/")
    assert page.url == f"{live}/account/access/"
    visits.press(page, page.get_by_role("button", name="Sign out"))

    cache.clear()  # the code that the app shows was used a moment ago, to set it up
    visits.sign_in(page, live, "sam@regard.example")
    assert "/2fa/authenticate/" in page.url
    page.locator("[name=code]").fill(people.app_code(secret))
    page.locator("main form .button.primary").click()
    page.wait_for_url(lambda url: "/2fa/" not in url)
    page.goto(f"{live}/account/access/")
    assert page.url == f"{live}/account/access/"
    assert complaints == []


@pytest.fixture
def provider(settings: Any) -> Iterator[Provider]:
    """A provider that may vouch for our people, and the policy that lets forms lead to it."""
    running = Provider()
    entry = {
        "provider_id": "work",
        "name": "Work",
        "client_id": CLIENT_ID,
        "secret": CLIENT_SECRET,
        "settings": {"server_url": running.url, "trusted_email_domains": ["paraphe.example"]},
    }
    settings.OIDC_PROVIDERS = [entry]
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [entry]}}
    policy = deepcopy(settings.CONTENT_SECURITY_POLICY)
    policy["DIRECTIVES"]["form-action"] = [SELF, running.url]
    settings.CONTENT_SECURITY_POLICY = policy
    yield running
    running.stop()


def test_a_provider_signs_in_under_the_strict_policy(
    live: str, chromium: Callable[..., Any], provider: Provider, axe: Callable[[Any], None]
) -> None:
    provider.claims = {"sub": "1", "email": "ines@paraphe.example", "email_verified": True}
    page, complaints = visits.watched(chromium())
    page.goto(f"{live}/account/login/")
    axe(page)
    visits.press(page, page.get_by_text("Work"))
    if "/oidc/work/login/" in page.url:
        axe(page)
        page.locator("main form .button.primary").click()
    page.wait_for_url(lambda url: "/account/" not in url or "/email" in url)
    page.goto(f"{live}/account/")
    assert page.get_by_text("ines@paraphe.example").first.is_visible()
    assert complaints == []
