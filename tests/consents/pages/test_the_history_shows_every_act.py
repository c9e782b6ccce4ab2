"""Who, old to new, under which text, by which way; on pages and as a file that is safe to open."""

import csv
import io
from collections.abc import Callable

import pytest
from django.test import Client

from consents.actions import choices
from consents.models import ChoiceEvent
from consents.models.ledger import Source
from consents.views.history import safe
from tests.consents.pages.conftest import Shop
from tests.consents.worlds import make_person


def history(client: Client, query: str = "") -> str:
    """Return the page with its white space folded."""
    return " ".join(client.get(f"/history/{query}").content.decode().split())


def lines(client: Client) -> list[dict[str, str]]:
    """Return the rows of the file."""
    text = client.get("/history/choices.csv").getvalue().decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_each_act_says_old_and_new_text_way_and_receipt(
    shop: Shop, signed_in: Callable[..., Client]
) -> None:
    shop.allow(shop.ada)
    shop.refuse(shop.ada)
    event = ChoiceEvent.objects.latest("id")
    page = history(signed_in(shop.ada))
    assert "<strong>You withdrew your agreement</strong>: AI model training" in page
    assert "From allowed to <strong>not allowed</strong>." in page
    assert "From not allowed (nothing chosen) to <strong>allowed</strong>." in page
    assert "You, in the portal." in page
    assert '<a href="/purposes/ai-training/#version-1">version 1</a>' in page
    assert f"/receipts/{event.uid}" in page


def test_what_held_before_follows_the_law_of_the_gate(shop: Shop) -> None:
    lease = shop.document("Lease", shop.ada, organisation=shop.lilas)
    shop.allow(shop.ada)
    shop.refuse(shop.ada, document=lease)
    shop.allow(shop.ada, within=shop.lilas)  # wider than the refusal: it stands
    shop.allow(shop.ada, document=lease)
    client = Client()
    client.force_login(shop.ada)
    changes = [(row["Before"], row["After"]) for row in lines(client)]
    assert changes[0] == ("not allowed", "allowed"), "the document's own refusal still stood"
    assert changes[2] == ("allowed", "not allowed")


def test_acts_of_support_by_link_and_of_the_organisation_are_there(
    shop: Shop, signed_in: Callable[..., Client]
) -> None:
    shop.members()
    shop.sign_the_contract()
    clerk = make_person("clerk")
    clerk.role = "support"
    clerk.save()
    shop.document("Lease", shop.ben)
    choices.refuse(shop.training, person=shop.ben, by=clerk, source=Source.STAFF, language="en")
    choices.refuse(
        shop.training, address=shop.ben.addresses.get(), by=None, source=Source.LINK, language="en"
    )
    page = history(signed_in(shop.ben))
    assert "Support, because you asked" in page
    assert "Clerk" not in page
    assert "You, without signing in" in page
    assert "Documents sent to ben@example.org" in page
    assert "A clause of the contract agreed" in page
    assert "All documents of Agence des Lilas" in page
    assert "allowed by a clause of the contract" in page


def test_pages_go_back_and_forth(shop: Shop, signed_in: Callable[..., Client]) -> None:
    for _ in range(15):
        shop.allow(shop.ada)
        shop.refuse(shop.ada)
    client = signed_in(shop.ada)
    first = client.get("/history/")
    assert first.content.count(b"<time") == 25
    older = first.context["older"]
    second = client.get(f"/history/{older}")
    assert second.content.count(b"<time") == 5
    back = client.get(f"/history/{second.context['newer']}")
    assert back.content.count(b"<time") == 25
    assert back.context["newer"] == ""


def test_the_file_holds_every_act_and_no_formula(
    shop: Shop, signed_in: Callable[..., Client]
) -> None:
    title = '=HYPERLINK("https://evil.example","Lease")'
    shop.refuse(shop.ada, document=shop.document(title, shop.ada))
    for _ in range(20):
        shop.allow(shop.ada)
        shop.refuse(shop.ada)
    client = signed_in(shop.ada)
    answer = client.get("/history/choices.csv")
    assert answer.streaming
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    rows = lines(client)
    assert len(rows) == ChoiceEvent.objects.count() == 41
    assert rows[-1]["About"] == f"'{title}"
    assert rows[0]["When"].endswith(("+01:00", "+02:00")), "in the time zone of the person"


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1"])
def test_a_cell_is_never_computed(cell: str) -> None:
    assert safe(cell) == f"'{cell}"
    assert safe("plain - text") == "plain - text"


def test_the_file_is_in_the_persons_language(shop: Shop, signed_in: Callable[..., Client]) -> None:
    shop.refuse(shop.ada)
    shop.ada.language = "fr"
    shop.ada.save()
    text = signed_in(shop.ada).get("/history/choices.csv").getvalue().decode()
    assert "Entraînement de modèles d’IA" in text


def test_nothing_chosen_has_its_own_words(shop: Shop, signed_in: Callable[..., Client]) -> None:
    page = history(signed_in(shop.ada))
    assert "You have made <strong>no choice</strong> yet." in page
    assert "choices.csv" not in page


def test_an_erased_document_keeps_its_act_without_its_title(
    shop: Shop, signed_in: Callable[..., Client]
) -> None:
    lease = shop.document("Lease", shop.ada)
    shop.refuse(shop.ada, document=lease)
    lease.title, lease.erased_at = "", lease.listed_at
    lease.save()
    page = history(signed_in(shop.ada))
    assert "A document that has been erased" in page
    assert f"/documents/{lease.uid}/" not in page
