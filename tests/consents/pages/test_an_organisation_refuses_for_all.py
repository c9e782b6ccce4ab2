"""An administrator refuses for every document and lifts it again; nothing is agreed for anybody."""

from collections.abc import Callable

from django.test import Client

from consents import permits
from tests.consents.pages.conftest import Shop


def sent(shop: Shop, act: str) -> dict[str, str]:
    return {"act": act, "organisation": str(shop.lilas.uid), "purpose": "ai-training"}


def test_refusing_closes_the_gate_and_lifting_leaves_it_to_the_members(
    shop: Shop, signed_in: Callable[..., Client]
) -> None:
    shop.members()
    lease = shop.document("Lease", shop.ada, shop.ben, organisation=shop.lilas)
    shop.allow(shop.ada)
    shop.allow(shop.ben)
    client = signed_in(shop.ada)
    assert permits.may(lease.reference, "ai-training").allowed

    answer = client.post("/organisation/policy/", sent(shop, "refuse"))
    assert answer.status_code == 303
    assert answer["Location"] == f"/organisation/policy/#policy-ai-training-{shop.lilas.uid}"
    assert permits.may(lease.reference, "ai-training").reason == "refused_by_organisation"
    page = " ".join(client.get("/organisation/policy/").content.decode().split())
    assert "Refused for all documents" in page
    assert "Ada refused on" in page
    assert "Saved" in page
    assert ">Leave it to each member</button>" in page

    client.post("/organisation/policy/", sent(shop, "lift"))
    assert permits.may(lease.reference, "ai-training").allowed
    assert "Saved" in client.get("/organisation/policy/").content.decode()


def test_lifting_agrees_for_nobody(shop: Shop, signed_in: Callable[..., Client]) -> None:
    shop.members()
    shop.sign_the_contract()
    lease = shop.document("Lease", shop.ben, organisation=shop.lilas)
    assert permits.may(lease.reference, "ai-training").allowed, "by the contract"
    client = signed_in(shop.ada)
    client.post("/organisation/policy/", sent(shop, "refuse"))
    client.post("/organisation/policy/", sent(shop, "lift"))
    assert permits.may(lease.reference, "ai-training").reason == "consent_missing"
    page = client.get("/organisation/policy/").content.decode()
    assert "Left to each member" in page
    assert "Agreed by contract" not in page


def test_the_way_back_may_be_the_page_that_included_the_switch(
    shop: Shop, signed_in: Callable[..., Client]
) -> None:
    shop.members()
    there = f"/organisation/{shop.lilas.uid}/"
    client = signed_in(shop.ada)
    answer = client.post("/organisation/policy/", sent(shop, "refuse") | {"next": there})
    assert answer["Location"].startswith(f"{there}#policy-ai-training-")


def test_what_is_no_choice_for_a_purpose_is_refused(
    shop: Shop, signed_in: Callable[..., Client]
) -> None:
    shop.members()
    asked = sent(shop, "refuse") | {"purpose": "delivery"}
    assert signed_in(shop.ada).post("/organisation/policy/", asked).status_code == 409


def test_the_policy_stands_on_the_page_of_the_organisation(
    shop: Shop, signed_in: Callable[..., Client]
) -> None:
    shop.members()
    there = f"/organisation/{shop.lilas.uid}/"
    admin, member = signed_in(shop.ada), signed_in(shop.ben)
    assert "Who is a member?" in admin.get(there).content.decode()
    assert ">Refuse for all documents</button>" in admin.get(there).content.decode()
    admin.post("/organisation/policy/", sent(shop, "refuse") | {"next": there})
    page = " ".join(member.get(there).content.decode().split())
    assert "Ada refused on" in page
    assert "Leave it to each member" not in page
    assert signed_in(shop.cleo).get(there).status_code == 404
