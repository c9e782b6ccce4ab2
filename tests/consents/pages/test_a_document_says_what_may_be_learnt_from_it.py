"""The page and the sidecar of a document: reserved where the gate is closed, else nothing said."""

from collections.abc import Callable

import pytest
from django.test import Client

from tests.consents.pages.conftest import Shop


@pytest.mark.parametrize("path", ["", "usage.json"])
def test_the_answer_is_reserved_until_every_party_has_allowed(
    shop: Shop, signed_in: Callable[..., Client], path: str
) -> None:
    document = shop.document("Lease", shop.ada, shop.ben)
    client = signed_in(shop.ada)
    shop.allow(shop.ada)
    closed = client.get(f"/documents/{document.uid}/{path}")
    assert closed["Content-Usage"] == "train-ai=n"
    assert closed["tdm-reservation"] == "1"
    assert closed["tdm-policy"] == "http://localhost/tdm-policy.json"
    assert closed["X-Robots-Tag"] == "noindex, noai, noimageai"
    shop.allow(shop.ben)
    opened = client.get(f"/documents/{document.uid}/{path}")
    assert not {"Content-Usage", "tdm-reservation", "tdm-policy"} & set(opened.headers)
    assert opened["X-Robots-Tag"] == "noindex"


def test_the_sidecar_forbids_both_kinds_of_training_or_says_nothing(
    shop: Shop, signed_in: Callable[..., Client]
) -> None:
    document = shop.document("Lease", shop.ada, sha256="a" * 64)
    client = signed_in(shop.ada)
    told = client.get(f"/documents/{document.uid}/usage.json").json()
    assert told == {
        "document": str(document.uid),
        "sha256": "a" * 64,
        "cawg.training-mining": {
            "entries": {
                "cawg.ai_training": {"use": "notAllowed"},
                "cawg.ai_generative_training": {"use": "notAllowed"},
            }
        },
    }
    shop.allow(shop.ada)
    told = client.get(f"/documents/{document.uid}/usage.json").json()
    assert told["cawg.training-mining"] == {"entries": {}}


def test_to_a_stranger_the_sidecar_does_not_exist(
    shop: Shop, signed_in: Callable[..., Client]
) -> None:
    document = shop.document("Lease", shop.ada)
    assert signed_in(shop.ben).get(f"/documents/{document.uid}/usage.json").status_code == 404


def test_what_was_stated_at_upload_is_said_without_a_name(
    shop: Shop, signed_in: Callable[..., Client]
) -> None:
    document = shop.document("Lease", shop.ben, shop.ada, refused_at_upload=True)
    other = shop.document("Other", shop.ben, shop.ada)
    shop.allow(shop.ada)
    shop.allow(shop.ben)
    client = signed_in(shop.ada)
    words = "Whoever uploaded this document stated that no AI may learn from it."
    answer = client.get(f"/documents/{document.uid}/")
    assert words in answer.content.decode()
    assert answer["Content-Usage"] == "train-ai=n"
    assert words not in client.get(f"/documents/{other.uid}/").content.decode()
