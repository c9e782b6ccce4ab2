"""The pages of sources in a real browser: light and wide, dark and narrow."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as site
from django.test import Client

from dsar.sources import base
from tests.accounts import people
from tests.dsar.billing import Billing, describe
from tests.dsar.worlds import make_person
from tests.e2e import visits


@pytest.fixture
def billing(tmp_path: Path, monkeypatch: Any, settings: Any) -> Iterator[Billing]:
    made = Billing("sqlite", tmp_path, monkeypatch)
    made.customer(1, "alice@example.org", "Alice")
    made.invoice(1, 1, "2024-01-02")
    made.run("CREATE TABLE orders_audit (of INTEGER REFERENCES customers (id))")
    settings.SOURCES_DIR = str(tmp_path / "sources")
    (tmp_path / "sources").mkdir()
    describe(tmp_path / "sources")
    (tmp_path / "sources" / "shop.yaml").write_text("type: sql\nslug: shop\nsurprise: 1\n")
    base.registered.cache_clear()
    yield made
    base.registered.cache_clear()


def test_the_dpo_looks_and_tries(
    live: str, chromium: Any, axe: Callable[[Any], None], billing: Billing
) -> None:
    make_person("alice")
    dina = people.with_app(people.make("dina@staff.example.org", name="Dina", role="dpo"))
    client = people.sign_in(Client(), dina)
    cookie = client.cookies[site.SESSION_COOKIE_NAME].value
    for scheme, width in visits.WIDTHS.items():
        context = chromium(color_scheme=scheme, viewport={"width": width, "height": 900})
        context.add_cookies([{"name": site.SESSION_COOKIE_NAME, "value": cookie, "url": live}])
        page, complaints = visits.watched(context)
        page.goto(f"{live}/staff/sources/")
        visits.inspect(page, axe)
        page.goto(f"{live}/staff/sources/billing/")
        visits.press(page, page.get_by_role("button", name="Try the connection"))
        page.get_by_label("Address of the person").fill("alice@example.org")
        page.get_by_label("Reason").fill("she asked")
        visits.press(page, page.get_by_role("button", name="Search without changing anything"))
        visits.inspect(page, axe)
        assert complaints == []
