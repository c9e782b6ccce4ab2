"""Saved on the same page by a plain form; the ledger, the gate and the words agree at once."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from consents import permits
from consents.actions.purposes import publish
from consents.catalogue import FOLDER, purpose
from consents.models import ChoiceEvent
from consents.models.ledger import Act
from tests.consents.pages.conftest import Shop

HTMX = {"HX-Request": "true"}


def act(client: Client, what: str, **more: object) -> Any:
    return client.post("/choices/ai-training/", {"act": what, "version": 1, "next": "/"} | more)


def test_allowing_and_refusing_are_the_same_act_on_the_same_page(
    shop: Shop, signed_in: Callable[..., Client]
) -> None:
    document = shop.document("Lease", shop.ada)
    client = signed_in(shop.ada)
    for what, allowed, words in (
        ("allow", True, "may be used"),
        ("refuse", False, "not used"),
    ):
        answer = act(client, what)
        assert (answer.status_code, answer["Location"]) == (303, "/#choice-ai-training")
        assert permits.may(document.reference, "ai-training").allowed is allowed
        page = client.get("/").content.decode()
        assert f"<strong>{words}</strong>" in page
        assert "Saved" in page
        assert "autofocus" in page
    assert "Saved" not in client.get("/").content.decode(), "said once"


def test_each_way_is_one_form_with_one_button(shop: Shop, signed_in: Callable[..., Client]) -> None:
    client = signed_in(shop.ada)
    act(client, "allow")
    allowed = client.get("/").content.decode()
    act(client, "refuse")
    refused = client.get("/").content.decode()
    for page, verb in ((allowed, "Refuse AI training"), (refused, "Allow AI training")):
        form = page[page.index('id="choice-ai-training"') :].split("</form>")[0]
        assert form.count("<button") == 1
        assert f">{verb}</button>" in form


def test_undecided_shows_both_acts(shop: Shop, signed_in: Callable[..., Client]) -> None:
    page = signed_in(shop.ada).get("/").content.decode()
    assert "You have never allowed it." in page
    assert ">Refuse AI training</button>" in page
    assert ">Allow AI training</button>" in page


def test_sending_twice_is_one_act(shop: Shop, signed_in: Callable[..., Client]) -> None:
    client = signed_in(shop.ada)
    assert act(client, "refuse").status_code == 303
    assert act(client, "refuse").status_code == 303
    assert ChoiceEvent.objects.count() == 1


def test_a_choice_for_one_document_leaves_the_others(
    shop: Shop, signed_in: Callable[..., Client]
) -> None:
    lease, quote = shop.document("Lease", shop.ada), shop.document("Quote", shop.ada)
    client = signed_in(shop.ada)
    act(client, "allow", document=lease.uid, next=f"/documents/{lease.uid}/")
    assert permits.may(lease.reference, "ai-training").allowed
    assert not permits.may(quote.reference, "ai-training").allowed
    home = client.get("/").content.decode()
    assert "One document is allowed separately" in home
    assert "Lease" in home


def test_a_choice_for_one_organisation(shop: Shop, signed_in: Callable[..., Client]) -> None:
    theirs = shop.document("Lease", shop.ada, organisation=shop.lilas)
    client = signed_in(shop.ada)
    page = client.get("/purposes/ai-training/").content.decode()
    assert "Allow for this organisation" in page
    answer = act(client, "allow", organisation=shop.lilas.uid, next="/purposes/ai-training/")
    assert answer["Location"] == f"/purposes/ai-training/#choice-ai-training-{shop.lilas.uid}"
    assert permits.may(theirs.reference, "ai-training").allowed
    assert ChoiceEvent.objects.get().within == shop.lilas


def test_a_yes_to_words_that_have_changed_is_not_taken(
    shop: Shop, signed_in: Callable[..., Client]
) -> None:
    now = timezone.now()
    wording = purpose(FOLDER / "ai-training.consent.toml").wording
    publish(shop.training, wording, published_at=now, effective_from=now)
    client = signed_in(shop.ada)
    stale = act(client, "allow", version=1)
    assert stale.status_code == 409
    assert b"Nothing was saved" in stale.content
    assert ChoiceEvent.objects.count() == 0
    assert act(client, "refuse", version=1).status_code == 303, "a no is always taken"
    assert act(client, "allow", version=2).status_code == 303


def test_an_objection_is_called_an_objection(
    objection: Shop, signed_in: Callable[..., Client]
) -> None:
    client = signed_in(objection.ada)
    page = client.get("/").content.decode()
    assert "You have not objected." in page
    assert ">Object to AI training</button>" in page
    assert "Allow AI training" not in page
    act(client, "refuse")
    assert ChoiceEvent.objects.get().act == Act.OBJECTION_LODGED
    page = client.get("/").content.decode()
    assert "Since your objection of" in page
    assert ">Withdraw my objection</button>" in page


def test_what_is_needed_or_not_used_has_no_switch(
    shop: Shop, signed_in: Callable[..., Client]
) -> None:
    client = signed_in(shop.ada)
    assert client.post("/choices/delivery/", {"act": "refuse"}).status_code == 409
    assert ChoiceEvent.objects.count() == 0


@pytest.mark.parametrize("there", ["https://evil.example/", "//evil.example/", "javascript:x", ""])
def test_the_way_back_stays_in_the_house(
    there: str, shop: Shop, signed_in: Callable[..., Client]
) -> None:
    answer = act(signed_in(shop.ada), "refuse", next=there)
    assert answer["Location"] == "/purposes/ai-training/#choice-ai-training"


def test_a_reload_of_the_act_leads_to_the_purpose(
    shop: Shop, signed_in: Callable[..., Client]
) -> None:
    client = signed_in(shop.ada)
    assert client.get("/choices/ai-training/")["Location"] == "/purposes/ai-training/"
    assert client.put("/choices/ai-training/").status_code == 405


def test_who_was_signed_out_is_led_to_sign_in_and_back(shop: Shop) -> None:
    plain = act(Client(), "refuse")
    assert plain["Location"] == "/account/login/?next=%2F"
    swapped = Client().post("/choices/ai-training/", {"act": "refuse", "next": "/"}, headers=HTMX)
    assert swapped["HX-Redirect"] == "/account/login/?next=%2F"
    assert ChoiceEvent.objects.count() == 0


def test_without_its_token_a_form_changes_nothing(
    shop: Shop, signed_in: Callable[..., Client]
) -> None:
    client = signed_in(shop.ada, enforce_csrf_checks=True)
    assert act(client, "allow").status_code == 403
    assert ChoiceEvent.objects.count() == 0


def test_htmx_gets_the_content_alone(shop: Shop, signed_in: Callable[..., Client]) -> None:
    part = signed_in(shop.ada).get("/", headers=HTMX)
    assert b"<html" not in part.content
    assert b'id="choice-ai-training"' in part.content
    assert "HX-Request" in part["Vary"]
    assert "no-store" in part["Cache-Control"]


def test_the_receipt_of_a_choice_is_beside_it(shop: Shop, signed_in: Callable[..., Client]) -> None:
    client = signed_in(shop.ada)
    act(client, "refuse")
    uid = ChoiceEvent.objects.get().uid
    page = client.get("/").content.decode()
    assert f"/receipts/{uid}" in page
