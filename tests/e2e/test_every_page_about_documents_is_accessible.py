"""Documents, purposes and choices: full, empty, and with long words."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.utils import timezone

from accounts.models import User
from consents.actions import choices
from consents.models import ContractClause, Document
from tests.accounts import people
from tests.consents.pages.conftest import Shop, can_sign_in
from tests.e2e import visits


@pytest.fixture(autouse=True)
def _no_limits_left_over(transactional_db: None) -> None:
    cache.clear()


@pytest.fixture
def shop(transactional_db: None) -> Shop:
    """Everything a page can show: a contract, trainings, refusals, exceptions, long titles."""
    shop = Shop()
    shop.members()
    shop.sign_the_contract()
    now = timezone.now()
    for i in range(30):
        at = now - timedelta(days=12 * i)
        title = f"Lease {i}" if i else "Donaudampfschifffahrtsgesellschaftskapitänsvertrag " * 5
        lease = shop.document(title, shop.ben, shop.cleo, at=at, organisation=shop.lilas)
        shop.use(lease, "delivery", at)
        shop.use(lease, "ai-training", at - timedelta(days=60), run=f"run-{i % 3}")
    shop.allow(shop.ben)
    shop.refuse(shop.ben, document=lease)
    for person in (shop.ada, shop.ben, shop.cleo):
        can_sign_in(person)
    return shop


def paths() -> list[str]:
    """Return every page, the document's with its oldest use and its longest title."""
    newest, oldest = (
        Document.objects.order_by("-listed_at")[0],
        Document.objects.order_by("listed_at")[0],
    )
    clause = ContractClause.objects.latest("id")
    return [
        "/", "/documents/", "/documents/?kind=nda&since=1", "/documents/by-purpose/",
        f"/documents/{newest.uid}/", f"/documents/{oldest.uid}/", "/purposes/",
        f"/documents/{oldest.uid}/uses/", f"/documents/{oldest.uid}/?purpose=delivery",
        "/documents/by-purpose/?since=x",
        "/purposes/ai-training/", "/purposes/delivery/", "/history/",
        f"/choices/clause/{clause.pk}/", "/organisation/policy/",
    ]  # fmt: skip


def visit(page: Any, live: str, person: User, addresses: list[str], axe: Any) -> None:
    """Hold each page, with everything unfolded, to what holds for every page."""
    visits.sign_in(page, live, str(person.email))
    for path in addresses:
        page.goto(live + path)
        assert page.url == live + path
        visits.inspect(page, axe)
        page.evaluate("document.querySelectorAll('details').forEach((one) => one.open = true)")
        visits.inspect(page, axe)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_full_pages(
    theme: str, live: str, chromium: Callable[..., Any], axe: Callable[[Any], None], shop: Shop
) -> None:
    viewport = {"width": visits.WIDTHS[theme], "height": 800}
    page, complaints = visits.watched(chromium(color_scheme=theme, viewport=viewport))
    visit(page, live, shop.ben, paths(), axe)
    assert complaints == []


def test_the_pages_of_an_administrator_and_of_a_policy(
    live: str, chromium: Callable[..., Any], axe: Callable[[Any], None], shop: Shop
) -> None:
    choices.refuse_for_organisation(
        shop.training, organisation=shop.lilas, by=shop.ada, language="en"
    )
    page, complaints = visits.watched(chromium())
    addresses = ["/", "/organisation/policy/", f"/organisation/{shop.lilas.uid}/"]
    visit(page, live, shop.ada, addresses, axe)
    assert complaints == []


def test_empty_pages(
    live: str, chromium: Callable[..., Any], axe: Callable[[Any], None], transactional_db: None
) -> None:
    person = people.make("new@paraphe.example")
    page, complaints = visits.watched(chromium())
    addresses = ["/", "/documents/", "/documents/by-purpose/", "/purposes/", "/history/"]
    visit(page, live, person, addresses, axe)
    assert complaints == []
