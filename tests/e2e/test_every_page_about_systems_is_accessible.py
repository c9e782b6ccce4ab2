"""The pages about systems and deliveries hold to WCAG 2.2 AA, in both themes and at every width."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache

from consents.actions import delivery
from tests.accounts import people
from tests.consents.pages.conftest import Shop
from tests.consents.receivers import Receiver, register
from tests.e2e import visits


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_about_systems(
    live: str, chromium: Callable[..., Any], axe: Callable[[Any], None], settings: Any, scheme: Any
) -> None:
    cache.clear()
    shop, receiver = Shop(), Receiver()
    settings.OUTGOING_ALLOWED_HOSTS = [receiver.host]
    system = register(receiver, "search-index", shop.training)
    receiver.answers = [410, 503]
    shop.refuse(shop.ada)
    shop.refuse(shop.ben)
    delivery.deliver(system.pk)
    dina = people.with_app(people.make("dina@paraphe.example", role="dpo", name="Dina"))
    size = {"width": visits.WIDTHS[scheme], "height": 900}
    page, complaints = visits.watched(chromium(locale="en-GB", color_scheme=scheme, viewport=size))
    visits.sign_in(page, live, str(dina.email))
    page.locator("[name=code]").fill(people.app_code())
    page.locator("main form .button.primary").click()
    page.wait_for_url(lambda url: "/2fa/" not in url)
    complaints.clear()
    pages = ["", "new/", "search-index/"]
    for address in [*(f"/staff/systems/{one}" for one in pages), "/staff/deliveries/"]:
        page.goto(f"{live}{address}")
        visits.inspect(page, axe)
    assert complaints == []
    receiver.stop()
