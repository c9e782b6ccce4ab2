"""AI training by consent, by legitimate interest with objection, or not at all: page by page."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from consents.actions.purposes import load_catalogue
from consents.models import Document
from tests.consents.pages.conftest import Shop

PAGES = ["/", "/documents/", "/documents/by-purpose/", "/documents/{uid}/", "/purposes/",
         "/purposes/ai-training/"]  # fmt: skip


@pytest.fixture
def unused(db: None) -> Shop:
    """The service does not train AI at all, and says so."""
    return Shop("not_used")


def words(client: Client, path: str, document: Document) -> str:
    """Return what a reader reads on a page, without markup and with white space folded."""
    answer = client.get(path.format(uid=document.uid))
    assert answer.status_code == 200
    page = re.sub(r"<(script|style).*?</\1>", "", answer.content.decode(), flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", page).split()).replace(" .", ".")


def test_by_consent_it_is_off_and_both_ways_are_offered(
    shop: Shop, signed_in: Callable[..., Client]
) -> None:
    lease = shop.document("Lease", shop.ada, shop.ben)
    client = signed_in(shop.ada)
    read = {path: words(client, path, lease) for path in PAGES}
    assert "Your documents are not used to train AI. You have never allowed it." in read["/"]
    assert "Not allowed: you have not agreed." in read["/documents/{uid}/"]
    assert "Not allowed: you have not agreed." in read["/documents/"]
    assert "Not allowed: you have not agreed." in read["/documents/by-purpose/"]
    for path in ("/", "/purposes/", "/purposes/ai-training/"):
        assert "Refuse AI training" in read[path], path
        assert "Allow AI training" in read[path], path
    assert "Allow AI training for this document" in read["/documents/{uid}/"]
    for page in read.values():
        assert "Object to AI training" not in page
    assert "Your consent" in read["/purposes/ai-training/"]


def test_by_objection_it_is_on_and_one_act_ends_it(
    objection: Shop, signed_in: Callable[..., Client]
) -> None:
    shop, client = objection, signed_in(objection.ada)
    lease = shop.document("Lease", shop.ada, shop.ben)
    read = {path: words(client, path, lease) for path in PAGES}
    assert "Your documents may be used to train AI. You have not objected." in read["/"]
    assert "Allowed: no party has objected." in read["/documents/{uid}/"]
    assert "Allowed: no party has objected." in read["/documents/by-purpose/"]
    for path in ("/", "/purposes/", "/purposes/ai-training/"):
        assert "Object to AI training" in read[path], path
    for page in read.values():
        # What was never asked for cannot be agreed to: there is an objection, or there is none.
        assert "Allow AI training" not in page
        assert "You agreed" not in page
    shop.refuse(shop.ada)
    after = {path: words(client, path, lease) for path in PAGES}
    assert "Your documents are not used to train AI. Since your objection of" in after["/"]
    assert "Not allowed: you objected." in after["/documents/{uid}/"]
    assert "Withdraw my objection" in after["/purposes/"]
    for page in after.values():
        assert "You refused" not in page
    assert "A legitimate interest" in after["/purposes/ai-training/"]


def test_not_used_is_said_for_everybody_and_nothing_is_to_be_chosen(
    unused: Shop, signed_in: Callable[..., Client]
) -> None:
    shop, client = unused, signed_in(unused.ada)
    lease = shop.document("Lease", shop.ada, shop.ben)
    read = {path: words(client, path, lease) for path in PAGES}
    assert "Your documents are not used to train AI." in read["/"]
    assert "The service does not do this, for anybody." in read["/"]
    assert "Not used: the service does not do this, for anybody." in read["/documents/{uid}/"]
    assert "Not used" in read["/documents/by-purpose/"]
    for page in read.values():
        for act in ("Allow AI training", "Refuse AI training", "Object to AI training"):
            assert act not in page


@pytest.mark.parametrize("shape", ["consent", "objection", "not_used"])
def test_whichever_it_is_the_past_is_told(
    shape: str, db: None, signed_in: Callable[..., Client]
) -> None:
    shop = Shop(shape)
    lease = shop.document("Lease", shop.ada, at=timezone.now() - timedelta(days=200))
    shop.use(lease, "ai-training", timezone.now() - timedelta(days=90), run="run-1")
    page = words(signed_in(shop.ada), "/documents/{uid}/", lease)
    assert "was used in 1 training of AI." in page
    assert "What can still be done:" in page


def test_a_shape_is_published_once_and_not_changed_by_loading_another(shop: Shop) -> None:
    load_catalogue("objection", at=timezone.now())
    shop.training.refresh_from_db()
    assert shop.training.control == "consent"


def test_the_clause_that_agreed_stands_with_its_way_out_wherever_it_is_the_origin(
    shop: Shop, signed_in: Callable[..., Client]
) -> None:
    shop.members()
    lease = shop.document("Lease", shop.ben, shop.ada, organisation=shop.lilas)
    clause = shop.sign_the_contract()
    client, link = signed_in(shop.ben), f'href="/choices/clause/{clause.pk}/"'
    for path in PAGES:
        if path != "/documents/":
            assert link in client.get(path.format(uid=lease.uid)).content.decode(), path
    page = words(client, link.split('"')[1], lease)
    assert "Clause 9.2 says so. Version 2025, accepted by Ada on" in page
    assert "Documents serve the service and train models." in page
    assert "added: and train models." in page
    assert "removed: alone." in page
    assert "Compared with version 2023, which Ada accepted on" in page
    assert "Refuse AI training" in page
    shop.refuse(shop.ben)
    after = words(client, link.split('"')[1], lease)
    assert "Not allowed" in after
    assert link not in client.get(f"/documents/{lease.uid}/").content.decode()
