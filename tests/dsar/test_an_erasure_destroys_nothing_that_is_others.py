"""What others signed, or were never shown, is theirs: an erasure looks again before it destroys."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.utils import timezone

from accounts.actions import claim_address
from accounts.models import User
from consents.models import Document, Party
from dsar import actions, erasure
from dsar.models import SubjectRequest
from dsar.models.requests import Kind
from tests.dsar.test_an_erasure_says_what_goes_and_proves_it import decisions
from tests.dsar.worlds import Ask, make_document, unpack, use, work

pytestmark = pytest.mark.django_db

FAR = date(2100, 1, 1)


def erase(person: User, by: User) -> SubjectRequest:
    """Ask for the person's erasure and have it carried out."""
    asked = actions.open_request(Kind.ERASURE, person=person, by=person, language="en")
    return work(actions.approve(work(asked), by=by))


def test_a_draft_that_became_a_contract_since_the_plan_is_kept(
    alice: User, bob: User, sam: User, open_request: Ask
) -> None:
    draft = make_document("draft", alice, bob, status="draft", completed_at=None)
    request = work(open_request("erasure"))
    assert decisions(request)["draft"][0] == "erase"
    Document.objects.update(status="completed", completed_at=timezone.now())
    request = work(actions.approve(request, by=sam))
    assert (request.status, request.outcome) == ("answered", "fulfilled")
    assert decisions(request)["draft"] == ("keep", "contract_of_others")
    item = request.items.get(source="documents")
    assert item.ground == "eu-gdpr:JustificationA17LegalClaims"
    assert item.until is not None
    kept = Document.objects.visible_to(bob).get()
    assert (kept.pk, kept.title) == (draft.pk, "Title of draft")
    assert default_storage.exists(str(kept.file.name))


def test_what_the_plan_left_in_peace_is_not_destroyed_by_a_later_look(
    alice: User, bob: User, sam: User, open_request: Ask
) -> None:
    make_document("contract", bob, alice)
    request = work(open_request("erasure"))
    Document.objects.update(keep_until=timezone.localdate() - timedelta(days=1))
    request = work(actions.approve(request, by=sam))
    assert decisions(request)["contract"][0] == "keep"
    assert Document.objects.visible_to(bob).exists()


def test_no_address_of_the_person_is_shown_to_the_other_parties(
    alice: User, bob: User, sam: User
) -> None:
    told = make_document("told", bob, alice)
    work_address = claim_address("alice-work@example.org", person=alice)
    shared = make_document("shared", bob, work_address)
    told.parties.filter(role="signer").update(name="Alice@Example.org")
    others = make_document("others", bob, None)
    others.parties.filter(address=None).update(name="Alice (alice-work@example.org)")
    request = erase(alice, sam)
    assert request.outcome == "fulfilled"
    assert not Party.objects.filter(name__icontains="alice").exists()
    assert Document.objects.visible_to(bob).filter(pk__in=[shared.pk, told.pk]).count() == 2


def test_a_name_stays_with_the_contract_as_its_proof(alice: User, bob: User, sam: User) -> None:
    make_document("shared", bob, alice).parties.filter(role="signer").update(name="Alice A.")
    erase(alice, sam)
    assert Party.objects.get(role="signer").name == "Alice A."


def test_a_contract_that_two_left_to_each_other_ends_at_its_date(
    alice: User, bob: User, sam: User, open_request: Ask
) -> None:
    shared = make_document("shared", bob, alice)
    hers, his = work(open_request("erasure")), open_request("erasure", person=bob, by=bob)
    his = work(his)
    for request in (hers, his):
        request = work(actions.approve(request, by=sam))
        assert decisions(request)["shared"][0] == "keep"
    erasure.end_what_is_due(FAR)
    shared.refresh_from_db()
    assert shared.erased_at is not None
    assert (shared.title, shared.file.name) == ("", "")


def test_a_hold_over_one_of_the_two_keeps_the_contract(
    alice: User, bob: User, sam: User, dina: User, open_request: Ask
) -> None:
    shared = make_document("shared", bob, alice)
    hers, his = work(open_request("erasure")), open_request("erasure", person=bob, by=bob)
    his = work(his)
    for request in (hers, his):
        work(actions.approve(request, by=sam))
    review = timezone.localdate() + timedelta(days=9)
    hold = actions.place_hold(bob, by=dina, reason="a dispute", review_on=review)
    erasure.end_what_is_due(FAR)
    shared.refresh_from_db()
    assert shared.erased_at is None
    actions.lift_hold(hold, by=dina)
    erasure.end_what_is_due(FAR)
    shared.refresh_from_db()
    assert shared.erased_at is not None


def test_a_document_never_signed_that_two_left_to_each_other_goes_with_the_second(
    alice: User, bob: User, sam: User, open_request: Ask
) -> None:
    sent = make_document("sent", bob, alice, status="sent", completed_at=None)
    plans = [work(open_request("erasure")), open_request("erasure", person=bob, by=bob)]
    plans[1] = work(plans[1])
    for request in plans:
        assert work(actions.approve(request, by=sam)).outcome == "fulfilled"
    sent.refresh_from_db()
    assert sent.erased_at is not None
    assert not default_storage.exists("sent.pdf")


@pytest.fixture
def draft_of_bob(alice: User, bob: User, purpose: Any) -> Document:
    draft = make_document("secret", bob, alice, status="draft", completed_at=None)
    draft.parties.filter(role="signer").update(name="Alice A.")
    use(draft, purpose)
    return draft


def test_a_draft_is_in_the_copy_of_its_sender_only(
    draft_of_bob: Document, bob: User, open_request: Ask
) -> None:
    for person, is_there in ((None, False), (bob, True)):
        fields = {"person": person, "by": person} if person else {}
        copy = unpack(work(open_request("access", **fields)))
        named = [name for name in copy.namelist() if b"Title of secret" in copy.read(name)]
        assert bool(named) is is_there


def test_a_draft_of_somebody_else_is_in_no_plan_and_forgets_the_person_all_the_same(
    draft_of_bob: Document, alice: User, sam: User, open_request: Ask
) -> None:
    request = work(open_request("erasure"))
    assert decisions(request) == {}
    assert work(actions.approve(request, by=sam)).outcome == "fulfilled"
    party = Party.objects.get(document=draft_of_bob, role="signer")
    assert party.name == ""
    assert party.address is not None
    assert party.address.email is None
    draft_of_bob.refresh_from_db()
    assert draft_of_bob.title == "Title of secret"
