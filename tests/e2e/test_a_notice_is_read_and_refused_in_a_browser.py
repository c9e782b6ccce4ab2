"""The notice of a wider purpose: by the link of the mail, in the portal, and on the DPO's page."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache

from accounts.models import Address
from consents.actions import announcements
from consents.models import Announcing, ChoiceEvent, Purpose
from portal.lib.models import OutgoingMail
from tests.accounts import people
from tests.consents.announced import announce
from tests.consents.pages.conftest import Shop, can_sign_in
from tests.e2e import visits


@pytest.fixture
def shop(transactional_db: None) -> Shop:
    """Two changes are announced; Ada, a signer without account and the DPO."""
    cache.clear()
    shop = Shop()
    shop.document("Lease", shop.ada, Address.objects.create(email="signer@example.org"))
    announce(Purpose.objects.get(slug="ai-features"))
    announce(shop.training)
    for announcing in Announcing.objects.all():
        while announcing.finished_at is None:
            announcements.carry_on(announcing.pk)
            announcing.refresh_from_db()
    can_sign_in(shop.ada)
    return shop


@pytest.mark.parametrize("scheme", visits.WIDTHS)
def test_every_page_of_a_notice_is_accessible(
    shop: Shop, live: str, chromium: Callable[..., Any], axe: Any, scheme: str
) -> None:
    size = {"width": visits.WIDTHS[scheme], "height": 900}
    context = chromium(locale="en-GB", color_scheme=scheme, viewport=size)
    page, complaints = visits.watched(context)
    for mail in OutgoingMail.objects.filter(to="signer@example.org"):
        found = re.search(r"/notices/\S+", mail.text)
        assert found
        page.goto(live + found[0])
        visits.inspect(page, axe)
    page.locator("#refuse button").click()
    page.locator("#refused").wait_for()
    visits.inspect(page, axe)
    event = ChoiceEvent.objects.get()
    assert (event.source, event.by) == ("link", None)
    visits.sign_in(page, live, str(shop.ada.email))
    for path in ("/", "/purposes/", "/purposes/ai-features/", "/history/"):
        page.goto(live + path)
        page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        visits.inspect(page, axe)
    assert complaints == []


def test_the_banner_takes_a_refusal_in_its_place(
    shop: Shop, live: str, chromium: Callable[..., Any]
) -> None:
    page, complaints = visits.watched(chromium(locale="en-GB"))
    visits.sign_in(page, live, str(shop.ada.email))
    page.goto(f"{live}/purposes/")
    version = Purpose.objects.get(slug="ai-features").versions.latest("number")
    banner = page.locator(f"#change-{version.pk}")
    banner.get_by_role("button").click()
    page.locator(f"#change-{version.pk} [role=status]").wait_for()
    assert "new wording as well" in banner.inner_text()
    page.goto(f"{live}/purposes/")
    assert page.locator(f"#change-{version.pk}").count() == 0
    assert complaints == []


def test_the_dpos_page_is_accessible(
    shop: Shop, live: str, chromium: Callable[..., Any], axe: Any
) -> None:
    people.with_app(people.make("dina@staff.example.org", name="Dina", role="dpo"))
    page, complaints = visits.watched(chromium(locale="en-GB"))
    visits.sign_in(page, live, "dina@staff.example.org")
    if "/2fa/" in page.url:
        page.locator("[name=code]").fill(people.app_code())
        page.locator("main form .button.primary").click()
        page.wait_for_url(lambda url: "/2fa/" not in url)
    complaints.clear()
    for scheme, width in visits.WIDTHS.items():
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(f"{live}/dashboard/changes/")
        page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        visits.inspect(page, axe)
        assert page.locator("progress").count() == 2
    assert complaints == []
