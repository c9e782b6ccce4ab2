"""Our own pages under /account/ and /organisation/, full and empty, and without JavaScript."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache

from accounts import actions
from accounts.models import AccessEvent, Membership, Organisation, User
from accounts.roles import Role
from tests.accounts import people
from tests.e2e import visits


@pytest.fixture(autouse=True)
def _no_limits_left_over(transactional_db: None) -> None:
    cache.clear()


@pytest.fixture
def ines(transactional_db: None) -> User:
    """Inès, admin of an organisation, invited to another, with looks at her file."""
    ines = people.make("ines@paraphe.example", name="Inès Martin", country="FR")
    sam = people.make("sam@regard.example", name="Sam Roy", role=Role.SUPPORT)
    notary = Organisation.objects.create(name="Étude Martin", reference="org-1")
    actions.join(notary, person=ines, is_admin=True)
    actions.join(notary, person=people.make("bruno@paraphe.example"))
    actions.invite(notary, email="carla.quite-a-long-name@paraphe.example", is_admin=False, by=ines)
    agency = Organisation.objects.create(name="Agence Lilas", reference="org-2")
    actions.join(agency, person=sam, is_admin=True)
    actions.invite(agency, email="ines@paraphe.example", is_admin=False, by=sam)
    for number in range(60):
        kind = AccessEvent.Kind.REQUEST_VIEWED
        actions.look(ines, by=sam, kind=kind, reference=f"REF-2026-{number:04}", reason="to answer")
    return ines


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_full_pages(
    theme: str, live: str, chromium: Callable[..., Any], axe: Callable[[Any], None], ines: User
) -> None:
    viewport = {"width": visits.WIDTHS[theme], "height": 800}
    page, complaints = visits.watched(chromium(color_scheme=theme, viewport=viewport))
    visits.sign_in(page, live, "ines@paraphe.example")
    complaints.clear()
    notary = Organisation.objects.get(name="Étude Martin")
    for path in (
        "/account/",
        "/account/profile/",
        "/account/access/",
        "/organisation/",
        f"/organisation/{notary.uid}/",
    ):
        page.goto(live + path)
        assert page.url == live + path
        visits.inspect(page, axe)
    assert complaints == []


def test_empty_pages(live: str, chromium: Callable[..., Any], axe: Callable[[Any], None]) -> None:
    people.make("new@paraphe.example")
    page, complaints = visits.watched(chromium())
    visits.sign_in(page, live, "new@paraphe.example")
    complaints.clear()
    for path in ("/account/", "/account/access/", "/organisation/"):
        page.goto(live + path)
        visits.inspect(page, axe)
    assert complaints == []


def test_the_page_that_sends_a_code_to_go_on(
    live: str, chromium: Callable[..., Any], axe: Callable[[Any], None]
) -> None:
    person = people.make("new@paraphe.example")
    person.set_unusable_password()
    person.save()
    page, complaints = visits.watched(chromium())
    page.goto(f"{live}/account/login/code/")
    page.locator("[name=email]").fill("new@paraphe.example")
    visits.press(page, page.locator("main form .button.primary"))
    page.locator("[name=code]").fill(people.code_for("new@paraphe.example"))
    visits.press(page, page.locator("main form .button.primary"))
    page.goto(f"{live}/account/confirm/")
    visits.inspect(page, axe)
    visits.press(page, page.get_by_role("button", name="Send the code"))
    visits.inspect(page, axe)
    page.locator("[name=code]").fill("AAAA-AAAA")
    visits.press(page, page.get_by_role("button", name="Confirm"))
    assert page.get_by_role("alert").first.is_visible()
    visits.inspect(page, axe)
    assert complaints == []


def test_profile_and_membership_work_without_javascript(
    live: str, chromium: Callable[..., Any], ines: User
) -> None:
    page = chromium(java_script_enabled=False, locale="en-GB").new_page()
    visits.sign_in(page, live, "ines@paraphe.example")
    page.goto(f"{live}/account/profile/")
    page.get_by_label("Country").select_option("BE")
    page.get_by_label("Time zone").select_option("Europe/Brussels")
    visits.press(page, page.get_by_role("button", name="Save my profile"))
    assert page.get_by_role("status").first.inner_text().strip() == "Saved."
    ines.refresh_from_db()
    assert (ines.country, ines.time_zone) == ("BE", "Europe/Brussels")
    page.goto(f"{live}/organisation/")
    visits.press(page, page.get_by_role("button", name="Become a member (Agence Lilas)"))
    assert page.get_by_role("heading", name="Agence Lilas").is_visible()
    assert Membership.objects.filter(person=ines).count() == 2
