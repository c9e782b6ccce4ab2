"""Whatever is typed into the address or a form gets a designed answer."""

from collections.abc import Callable
from urllib.parse import urlencode

import pytest
from django.test import Client

from consents.models import ChoiceEvent
from tests.consents.pages.conftest import Shop

NOBODYS = "3f2c8d8e-7f2a-4d0e-9a51-6d1f0b8f4c11"
WEIRD = ["\0", "a\0b", "x" * 10_000, "-1", "99999", "9" * 30, "abc", "é ", "%", "_%'\"\\;--", "𝟛",
         "0001-01", "9999-12", "2026-13",
         NOBODYS, "[]", "\ud7ff", "<script>", "W10", "{}"]  # fmt: skip
NAMES = ["q", "party", "words", "kind", "status", "since", "until", "purpose", "organisation",
         "training", "older", "newer", "before", "version", "system", "run", "page",
         "view"]  # fmt: skip


@pytest.mark.parametrize("value", WEIRD, ids=lambda value: repr(value)[:20])
def test_a_page_takes_any_query(value: str, shop: Shop, signed_in: Callable[..., Client]) -> None:
    lease = shop.document("Lease", shop.ada)
    client = signed_in(shop.ada)
    every = urlencode(dict.fromkeys(NAMES, value))
    for path in ("/", "/documents/", "/documents/by-purpose/", "/purposes/", "/history/",
                 "/purposes/ai-training/", f"/documents/{lease.uid}/",
                 f"/documents/{lease.uid}/uses/", f"/documents/{lease.uid}/uses.csv"):  # fmt: skip
        assert client.get(f"{path}?{every}").status_code == 200, path
    for name in NAMES:
        asked = urlencode({name: value})
        for path in ("/documents/", f"/documents/{lease.uid}/", f"/documents/{lease.uid}/uses/"):
            assert client.get(f"{path}?{asked}").status_code == 200, name
        assert client.post("/documents/", {name: value}).status_code in (200, 303), name


def test_a_filter_that_cannot_be_read_says_so_and_the_rest_holds(
    shop: Shop, signed_in: Callable[..., Client]
) -> None:
    shop.document("Rue des Lilas", shop.ada, kind="lease")
    shop.document("Five chairs", shop.ada, kind="quote")
    page = signed_in(shop.ada).get("/documents/?since=99999&kind=lease").content.decode()
    assert "Enter a valid date" in page
    assert "Rue des Lilas" in page
    assert "Five chairs" not in page


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"act": "enable"},
        {"act": "refuse", "document": "x"},
        {"act": "refuse", "version": "99999999999999999999"},
        {"act": "refuse", "document": NOBODYS, "organisation": NOBODYS},
    ],
)
def test_what_is_no_choice_is_a_bad_request(
    sent: dict[str, str], shop: Shop, signed_in: Callable[..., Client]
) -> None:
    client = signed_in(shop.ada)
    assert client.post("/choices/ai-training/", sent).status_code == 400
    assert client.post("/organisation/policy/", sent).status_code == 400
    assert ChoiceEvent.objects.count() == 0


def test_titles_are_text_and_never_markup(shop: Shop, signed_in: Callable[..., Client]) -> None:
    title = "<b>{document}</b> {0} %s {{ user }} " + "very " * 40 + "long"
    lease = shop.document(title, shop.ada, shop.ben)
    shop.refuse(shop.ada, document=lease)
    client = signed_in(shop.ada)
    for path in ("/", "/documents/", "/documents/by-purpose/", "/history/",
                 f"/documents/{lease.uid}/"):  # fmt: skip
        page = client.get(path).content.decode()
        assert "<b>" not in page
        assert "&lt;b&gt;{document}" in page
