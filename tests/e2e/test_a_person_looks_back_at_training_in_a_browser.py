"""From the first page to the runs, to one run's documents: by keyboard too, in both themes."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.utils import timezone

from consents.actions import runs
from consents.models import CanaryCheck, TrainingRun
from tests.consents.pages.conftest import Shop, can_sign_in
from tests.e2e import visits


@pytest.fixture
def shop(transactional_db: None) -> Shop:
    """Ada's documents were used in many runs before she refused; Cleo's never."""
    cache.clear()
    shop, now = Shop(), timezone.now()
    with time_machine.travel(now - timedelta(days=300), tick=False):
        shop.allow(shop.ada)
    for i in range(60):
        title = f"Lease {i}" if i else "Donaudampfschifffahrtsgesellschaftskapitänsvertrag " * 5
        lease = shop.document(title, shop.ben, shop.ada, at=now - timedelta(days=400))
        shop.use(lease, "ai-training", now - timedelta(days=90, minutes=i), run=f"run-{i % 25}")
        shop.use(lease, "ai-training", now - timedelta(days=80), run="all-of-them")
    run = TrainingRun.objects.get(reference="all-of-them")
    runs.set_remedy(run, TrainingRun.Remedy.NONE, remedy_by=None, client="c")
    runs.set_remedy(run, TrainingRun.Remedy.RETRAIN, remedy_by=date(2030, 1, 1), client="c")
    shop.refuse(shop.ada)
    CanaryCheck.objects.create(outcome="held", asked=6, at=now - timedelta(minutes=12))
    for person in (shop.ada, shop.cleo):
        can_sign_in(person)
    return shop


def unfold(page: Any) -> None:
    """Open everything that unfolds."""
    page.evaluate("document.querySelectorAll('details').forEach((one) => one.open = true)")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("locale", ["en-GB", "fr-FR"])
def test_every_page_of_the_look_back(
    theme: str, locale: str, live: str, chromium: Callable[..., Any], axe: Any, shop: Shop
) -> None:
    viewport = {"width": visits.WIDTHS[theme], "height": 800}
    context = chromium(color_scheme=theme, viewport=viewport, locale=locale)
    page, complaints = visits.watched(context)
    visits.sign_in(page, live, str(shop.ada.email))
    page.locator("a[href='/training/']").first.click()
    page.wait_for_url("**/training/")
    visits.inspect(page, axe)
    unfold(page)
    visits.inspect(page, axe)
    page.locator("a[rel=next]").click()
    page.wait_for_url("**older=*")
    visits.inspect(page, axe)
    run = TrainingRun.objects.get(reference="all-of-them")
    page.goto(f"{live}/training/{run.uid}/")
    unfold(page)
    visits.inspect(page, axe)
    page.locator("a[rel=next]").click()
    page.wait_for_url("**older=*")
    assert page.locator("tbody tr").count() == 10
    assert complaints == []


def test_who_was_never_used_reads_it_first(
    live: str, chromium: Callable[..., Any], axe: Any, shop: Shop
) -> None:
    page, complaints = visits.watched(chromium(locale="en-GB"))
    visits.sign_in(page, live, str(shop.cleo.email))
    page.goto(f"{live}/training/")
    visits.inspect(page, axe)
    assert "never been used" in page.locator("h1").inner_text()
    CanaryCheck.objects.create(outcome="leaked", asked=6, allowed=6)
    page.reload()
    visits.inspect(page, axe)
    assert "let through" in page.locator(".notice.warning").inner_text()
    assert complaints == []
