"""What a browser test asks of every page it visits."""

from collections.abc import Callable
from typing import Any

from tests.accounts import people

WIDTHS = {"light": 1280, "dark": 320}


def watched(context: Any) -> tuple[Any, list[str]]:
    """Open a page and collect what its console complains about, a broken policy above all."""
    page, complaints = context.new_page(), []

    def note(message: Any) -> None:
        if message.type == "error" and "404 (Not Found)" not in message.text:
            complaints.append(message.text)

    page.on("console", note)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    return page, complaints


def require_reflow(page: Any) -> None:
    """Fail if the page must be scrolled sideways."""
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, page.url


def press(page: Any, target: Any) -> None:
    """Press what sends a form or follows a link, and wait until the page it leads to is there.

    A click alone returns while the old page may still be shown: what is asked next would be asked
    of a page that is going away.
    """
    with page.expect_navigation():
        target.click()


def sign_in(page: Any, live: str, email: str) -> None:
    """Sign in with the password, as a person does."""
    page.goto(f"{live}/account/login/")
    page.locator("[name=login]").fill(email)
    page.locator("[name=password]").fill(people.PASSWORD)
    page.locator("main form .button.primary").click()
    page.wait_for_url(lambda url: "/account/login/" not in url)


def confirm(page: Any) -> None:
    """Give the password where a sensitive page asks for it once more."""
    if "/account/reauthenticate/" in page.url:
        page.locator("[name=password]").fill(people.PASSWORD)
        page.locator("main form .button.primary").click()
        page.wait_for_url(lambda url: "/reauthenticate/" not in url)


def inspect(page: Any, axe: Callable[[Any], None]) -> None:
    """Hold the page to what holds for every page."""
    axe(page)
    require_reflow(page)
    assert page.locator("h1").count() == 1, page.url
    assert page.locator("html").get_attribute("lang")
    footer = page.get_by_role("contentinfo")
    assert footer.get_by_role("link", name="dpo@paraphe.example").is_visible()
