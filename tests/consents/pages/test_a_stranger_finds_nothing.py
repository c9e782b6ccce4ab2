"""To fetch is to check: what is not the person's does not exist (invariant 11)."""

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.actions import join
from accounts.roles import Role
from consents.models import ChoiceEvent
from tests.consents.pages.conftest import Shop
from tests.consents.worlds import make_person
from tests.reading import without_tokens

NOBODYS = "3f2c8d8e-7f2a-4d0e-9a51-6d1f0b8f4c11"
PAGES = ["/documents/", "/documents/by-purpose/", "/purposes/", "/purposes/ai-training/",
         "/history/", "/history/choices.csv", "/organisation/policy/"]  # fmt: skip


def test_nobody_sees_a_document_of_others(shop: Shop, signed_in: Callable[..., Client]) -> None:
    document = shop.document("Lease", shop.ada, organisation=shop.lilas)
    clerk = make_person("clerk")
    clerk.role = Role.DPO
    clerk.save()
    for somebody in (shop.ben, clerk):
        client = signed_in(somebody)
        for path in (f"/documents/{document.uid}/", f"/documents/{document.uid}/file/"):
            assert client.get(path).status_code in (302, 404)
    client = signed_in(shop.ben)
    for scope in ({"document": document.uid}, {"organisation": shop.lilas.uid}):
        sent = {"act": "refuse", "version": 1} | scope
        assert client.post("/choices/ai-training/", sent).status_code == 404
    assert ChoiceEvent.objects.count() == 0


def test_a_document_one_removed_or_that_is_erased_is_gone(
    shop: Shop, signed_in: Callable[..., Client]
) -> None:
    hidden, erased = shop.document("Lease", shop.ada), shop.document("", shop.ada)
    hidden.parties.update(hidden_at=hidden.listed_at)
    erased.erased_at = erased.listed_at
    erased.save()
    client = signed_in(shop.ada)
    for document in (hidden, erased):
        assert client.get(f"/documents/{document.uid}/").status_code == 404
    assert b"no documents" in client.get("/documents/").content


def test_a_clause_is_read_by_members_alone(shop: Shop, signed_in: Callable[..., Client]) -> None:
    shop.members()
    clause = shop.sign_the_contract()
    path = f"/choices/clause/{clause.pk}/"
    assert signed_in(shop.ben).get(path).status_code == 200
    assert signed_in(shop.cleo).get(path).status_code == 404


def test_a_policy_is_seen_by_members_and_set_by_administrators(
    shop: Shop, signed_in: Callable[..., Client]
) -> None:
    shop.members()
    sent = {"act": "refuse", "organisation": shop.lilas.uid, "purpose": "ai-training"}
    assert signed_in(shop.cleo).get("/organisation/policy/").status_code == 404
    assert signed_in(shop.cleo).post("/organisation/policy/", sent).status_code == 404
    member = signed_in(shop.ben)
    assert (
        b"<button"
        not in member.get("/organisation/policy/").content.split(b"<main")[1].split(b"</main")[0]
    )
    assert member.post("/organisation/policy/", sent).status_code == 409
    assert ChoiceEvent.objects.count() == 0


def test_a_history_is_ones_own(shop: Shop, signed_in: Callable[..., Client]) -> None:
    lease = shop.document("Secret lease", shop.ada, shop.ben)
    shop.refuse(shop.ada, document=lease)
    for path in ("/history/", "/history/choices.csv"):
        answer = signed_in(shop.ben).get(path)
        assert "Secret lease" not in answer.getvalue().decode()


@pytest.mark.parametrize("path", [*PAGES, f"/documents/{NOBODYS}/", "/choices/clause/1/"])
def test_who_is_not_signed_in_is_led_to_sign_in(path: str, db: None) -> None:
    answer = Client().get(path)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/account/login/?next=")


@pytest.mark.parametrize(
    "path",
    [
        "/documents/not-a-uuid/",
        "/documents/00000000-0000-0000-0000-00000000000/",
        f"/documents/{NOBODYS}/",
        f"/documents/{NOBODYS}/file/",
        "/purposes/no-such-purpose/",
        "/purposes/%00/",
        "/choices/clause/0/",
        "/choices/clause/99999999999999999999999999/",
        f"/choices/clause/{'9' * 5000}/",
    ],
)
def test_what_does_not_exist_is_not_found(
    path: str, shop: Shop, signed_in: Callable[..., Client]
) -> None:
    assert signed_in(shop.ada).get(path).status_code == 404


def test_the_strictest_party_is_not_named(shop: Shop, signed_in: Callable[..., Client]) -> None:
    lease = shop.document("Lease", shop.ada, shop.ben, shop.cleo)
    shop.allow(shop.ada)
    shop.refuse(shop.ben)
    join(shop.lilas, person=shop.ada)
    page = without_tokens(signed_in(shop.ada).get(f"/documents/{lease.uid}/").text)
    assert "Not allowed: at least one other party refused." in page
    assert page.count("Ben") == page.count("Cleo"), "named as parties, not as the one who refused"
