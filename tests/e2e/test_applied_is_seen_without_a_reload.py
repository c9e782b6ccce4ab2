"""In a real browser: saved at once, applied as the systems answer, without a reload; and without
JavaScript with one."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.cache import cache

from consents.actions import propagation
from consents.models import Propagation
from tests.consents.pages.conftest import Shop, can_sign_in
from tests.consents.receivers import Receiver, register
from tests.e2e import visits
from tests.servers import Worker, subprocess_environment, wait_until


@pytest.fixture
def receivers(settings: Any) -> Iterator[list[Receiver]]:
    made = [Receiver(), Receiver()]
    settings.OUTGOING_ALLOWED_HOSTS = [one.host for one in made]
    yield made
    for one in made:
        one.stop()


@pytest.fixture
def worker(transactional_db: None, mailserver: Any, receivers: list[Receiver]) -> Iterator[Worker]:
    """The real worker, which may call the receivers."""
    hosts = ",".join(one.host for one in receivers)
    running = Worker(subprocess_environment(OUTGOING_ALLOWED_HOSTS=hosts))
    running.start()
    yield running
    running.stop()


@pytest.fixture
def shop(transactional_db: None, receivers: list[Receiver]) -> Shop:
    """Ada can sign in; the archive obeys at once, the search index confirms later."""
    cache.clear()
    shop = Shop()
    can_sign_in(shop.ada)
    shop.document("Lease", shop.ada, shop.ben)
    register(receivers[0], "archive", shop.training)
    register(receivers[1], "search-index", shop.training)
    receivers[1].answers = [202] * 9
    return shop


def confirm() -> None:
    """Let the search index say that it obeys."""
    row = Propagation.objects.filter(status="received")
    wait_until(row.exists)
    propagation.acknowledge(row.get().uid)


def test_applied_is_seen_to_move_without_a_reload(
    live: str,
    chromium: Callable[..., Any],
    axe: Callable[[Any], None],
    shop: Shop,
    worker: Worker,
) -> None:
    page, complaints = visits.watched(chromium(locale="en-GB"))
    visits.sign_in(page, live, str(shop.ada.email))
    page.goto(f"{live}/")
    complaints.clear()
    page.evaluate("window.stayed = true")
    page.get_by_role("button", name="Refuse AI training").click()
    page.get_by_role("status").filter(has_text="Saved").wait_for()
    page.get_by_role("status").filter(has_text="Applied in 1 of 2 systems.").wait_for()
    page.get_by_text("Each system", exact=True).click()
    page.get_by_text("received, not applied yet").wait_for()
    visits.inspect(page, axe)
    confirm()
    page.get_by_role("status").filter(has_text="Applied in 2 of 2 systems.").wait_for()
    assert page.get_by_text("received, not applied yet").count() == 0
    assert page.get_by_text("Search Index").is_visible(), "what was unfolded stays so"
    assert page.evaluate("window.stayed"), "only the sentence was replaced"
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.wait_for_timeout(4500)
    assert asked == [], "nothing more can change, and nothing is asked any more"
    visits.inspect(page, axe)
    assert complaints == []


def test_without_javascript_a_reload_shows_it(
    live: str, chromium: Callable[..., Any], shop: Shop, worker: Worker
) -> None:
    page = chromium(java_script_enabled=False, locale="en-GB").new_page()
    visits.sign_in(page, live, str(shop.ada.email))
    page.goto(f"{live}/")
    visits.press(page, page.get_by_role("button", name="Refuse AI training"))
    assert "Saved" in page.get_by_role("status").all_inner_texts()[0]
    confirm()
    wait_until(lambda: Propagation.objects.filter(status="applied").count() == 2)
    page.reload()
    assert "Applied in 2 of 2 systems." in page.locator("main").inner_text()
