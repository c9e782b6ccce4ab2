"""The list: newest first, by key, across all addresses of a person, each document once."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.actions import address_for, claim_address
from consents.models import Party
from consents.queries import wanted
from tests.consents.pages.conftest import Shop


def search(client: Client, path: str = "/documents/", **sent: str) -> str:
    """Send the form of the search and return the query of the page it leads to."""
    answer = client.post(path, sent)
    assert answer.status_code == 303
    assert answer["Location"].startswith(path)
    return str(answer["Location"]).removeprefix(path)


def titles(client: Client, query: str = "") -> list[str]:
    """Return the titles on a page of the list, in order."""
    page = client.get(f"/documents/{query}").content.decode()
    return [
        one.strip() for one in re.findall(r'<a href="/documents/[0-9a-f-]{36}/">([^<]*)<', page)
    ]


def link(client: Client, query: str, rel: str) -> str:
    """Return the query of the next or previous page, empty if there is none."""
    page = client.get(f"/documents/{query}").content.decode()
    found = re.search(rf'rel="{rel}" href="([^"]+)"', page)
    return found[1].replace("&amp;", "&") if found else ""


def test_pages_go_back_and_forth_without_loss(shop: Shop, signed_in: Callable[..., Client]) -> None:
    second = claim_address("ada@work.example", person=shop.ada)
    now = timezone.now()
    for i in range(60):
        # Three at a time at the same instant: ties are settled by the key.
        at = now - timedelta(days=i // 3)
        document = shop.document(f"No {i}", second if i % 2 else shop.ada, shop.ben, at=at)
        if i % 5 == 0:  # sender and signer of the same document
            own = shop.ada.addresses.first()
            Party.objects.create(document=document, address=own, role="copy", listed_at=at)
    client = signed_in(shop.ada)
    first = titles(client)
    second_query = link(client, "", "next")
    third_query = link(client, second_query, "next")
    everything = first + titles(client, second_query) + titles(client, third_query)
    assert len(first) == 25
    assert len(everything) == 60
    assert sorted(everything) == sorted({f"No {i}" for i in range(60)})
    days = [int(title[3:]) // 3 for title in everything]
    assert days == sorted(days), "newest first"
    assert link(client, third_query, "next") == ""
    assert titles(client, link(client, third_query, "prev")) == titles(client, second_query)
    assert titles(client, link(client, second_query, "prev")) == first
    assert link(client, "", "prev") == ""


@pytest.mark.parametrize(
    ("sent", "found"),
    [
        ({"q": "bail"}, {"Bail d’été"}),
        ({"q": "ETE"}, {"Bail d’été"}),
        ({"q": "été cleo"}, {"Bail d’été"}),
        ({"q": "cleo"}, {"Bail d’été"}),
        ({"q": "ada"}, set()),
        ({"q": "dan"}, set()),
        ({"q": "100%"}, {"Quote 100%"}),
        ({"q": "_"}, set()),
        ({"party": "CLEO"}, {"Bail d’été"}),
        ({"party": "bail"}, set()),
        ({"party": "ben", "q": "quote"}, {"Quote 100%"}),
        ({"party": "dan"}, set()),
        ({"kind": "quote"}, {"Quote 100%"}),
        ({"status": "voided"}, {"Old"}),
        ({"since": "2020-06-15", "until": "2020-06-15"}, {"Old"}),
        ({"until": "2020-06-14"}, set()),
        ({"since": "2020-06-16"}, {"Bail d’été", "Quote 100%"}),
        ({"purpose": "delivery"}, {"Quote 100%"}),
        ({"purpose": "ai-training"}, {"Old"}),
        ({"training": "used"}, {"Old"}),
        ({"training": "never"}, {"Bail d’été", "Quote 100%"}),
        ({"training": "allowed"}, {"Quote 100%"}),
        ({"training": "closed"}, {"Bail d’été", "Old"}),
        ({"training": "closed", "kind": "lease"}, {"Bail d’été"}),
        ({"training": "used", "kind": "quote"}, set()),
        ({}, {"Bail d’été", "Quote 100%", "Old"}),
    ],
)
def test_words_and_filters(
    sent: dict[str, str], found: set[str], shop: Shop, signed_in: Callable[..., Client]
) -> None:
    lease = shop.document("Bail d’été", shop.ada, shop.cleo, kind="lease", organisation=shop.lilas)
    dan = address_for("dan@example.org")
    Party.objects.create(document=lease, address=dan, role="copy", name="Dan")
    quote = shop.document("Quote 100%", shop.ada, shop.ben, kind="quote")
    shop.use(quote, "delivery", timezone.now())
    for person in (shop.ada, shop.ben):
        shop.allow(person, document=quote)
    long_ago = datetime(2020, 6, 15, 12, tzinfo=UTC)
    old = shop.document("Old", shop.ada, at=long_ago, status="voided", completed_at=None)
    shop.use(old, "ai-training", timezone.now(), run="run-1")
    shop.document("Not mine", shop.ben, shop.cleo)
    client = signed_in(shop.ada)
    query = search(client, **sent)
    assert {one.replace("&#x27;", "’") for one in titles(client, query)} == found
    page = client.get(f"/documents/by-purpose/{query}").content.decode()
    assert {title for title in ("Bail d’été", "Quote 100%", "Old") if title in page} == found
    if not found:
        assert b"Nothing found" in client.get(f"/documents/{query}").content


def test_the_words_of_a_search_are_in_no_address_and_serve_their_author_alone(
    shop: Shop, signed_in: Callable[..., Client]
) -> None:
    shop.ben.name = "Benjamin"  # long enough that no sealed word spells it by chance
    shop.document("Lease", shop.ada, shop.ben)
    shop.document("Quote", shop.ada, shop.cleo)
    client, another = signed_in(shop.ada), signed_in(shop.cleo)
    query = search(client, q="Lease", party="Benjamin", training="never")
    assert "training=never" in query
    for word in ("Lease", "Benjamin", "TGVhc2", "lease"):
        assert word not in query
    page = client.get(f"/documents/{query}").content.decode()
    assert 'value="Lease"' in page
    assert titles(client, query) == ["Lease"]
    # In another person's hands the words cannot be read, and say nothing.
    assert b"Lease" not in another.get(f"/documents/{query}").content
    assert titles(another, query) == ["Quote"]
    # Words in the open are not even read.
    assert titles(client, "?q=Lease&party=Benjamin") == ["Quote", "Lease"]
    assert titles(client, "?words=forged") == ["Quote", "Lease"]


def test_days_that_are_none_or_go_backwards_are_said_to_be_so(
    shop: Shop, signed_in: Callable[..., Client]
) -> None:
    shop.document("Lease", shop.ada)
    client = signed_in(shop.ada)
    for sent in ({"since": "yesterday"}, {"until": "9999-12-31"}, {"until": "0001-01-01"}):
        answer = client.post("/documents/", sent)
        assert answer.status_code == 200
        assert b"errorlist" in answer.content
        assert b"Lease" in answer.content
    backwards = client.post("/documents/", {"since": "2026-02-02", "until": "2026-02-01"})
    assert b"This day is before the first one." in backwards.content


def test_the_filter_by_organisation_offers_those_of_the_persons_documents(
    shop: Shop, signed_in: Callable[..., Client]
) -> None:
    shop.document("Lease", shop.ada, organisation=shop.lilas)
    shop.document("Quote", shop.ada)
    client = signed_in(shop.ada)
    assert titles(client, f"?organisation={shop.lilas.uid}") == ["Lease"]
    assert b"Agence des Lilas</option>" in client.get("/documents/").content
    assert b"Organisation</label>" not in signed_in(shop.ben).get("/documents/").content


def test_a_filter_is_kept_from_page_to_page(shop: Shop, signed_in: Callable[..., Client]) -> None:
    for i in range(30):
        shop.document(f"Lease {i}", shop.ada, kind="lease")
        shop.document(f"Quote {i}", shop.ada, kind="quote")
    client = signed_in(shop.ada)
    after = link(client, "?kind=lease", "next")
    assert "kind=lease" in after
    assert len(titles(client, after)) == 5


def test_counts_stop_where_they_tell_nothing_more(
    shop: Shop, signed_in: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    for i in range(4):
        shop.document(f"Lease {i}", shop.ada)
    client = signed_in(shop.ada)
    assert b"You have <strong>4</strong> documents" in client.get("/documents/").content
    for module in ("shelf", "documents", "home"):
        monkeypatch.setattr(f"consents.queries.{module}.COUNTED", 3)
    assert b"<strong>more than 3</strong>" in client.get("/documents/").content
    assert b"more than 3" in client.get("/").content


def test_a_search_in_very_many_documents_says_how_far_it_looked(
    shop: Shop, signed_in: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("consents.queries.shelf.STRETCH", 4)
    monkeypatch.setattr("consents.queries.shelf.STRETCHES", 2)
    second = claim_address("ada@work.example", person=shop.ada)
    now = timezone.now()
    for i in range(60):
        title = "Rare" if i in (2, 31, 59) else "Common"
        at = now - timedelta(days=i // 3)
        shop.document(f"{title} {i}", second if i % 2 else shop.ada, at=at)
    client = signed_in(shop.ada)
    found: list[str] = []
    query, pages = search(client, q="rare"), 0
    while query and pages < 20:
        page = client.get(f"/documents/{query}").content.decode()
        found += titles(client, query)
        assert "Nothing found" not in page
        further = re.search(r'<a href="([^"]+)">Search further back', page)
        query = further[1].replace("&amp;", "&") if further else link(client, query, "next")
        pages += 1
    assert found == ["Rare 2", "Rare 31", "Rare 59"]
    assert pages > 2
    first = client.get(f"/documents/{search(client, q='rare')}").content.decode()
    assert "<strong>At least 1</strong> document matches." in first


def test_a_document_is_said_to_be_used_or_excluded(
    shop: Shop, signed_in: Callable[..., Client]
) -> None:
    shop.document("Checkup", shop.ada, special_category=True)
    used = shop.document("Lease", shop.ada)
    shop.use(used, "ai-training", timezone.now() - timedelta(days=3), run="run-1")
    shop.document("Unclaimed", shop.ada, address_for("somebody@example.org"))
    page = signed_in(shop.ada).get("/documents/").content.decode()
    assert "specially protected data" in page
    assert "Used, last on" in page
    assert page.count("Never used") == 2 + 1, "two rows and the word of the filter"


def test_words_of_a_search_are_compared_without_accents() -> None:
    assert wanted.plain("ÉTÉ à Genève") == "ete a geneve"
