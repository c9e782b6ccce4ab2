"""Support's pages in a real browser: both themes, both languages, and by keyboard alone."""

from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.utils import timezone

from accounts.actions import claim_address
from dsar import actions
from dsar.actions import approvals
from dsar.grounds import ExtensionReason
from dsar.models import Approval
from dsar.models.requests import Kind
from tests.accounts import people
from tests.consents.worlds import make_person, make_purpose
from tests.dsar.worlds import make_life, make_staff, work
from tests.e2e import visits

LANGUAGES = {"light": "en-GB", "dark": "fr-FR"}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_desk(
    theme: str, live: str, chromium: Callable[..., Any], axe: Callable[[Any], None]
) -> None:
    make_purpose()
    ada = people.make("ada@example.org", name="Ada")
    claim_address("ada@example.org", person=ada)
    make_life(ada, make_person("bob"))
    Authenticator.objects.filter(user=ada).delete()  # its secret is made up
    asked = work(actions.open_request(Kind.ERASURE, person=ada, by=ada, language="fr"))
    sam = make_staff("sam")
    dina = people.with_app(people.make("dina@staff.example.org", name="Dina", role="dpo"))
    actions.write_message(asked, by=ada, text="When will it be done?")
    actions.write_note(asked, by=sam, text="Called back.")
    given = {"reason": ExtensionReason.NUMBER, "note_to_person": "Four archives."}
    approvals.ask(asked, Approval.Act.EXTEND, by=sam, **given)
    viewport = {"width": visits.WIDTHS[theme], "height": 800}
    context = chromium(color_scheme=theme, viewport=viewport, locale=LANGUAGES[theme])
    page, complaints = visits.watched(context)
    visits.sign_in(page, live, dina.email or "")
    page.locator("[name=code]").fill(people.app_code())
    page.locator("main form .button.primary").click()
    page.wait_for_url(lambda url: "/2fa/" not in url)
    complaints.clear()
    here = f"/staff/requests/{asked.reference}/"
    for path in ("/staff/", here, f"{here}refuse/", f"{here}do/forward/", "/staff/approvals/",
                 "/staff/outbox/?state=waiting", "/staff/keys/"):  # fmt: skip
        page.goto(live + path)
        visits.inspect(page, axe)
    if theme == "light":
        by_keyboard(page, live, asked.reference)
        assert asked.__class__.objects.get(pk=asked.pk).assignee == dina
    assert complaints == []


def by_keyboard(page: Any, live: str, reference: str) -> None:
    """From the queue to a request, take it, start a note, and back, without the mouse."""
    page.goto(f"{live}/staff/")
    page.keyboard.press("?")
    assert page.locator("dialog#keys").is_visible()
    page.keyboard.press("?")
    assert not page.locator("dialog#keys").is_visible()
    page.keyboard.press("/")
    page.keyboard.type("j?go")
    assert page.locator("#q").input_value() == "j?go"
    page.locator("#q").blur()
    page.keyboard.press("j")
    page.keyboard.press("x")
    assert page.locator("[data-row] input[type=checkbox]").first.is_checked()
    with page.expect_navigation():
        page.keyboard.press("o")
    assert page.url.endswith(f"/staff/requests/{reference}/")
    with page.expect_navigation():
        page.keyboard.press("a")
    page.keyboard.press("n")
    page.keyboard.type("aoj")
    assert page.locator("[data-key=n] textarea").input_value() == "aoj"
    page.locator("[data-key=n] textarea").blur()
    page.clock.set_fixed_time(timezone.now())  # the second key may come late on a busy machine
    page.keyboard.press("g")
    with page.expect_navigation():
        page.keyboard.press("s")
    assert page.url.endswith("/staff/approvals/")
