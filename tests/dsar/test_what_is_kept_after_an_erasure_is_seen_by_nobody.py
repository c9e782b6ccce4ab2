"""What stays only for a claim is in an archive: no list, no search, no AI, no export, no staff."""

import json
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.actions import join
from accounts.models import Organisation, User
from consents import permits
from consents.models import Document, Purpose
from dsar import actions
from tests.accounts import people
from tests.consents.conftest import machine  # noqa: F401 - a fixture
from tests.dsar.worlds import Ask, make_document, use, work

pytestmark = pytest.mark.django_db

TITLE = "Bail de la rue des Lilas"


@pytest.fixture
def organisation(bob: User) -> Organisation:
    found = Organisation.objects.create(name="Atelier", reference="atelier")
    join(found, person=bob, is_admin=True)
    return found


@pytest.fixture
def kept(
    alice: User, sam: User, purpose: Any, organisation: Organisation, open_request: Ask
) -> Any:
    """A contract that Alice alone signed, in an organisation, after she was erased."""
    contract = make_document("kept", alice, title=TITLE, organisation=organisation)
    use(contract, purpose)
    done = work(actions.approve(work(open_request("erasure")), by=sam))
    assert done.outcome == "fulfilled"
    contract.refresh_from_db()
    assert (contract.title, contract.erased_at) == (TITLE, None)
    return contract


def test_no_page_of_anybody_shows_it_and_no_search_finds_it(
    kept: Document, alice: User, bob: User
) -> None:
    admin = Client()
    admin.force_login(bob)
    support = people.sign_in(
        Client(), people.with_app(people.make("desk@staff.example.org", name="D", role="support"))
    )
    officer = people.sign_in(
        Client(), people.with_app(people.make("dpo@staff.example.org", name="O", role="dpo"))
    )
    pages = ["/", "/documents/", "/documents/grid/", f"/documents/{kept.uid}/", "/organisation/",
             "/history/", "/training/", "/purposes/"]  # fmt: skip
    pages += ["/staff/", "/staff/recipients/", "/staff/holds/", "/dashboard/", "/staff/events/"]
    for client in (admin, support, officer):
        for page in pages:
            assert TITLE not in client.get(page, follow=True).content.decode(errors="replace"), page
        found = client.post("/documents/", {"words": "Lilas"}, follow=True)
        assert TITLE not in found.content.decode()
        assert TITLE not in client.post("/staff/people/", {"email": "alice@example.org"}).text
    assert not Document.objects.visible_to(alice).exists()
    assert not Document.objects.visible_to(bob).exists()


def test_no_gate_opens_for_it(kept: Document, purpose: Purpose) -> None:
    for slug in Purpose.objects.values_list("slug", flat=True):
        assert not permits.may(kept.reference, slug).allowed
    assert permits.may(kept.reference, "ai-training").reason in (
        "document_restricted",
        "unknown_party",
    )


def test_no_use_of_it_is_in_order_and_the_api_gives_no_title(
    kept: Document,
    machine: Any,  # noqa: F811
) -> None:
    client = machine("documents:write", "permits:read", "uses:write")
    asked = client.get(f"/api/v1/permits/?document={kept.reference}&purpose=ai-training")
    assert not asked.json()["allowed"]
    assert TITLE not in asked.content.decode()
    body = {
        "documents": [kept.reference],
        "purpose": "ai-training",
    }
    many = client.post("/api/v1/permits/", json.dumps(body), content_type="application/json")
    assert TITLE not in many.content.decode()


def test_nobody_elses_copy_or_plan_holds_it(
    kept: Document, bob: User, sam: User, open_request: Ask
) -> None:
    his = work(open_request("erasure", person=bob, by=bob))
    assert TITLE not in {item.label for item in his.items.all()}


def test_what_is_kept_for_others_shows_them_nothing_of_the_person(
    alice: User, bob: User, sam: User, open_request: Ask
) -> None:
    shared = make_document("shared", bob, alice, title=TITLE)
    work(actions.approve(work(open_request("erasure")), by=sam))
    other = Client()
    other.force_login(bob)
    page = other.get(f"/documents/{shared.uid}/").text
    assert TITLE in page
    assert "alice" not in page.lower()
    assert timezone.now() > (shared.completed_at or timezone.now())
