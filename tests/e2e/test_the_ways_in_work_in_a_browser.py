"""The public form, the link that confirms, and the entry by staff: usable by everybody."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from accounts.proven import person_for_claimed_address
from dsar.actions import doubts, open_request
from dsar.models import SubjectRequest
from dsar.models.requests import Channel, Kind
from tests.accounts import people
from tests.consents.worlds import make_purpose
from tests.dsar.asking import NORA, code_to, link_to, no_limits
from tests.e2e import visits

pytestmark = pytest.mark.django_db
LOOKS = [("light", "en"), ("dark", "fr")]


@pytest.fixture(autouse=True)
def _ready(live: str, settings: Any) -> None:
    no_limits()
    make_purpose()


@pytest.fixture
def tess(live: str) -> User:
    return people.with_app(people.make("tess@staff.example.org", role="support"))


def opened(
    chromium: Any, scheme: str, language: str, at: str = "", client: Client | None = None
) -> Any:
    """Return a page of a browser, signed in as the test's client is, if there is one."""
    width = visits.WIDTHS[scheme]
    size = {"width": width, "height": 900}
    context = chromium(viewport=size, color_scheme=scheme, locale=language)
    if client is not None:
        name = "regard_session"
        value = client.cookies[name].value
        context.add_cookies([{"name": name, "value": value, "url": at}])
    return visits.watched(context)


@pytest.mark.parametrize(("scheme", "language"), LOOKS)
def test_somebody_without_an_account_asks_for_an_erasure(
    live: str, chromium: Callable[..., Any], axe: Any, scheme: str, language: str
) -> None:
    page, complaints = opened(chromium, scheme, language)
    page.goto(f"{live}/ask/")
    visits.inspect(page, axe)
    page.locator("[name=kind][value=erasure]").check()
    page.locator("[name=email]").fill(NORA)
    visits.press(page, page.locator("main form .button.primary"))
    visits.inspect(page, axe)
    page.locator("[name=code]").fill(code_to(NORA))
    visits.press(page, page.locator("main form .button.primary"))
    visits.inspect(page, axe)
    page.locator("[name=understood]").check()
    visits.press(page, page.locator("main form .button.danger"))
    visits.inspect(page, axe)
    assert SubjectRequest.objects.get().reference in page.locator("main").inner_text()
    assert complaints == []


@pytest.mark.parametrize(("scheme", "language"), LOOKS)
def test_somebody_asks_for_somebody_else(
    live: str, chromium: Callable[..., Any], axe: Any, scheme: str, language: str, tmp_path: Path
) -> None:
    power = tmp_path / "power.txt"
    power.write_text("Nora allows it.")
    page, complaints = opened(chromium, scheme, language)
    page.goto(f"{live}/ask/for-somebody/")
    visits.inspect(page, axe)
    page.locator("[name=kind][value=access]").check()
    page.locator("[name=name]").fill("Lebrun")
    page.locator("[name=email]").fill("maitre@law.example")
    visits.press(page, page.locator("main form .button.primary"))
    page.locator("[name=code]").fill(code_to("maitre@law.example"))
    visits.press(page, page.locator("main form .button.primary"))
    visits.inspect(page, axe)
    page.locator("[name=person_email]").fill(NORA)
    page.locator("[name=proof][value=permission]").check()
    page.locator("[name=mandate]").set_input_files(power)
    visits.press(page, page.locator("main form .button.primary"))
    visits.inspect(page, axe)
    assert SubjectRequest.objects.get().mandate.agent_name == "Lebrun"
    page.goto(live + link_to())
    visits.inspect(page, axe)
    assert complaints == []


@pytest.mark.parametrize(("scheme", "language"), LOOKS)
def test_a_link_is_confirmed_by_a_button(
    live: str, chromium: Callable[..., Any], axe: Any, tess: User, scheme: str, language: str
) -> None:
    nora = person_for_claimed_address(NORA, language=language)
    told: dict[str, Any] = {"person": nora, "by": tess, "language": language}
    asked = open_request(Kind.ACCESS, channel=Channel.POST, **told)
    page, complaints = opened(chromium, scheme, language)
    page.goto(live + link_to())
    visits.inspect(page, axe)
    visits.press(page, page.locator("[name=mine]"))
    visits.inspect(page, axe)
    page.goto(live + link_to())
    visits.inspect(page, axe)
    asked.refresh_from_db()
    assert asked.identity == "proven"
    assert complaints == [
        "Failed to load resource: the server responded with a status of 410 (Gone)"
    ]


@pytest.mark.parametrize(("scheme", "language"), LOOKS)
def test_support_enters_a_letter_and_the_person_answers_a_doubt(
    live: str, chromium: Callable[..., Any], axe: Any, tess: User, scheme: str, language: str
) -> None:
    ada = people.make("ada@example.org", language=language)
    earlier = open_request(Kind.RECTIFICATION, person=ada, by=ada, language=language)
    page, complaints = opened(chromium, scheme, language, live, people.sign_in(Client(), tess))
    page.goto(f"{live}/staff/requests/new/")
    visits.inspect(page, axe)
    page.locator("[name=email]").fill("ada@example.org")
    page.locator("[name=kind]").select_option("rectification")
    visits.press(page, page.locator("main form .button.primary"))
    assert earlier.reference in page.locator("main table").inner_text()
    page.locator("main details summary").click()
    visits.inspect(page, axe)
    doubts.doubt(earlier, by=tess, reason="Two people use this address.")
    hers, hers_too = opened(chromium, scheme, language, live, people.sign_in(Client(), ada))
    hers.goto(f"{live}/requests/{earlier.reference}/proof/")
    visits.inspect(hers, axe)
    assert complaints + hers_too == []
