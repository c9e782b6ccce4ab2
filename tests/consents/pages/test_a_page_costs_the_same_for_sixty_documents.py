"""The number of queries of a page does not depend on how many documents there are."""

from collections.abc import Callable
from datetime import timedelta

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.actions import claim_address
from consents.models import Document
from tests.consents.pages.conftest import Shop

# For sixty documents. Eight of each are the session's, the person's and the navigation's.
BUDGET = {
    "/": 48,
    "/documents/": 30,
    "/documents/?kind=lease&training=never": 20,
    "/documents/?{words}": 33,
    "/documents/by-purpose/": 44,
    "/documents/{uid}/": 42,
    "/documents/{uid}/?before=2026-01": 38,
    "/documents/{uid}/?purpose=delivery": 42,
    "/documents/{uid}/uses/": 15,
    "/documents/{uid}/uses.csv": 10,
    "/purposes/": 21,
    "/purposes/ai-training/": 33,
    "/history/": 12,
    "/organisation/policy/": 24,
}


def cost(client: Client, path: str) -> int:
    """Return the number of queries of a page."""
    with CaptureQueriesContext(connection) as asked:
        assert client.get(path).status_code == 200
    return len(asked)


def fill(shop: Shop, number: int) -> Document:
    """Give Ada shared documents with uses, choices, two addresses and an organisation."""
    shop.members()
    other = claim_address("ada@work.example", person=shop.ada)
    now = timezone.now()
    for i in range(number):
        at = now - timedelta(days=i)
        lease = shop.document(
            f"Lease {i}", shop.ada if i % 2 else other, shop.ben, shop.cleo,
            at=at, kind="lease", organisation=shop.lilas if i % 3 else None,
        )  # fmt: skip
        for month in range(3):
            shop.use(lease, "delivery", at - timedelta(days=31 * month))
        shop.use(lease, "ai-training", at - timedelta(days=90), run=f"run-{i % 3}")
        if i % 4 == 0:
            shop.refuse(shop.ada, document=lease)
    shop.allow(shop.ada)
    return lease


def test_one_document_and_sixty_cost_the_same(shop: Shop, signed_in: Callable[..., Client]) -> None:
    lease = fill(shop, 1)
    client = signed_in(shop.ada)
    client.get("/")
    asked = {"q": "lease", "party": "cleo", "kind": "lease", "training": "closed"}
    words = client.post("/documents/", asked)["Location"].partition("?")[2]
    paths = {path: path.format(uid=lease.uid, words=words) for path in BUDGET}
    few = {path: cost(client, there) for path, there in paths.items()}
    fill(shop, 60)
    many = {path: cost(client, there) for path, there in paths.items()}
    assert {path for path in BUDGET if many[path] > BUDGET[path]} == set()
    # A few more are asked of what was empty before.
    assert {path for path in BUDGET if many[path] > few[path] + 3} == set()
