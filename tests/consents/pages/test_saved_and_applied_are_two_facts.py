"""The person sees that it is saved, and in how many systems it is in effect."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from consents.actions import delivery, propagation
from consents.models import ChoiceEvent, Propagation, System
from tests.consents.pages.conftest import Shop
from tests.consents.receivers import Receiver, register

pytestmark = pytest.mark.django_db
Status = Propagation.Status


@pytest.fixture
def receivers(settings: Any) -> Iterator[list[Receiver]]:
    made = [Receiver(), Receiver()]
    settings.OUTGOING_ALLOWED_HOSTS = [one.host for one in made]
    yield made
    for one in made:
        one.stop()


@pytest.fixture
def systems(shop: Shop, receivers: list[Receiver]) -> list[System]:
    """The archive answers 204, the search index 202."""
    archive = register(receivers[0], "archive", shop.training)
    index = register(receivers[1], "search-index", shop.training)
    receivers[1].answers = [202] * 9
    return [archive, index]


def choose(client: Client, act: str = "refuse") -> str:
    """Choose about AI training as the page does; return the first page as it is then."""
    client.post("/choices/ai-training/", {"act": act, "next": "/", "version": "1"})
    return client.get("/").text


def poll(client: Client, **sent: str) -> Any:
    event = ChoiceEvent.objects.order_by("-pk").first()
    assert event is not None
    return client.get(f"/choices/acts/{event.uid}/applied/", sent, headers={"HX-Request": "true"})


def test_where_no_system_is_told_the_page_promises_nothing(
    shop: Shop, signed_in: Callable[..., Client]
) -> None:
    client = signed_in(shop.ada)
    text = choose(client)
    assert "Saved" in text
    assert "Applied in" not in text
    event = ChoiceEvent.objects.get()
    receipt = client.get(f"/receipts/{event.uid}/").text
    assert "No other system has to be told" in receipt


def test_saved_first_then_applied_one_by_one(
    shop: Shop, signed_in: Callable[..., Client], systems: list[System]
) -> None:
    client = signed_in(shop.ada)
    text = choose(client)
    assert "Saved" in text
    assert "Applied in 0 of 2 systems." in text
    assert "Archive: expected by" in text
    delivery.deliver(systems[0].pk)
    delivery.deliver(systems[1].pk)
    text = client.get("/").text
    assert "Applied in 1 of 2 systems. Search Index: expected by" in text
    assert "received, not applied yet" in text
    propagation.acknowledge(Propagation.objects.get(system=systems[1]).uid)
    assert "Applied in 2 of 2 systems." in client.get("/").text


def test_a_promise_that_was_not_kept_is_said(
    shop: Shop, signed_in: Callable[..., Client], systems: list[System]
) -> None:
    client = signed_in(shop.ada)
    choose(client)
    Propagation.objects.filter(system=systems[0]).update(
        expected_by=timezone.now() - timedelta(hours=1)
    )
    Propagation.objects.filter(system=systems[1]).update(status=Status.DEAD)
    text = client.get("/").text
    assert "Archive: late, was expected by" in text
    assert "Search Index: not reached; our staff look after it." in text


def test_a_page_that_asks_hears_only_what_is_new(
    shop: Shop, signed_in: Callable[..., Client], systems: list[System]
) -> None:
    client = signed_in(shop.ada)
    text = choose(client)
    seen = text.split('name="seen" value="')[1].split('"')[0]
    assert poll(client, seen=seen).status_code == 204
    delivery.deliver(systems[0].pk)
    news = poll(client, seen=seen, key="choice-ai-training-applied")
    assert news.status_code == 200
    assert "Applied in 1 of 2" in news.text
    assert 'id="choice-ai-training-applied-systems"' in news.text
    assert "no-store" in news["Cache-Control"]
    delivery.deliver(systems[1].pk)
    propagation.acknowledge(Propagation.objects.get(system=systems[1]).uid)
    last = poll(client, seen=seen)
    assert last.status_code == 286
    assert "Applied in 2 of 2" in last.text
    assert "hx-get" not in client.get("/").text.split('id="choice-ai-training-applied"')[1][:600]


def test_nobody_watches_for_hours(
    shop: Shop, signed_in: Callable[..., Client], systems: list[System]
) -> None:
    client = signed_in(shop.ada)
    choose(client)
    Propagation.objects.update(created_at=timezone.now() - timedelta(hours=1))
    assert poll(client, seen="wa-wa-0").status_code == 286
    assert "every 2s" not in client.get("/").text


def test_a_stranger_learns_nothing_and_nonsense_gets_an_answer(
    shop: Shop, signed_in: Callable[..., Client], systems: list[System]
) -> None:
    choose(signed_in(shop.ada))
    assert poll(signed_in(shop.ben)).status_code == 404
    assert poll(signed_in(shop.ada), key='"><script>').status_code == 400
    assert poll(signed_in(shop.ada), seen="\0" * 9).status_code == 200
    signed_out = poll(Client())
    assert (signed_out.status_code, signed_out.content) == (286, b"")
    assert signed_out["HX-Reswap"] == "none"


def test_a_later_choice_replaces_what_did_not_get_through(
    shop: Shop, signed_in: Callable[..., Client], systems: list[System]
) -> None:
    client = signed_in(shop.ada)
    choose(client)
    first = ChoiceEvent.objects.get()
    choose(client, "allow")
    assert "Replaced by a later choice." in client.get(f"/receipts/{first.uid}/").text


def test_an_organisation_sees_it_of_its_policy_too(
    shop: Shop, signed_in: Callable[..., Client], systems: list[System]
) -> None:
    shop.members()
    client = signed_in(shop.ada)
    sent = {"organisation": str(shop.lilas.uid), "purpose": "ai-training", "act": "refuse"}
    client.post("/organisation/policy/", sent)
    delivery.deliver(systems[0].pk)
    assert "Applied in 1 of 2 systems." in client.get(f"/organisation/{shop.lilas.uid}/").text
    assert "Applied in" not in signed_in(shop.ben).get(f"/organisation/{shop.lilas.uid}/").text


def test_more_choices_cost_no_more_queries(
    shop: Shop,
    signed_in: Callable[..., Client],
    systems: list[System],
    django_assert_max_num_queries: Any,
) -> None:
    client = signed_in(shop.ada)
    choose(client)
    client.get("/purposes/")
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as before:
        client.get("/purposes/")
    for slug in ("marketing", "analytics", "ai-features"):
        client.post(f"/choices/{slug}/", {"act": "refuse", "next": "/"})
    client.get("/purposes/")
    for number in range(5):
        System.objects.create(
            slug=f"s{number}", name=f"S{number}", webhook_url="https://a.example/"
        ).obeys.set(shop.training.__class__.objects.all())
    client.post("/choices/marketing/", {"act": "allow", "next": "/", "version": "1"})
    client.get("/purposes/")
    with CaptureQueriesContext(connection) as after:
        page = client.get("/purposes/")
    assert "Applied in 0 of 5 systems." in page.text
    assert len(after) <= len(before) + 1
