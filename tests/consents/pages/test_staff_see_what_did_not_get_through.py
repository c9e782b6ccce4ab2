"""Support: what waits or was given up, why, and to send it again. The DPO: who must obey."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from consents.actions import delivery
from consents.models import Propagation, System, SystemEvent
from tests.accounts import people
from tests.consents.pages.conftest import Shop
from tests.consents.receivers import Receiver, register
from tests.reading import without_tokens

pytestmark = pytest.mark.django_db
Status = Propagation.Status


def staff(email: str, role: str) -> Client:
    person: User = people.with_app(people.make(email, role=role, name=role.title()))
    return people.sign_in(Client(), person)


@pytest.fixture
def support(db: None) -> Client:
    return staff("sam@paraphe.example", "support")


@pytest.fixture
def dpo(db: None) -> Client:
    return staff("dina@paraphe.example", "dpo")


@pytest.fixture
def receiver(settings: Any) -> Iterator[Receiver]:
    made = Receiver()
    settings.OUTGOING_ALLOWED_HOSTS = [made.host]
    yield made
    made.stop()


@pytest.fixture
def index(shop: Shop, receiver: Receiver) -> System:
    return register(receiver, "search-index", shop.training)


def test_a_message_that_was_given_up_has_its_cause_and_is_sent_again(
    shop: Shop, support: Client, receiver: Receiver, index: System
) -> None:
    receiver.answers = [410]
    shop.refuse(shop.ada)
    delivery.deliver(index.pk)
    text = support.get("/staff/deliveries/").text
    assert "The system says that it takes no messages any more." in text
    assert not re.search(r"\bada\b", without_tokens(text), re.IGNORECASE)
    row = Propagation.objects.get()
    answer = support.post(f"/staff/deliveries/{row.uid}/send/")
    assert answer.status_code == 302
    delivery.deliver(index.pk)
    assert "Nothing is open" in support.get("/staff/deliveries/").text
    assert support.post(f"/staff/deliveries/{row.uid}/send/").status_code == 409


def test_what_was_given_up_is_not_said_to_be_tried_again(
    shop: Shop, support: Client, index: System
) -> None:
    shop.refuse(shop.ada)
    rows = Propagation.objects.all()
    rows.update(error="http_503")
    assert "Messages are sent again by themselves." in support.get("/staff/deliveries/").text
    rows.update(status=Status.DEAD)
    text = support.get("/staff/deliveries/").text
    assert "Messages are sent again by themselves." not in text
    assert "Ask who runs the system, then send again." in text


def test_all_of_a_system_are_sent_again(
    shop: Shop, support: Client, receiver: Receiver, index: System
) -> None:
    receiver.answers = [410, 410]
    shop.refuse(shop.ada)
    shop.refuse(shop.ben)
    delivery.deliver(index.pk)
    assert Propagation.objects.filter(status=Status.DEAD).count() == 2
    page = support.post("/staff/deliveries/search-index/send/", follow=True)
    assert "2 messages are sent again now." in page.text
    page = support.post("/staff/deliveries/search-index/send/", follow=True)
    assert "There was nothing to send again." in page.text


def test_a_system_that_is_left_alone_is_said_so_in_words(
    shop: Shop, support: Client, index: System
) -> None:
    System.objects.update(failures=7, closed_until=timezone.now() + timedelta(minutes=5))
    text = support.get("/staff/deliveries/").text
    assert "Left alone for a while" in text
    assert "After 7 failures in a row, nothing is sent until" in text


def test_a_long_list_goes_by_pages_and_costs_the_same(
    shop: Shop, support: Client, index: System, django_assert_max_num_queries: Any
) -> None:
    shop.refuse(shop.ada)
    shop.refuse(shop.ben)
    support.get("/staff/deliveries/")
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as few:
        support.get("/staff/deliveries/")
    for number in range(60):
        shop.refuse(shop.cleo, document=shop.document(f"Doc {number}", shop.cleo))
    with CaptureQueriesContext(connection) as many:
        page = support.get("/staff/deliveries/")
    assert len(many) == len(few)
    older = page.text.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    second = support.get(f"/staff/deliveries/{older}").text
    assert second.count("Send again") == 12
    assert support.get("/staff/deliveries/?older=nonsense&system=%00&status=x").status_code == 200


def test_only_staff_and_for_systems_only_the_dpo(
    shop: Shop, support: Client, index: System, signed_in: Any
) -> None:
    row_less = "/staff/deliveries/00000000-0000-0000-0000-000000000000/send/"
    customer = signed_in(shop.ada)
    for address in ("/staff/deliveries/", "/staff/systems/", "/staff/systems/search-index/"):
        assert customer.get(address).status_code == 404
    assert customer.post(row_less).status_code == 404
    assert support.get("/staff/deliveries/").status_code == 200
    assert support.post(row_less).status_code == 404
    for address in ("/staff/systems/", "/staff/systems/new/", "/staff/systems/search-index/"):
        assert support.get(address).status_code == 404
    assert support.post("/staff/systems/search-index/secret/").status_code == 404


def entry(**fields: Any) -> dict[str, Any]:
    return {
        "slug": "lab", "name": "Lab", "kind": "internal", "promise": "60",
        "webhook_url": "https://lab.example/hook",
    } | fields  # fmt: skip


def test_the_dpo_registers_a_system_and_sees_its_secret_once(shop: Shop, dpo: Client) -> None:
    people.confirm(dpo)
    page = dpo.post("/staff/systems/new/", entry(obeys=[str(shop.training.pk)]))
    assert page.status_code == 200
    assert "whsec_" in page.text
    assert "no-store" in page["Cache-Control"]
    system = System.objects.get(slug="lab")
    assert (system.promise, list(system.obeys.all())) == (60, [shop.training])
    text = dpo.get("/staff/systems/lab/").text
    assert "whsec_" not in text
    assert "Registered" in text
    again = dpo.post("/staff/systems/new/", entry())
    assert again.status_code == 422
    assert "registered already" in again.text


def test_before_a_secret_is_shown_the_dpo_proves_who_they_are(
    shop: Shop, dpo: Client, index: System
) -> None:
    index.refresh_from_db()
    before = bytes(index.webhook_secret)
    answer = dpo.post("/staff/systems/search-index/secret/", {"instead_of": "x"})
    assert answer.status_code == 302
    assert "/reauthenticate/" in answer["Location"] or "/account/" in answer["Location"]
    index.refresh_from_db()
    assert bytes(index.webhook_secret) == before
    assert "/account/" in dpo.post("/staff/systems/new/", entry())["Location"]
    assert not System.objects.filter(slug="lab").exists()


def test_a_form_sent_twice_makes_one_new_secret(shop: Shop, dpo: Client, index: System) -> None:
    text = dpo.get("/staff/systems/search-index/").text
    mark = text.split('name="instead_of" value="')[1].split('"')[0]
    people.confirm(dpo)
    first = dpo.post("/staff/systems/search-index/secret/", {"instead_of": mark})
    assert "whsec_" in first.text
    again = dpo.post("/staff/systems/search-index/secret/", {"instead_of": mark})
    assert again.status_code == 409
    assert SystemEvent.objects.filter(kind="secret").count() == 1


def test_what_changed_stays_readable(shop: Shop, dpo: Client, index: System) -> None:
    change = entry(name="Index two", promise="3600", obeys=[str(shop.training.pk)])
    assert dpo.post("/staff/systems/search-index/", change).status_code == 302
    text = dpo.get("/staff/systems/search-index/").text
    assert "<del>600</del> <ins>3600</ins>" in text
    assert "https://lab.example/hook" in text
    assert "whsec_" not in text


@pytest.mark.parametrize(
    "url", ["http://lab.example/", "https://a:b@lab.example/", "https://", "ftp://x/", "\0", "x#y"]
)
def test_an_address_that_cannot_be_called_is_not_taken(
    shop: Shop, dpo: Client, index: System, url: str
) -> None:
    answer = dpo.post("/staff/systems/search-index/", entry(webhook_url=url))
    assert answer.status_code == 422
    assert dpo.post("/staff/systems/new/", entry(webhook_url=url)).status_code == 422


def test_the_list_says_who_is_told_where(shop: Shop, dpo: Client, index: System) -> None:
    text = dpo.get("/staff/systems/").text
    assert "127.0.0.1:" in text
    assert "not told" in text


@pytest.mark.parametrize("word", ["\0", "9" * 40, "x" * 6000, "é", "-1"])
def test_nonsense_gets_an_answer(shop: Shop, dpo: Client, index: System, word: str) -> None:
    people.confirm(dpo)
    sent = dict.fromkeys(
        ("slug", "name", "kind", "webhook_url", "promise", "obeys", "instead_of"), word
    )
    for address in ("new/", "search-index/"):
        assert dpo.post(f"/staff/systems/{address}", sent).status_code == 422
    assert dpo.post("/staff/systems/search-index/secret/", sent).status_code == 409
    asked = {"system": word, "status": word, "older": word, "newer": word}
    assert dpo.get("/staff/deliveries/", asked).status_code == 200
