"""The acts as one JSON file: who, old and new, the text as it was shown, and where the proof is."""

import json
from collections.abc import Callable
from typing import Any

from django.test import Client

from consents.actions import choices
from consents.models import ChoiceEvent
from consents.models.ledger import Source
from portal.lib.canonical import sha256_of
from tests.consents.pages.conftest import Shop


def acts(client: Client, **options: Any) -> list[dict[str, Any]]:
    answer = client.get("/history/choices.json", **options)
    assert answer.streaming
    assert answer["Content-Type"] == "application/json; charset=utf-8"
    assert "no-store" in answer["Cache-Control"]
    told = json.loads(answer.getvalue())
    assert told["format"] == "regard-choices/1"
    found: list[dict[str, Any]] = told["acts"]
    return found


def test_nothing_chosen_is_an_empty_list(shop: Shop, signed_in: Callable[..., Client]) -> None:
    assert acts(signed_in(shop.ada)) == []


def test_it_says_old_and_new_and_holds_the_text_that_its_hash_is_of(
    shop: Shop, signed_in: Callable[..., Client]
) -> None:
    shop.allow(shop.ada)
    shop.refuse(shop.ada)
    newest, oldest = acts(signed_in(shop.ada))
    assert (oldest["before"], oldest["after"]) == ("not allowed (nothing chosen)", "allowed")
    assert (newest["before"], newest["after"]) == ("allowed", "not allowed")
    assert (newest["act"], newest["who"]) == ("consent_withdrawn", "You")
    assert sha256_of(newest["text"]["words"]) == newest["text"]["sha256"]
    event = ChoiceEvent.objects.latest("pk")
    assert newest["receipt"] == f"http://localhost/receipts/{event.uid}.json"


def test_it_speaks_the_persons_language(shop: Shop, signed_in: Callable[..., Client]) -> None:
    choices.refuse(shop.training, person=shop.ada, by=shop.ada, language="fr")
    (act,) = acts(signed_in(shop.ada), headers={"Accept-Language": "fr"})
    assert act["text"]["language"] == "fr"
    assert act["purpose"]["title"] == "Entraînement de modèles d’IA"


def test_acts_by_link_before_the_account_are_there_with_their_receipt(
    shop: Shop, signed_in: Callable[..., Client]
) -> None:
    address = shop.ada.addresses.get()
    shop.document("Lease", shop.ada, shop.ben)
    choices.refuse(shop.training, address=address, by=None, source=Source.LINK, language="en")
    (act,) = acts(signed_in(shop.ada))
    assert act["source"]["code"] == "link"
    assert act["receipt"]


def test_it_costs_the_same_for_forty_acts(
    shop: Shop, signed_in: Callable[..., Client], django_assert_max_num_queries: Any
) -> None:
    client = signed_in(shop.ada)
    for number in range(20):
        document = shop.document(f"Lease {number}", shop.ada)
        shop.refuse(shop.ada, document=document)
        shop.allow(shop.ada, document=document)
    with django_assert_max_num_queries(12):
        assert len(acts(client)) == 40


def test_a_stranger_reads_nothing_of_it(shop: Shop, signed_in: Callable[..., Client]) -> None:
    shop.refuse(shop.ada)
    assert acts(signed_in(shop.ben)) == []
    assert Client().get("/history/choices.json").status_code == 302
