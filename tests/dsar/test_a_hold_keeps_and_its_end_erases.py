"""A legal hold changes plans at once, is looked at again, and its end erases what it alone kept."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.test import Client
from django.utils import timezone

from accounts.actions import NamesSomebody
from accounts.models import User
from consents.models import Document
from dsar import actions, certificates, tasks_erasure
from dsar.actions import holds
from dsar.models import Hold
from dsar.previews import plan_of
from dsar.rules import EvidenceMissing
from portal.lib.models import OutgoingMail
from tests.accounts import people
from tests.dsar.worlds import Ask, make_document, work

pytestmark = pytest.mark.django_db


SHOWN = "what was to go is kept locked away instead"


def desk_of(email: str, *, role: str) -> Client:
    """Return the browser of a member of staff, signed in."""
    return people.sign_in(Client(), people.with_app(people.make(email, name="A", role=role)))


@pytest.fixture
def draft(alice: User) -> Document:
    return make_document("draft", alice, status="draft", completed_at=None)


def place(person: User, by: User, days: int = 30) -> Hold:
    review = timezone.localdate() + timedelta(days=days)
    return actions.place_hold(person, by=by, reason="a dispute before court", review_on=review)


def test_a_hold_placed_on_a_plan_shows_at_once_and_is_obeyed(
    alice: User, sam: User, dina: User, draft: Document, open_request: Ask
) -> None:
    request = work(open_request("erasure"))
    assert plan_of(request).goes
    place(alice, dina)
    assert not plan_of(request).goes
    done = work(actions.approve(request, by=sam))
    draft.refresh_from_db()
    assert (draft.title, draft.erased_at) == ("Title of draft", None)
    assert done.events.filter(code="held").count() == 1
    kept = certificates.context(done.certificate)["kept"]
    assert any("dispute" in str(item["sentence"]) for item in kept)


def test_lifted_after_the_answer_what_it_kept_goes_at_once(
    alice: User, sam: User, dina: User, draft: Document, open_request: Ask
) -> None:
    hold = place(alice, dina, days=300)
    work(actions.approve(work(open_request("erasure")), by=sam))
    second = place(alice, dina)
    actions.lift_hold(hold, by=dina)
    tasks_erasure.end_what_was_held(alice.pk)
    draft.refresh_from_db()
    assert draft.erased_at is None  # the other one stands
    actions.lift_hold(second, by=dina)
    tasks_erasure.end_what_was_held(alice.pk)
    draft.refresh_from_db()
    alice.refresh_from_db()
    assert draft.erased_at is not None
    assert not default_storage.exists("draft.pdf")
    assert alice.erased_at is not None


def test_lifted_before_the_plan_is_carried_out_it_is_planned_anew(
    alice: User, sam: User, dina: User, draft: Document, open_request: Ask
) -> None:
    hold = place(alice, dina)
    request = work(open_request("erasure"))
    assert not plan_of(request).goes
    actions.lift_hold(hold, by=dina)
    request = work(request)
    assert request.status == "review"
    assert plan_of(request).goes
    assert work(actions.approve(request, by=sam)).outcome == "fulfilled"
    draft.refresh_from_db()
    assert draft.erased_at is not None


def test_a_document_of_others_stays_theirs_under_a_hold(
    alice: User, bob: User, sam: User, dina: User, open_request: Ask
) -> None:
    sent = make_document("sent", bob, alice, status="sent", completed_at=None)
    place(alice, dina)
    work(actions.approve(work(open_request("erasure")), by=sam))
    sent.refresh_from_db()
    assert sent.restricted_at is None
    assert Document.objects.visible_to(bob).get() == sent


def test_its_owner_is_reminded_a_week_before_and_on_the_day_once_each(
    alice: User, dina: User
) -> None:
    hold = place(alice, dina)
    for before in (8, 7, 6, 1, 0, 0, -1):
        holds.remind(hold.review_on - timedelta(days=before))
    mails = OutgoingMail.objects.filter(to=dina.email, template="dsar/hold_review")
    assert mails.count() == 2
    assert not [mail for mail in mails if "alice" in mail.text.lower()]


def test_to_let_it_stand_moves_the_end_of_what_it_keeps(
    alice: User, sam: User, dina: User, draft: Document, open_request: Ask
) -> None:
    hold = place(alice, dina)
    done = work(actions.approve(work(open_request("erasure")), by=sam))
    later = hold.review_on + timedelta(days=90)
    holds.review_hold(hold, by=dina, review_on=later)
    assert done.items.get(source="documents").until == later
    with pytest.raises(EvidenceMissing):
        holds.review_hold(hold, by=dina, review_on=timezone.localdate())


def test_its_reason_names_nobody(alice: User, dina: User) -> None:
    later = timezone.localdate() + timedelta(days=3)
    with pytest.raises(NamesSomebody):
        actions.place_hold(alice, by=dina, reason="dispute with Alice", review_on=later)


def test_the_officer_places_reviews_and_lifts_by_page(
    alice: User, draft: Document, open_request: Ask
) -> None:
    work(open_request("erasure"))
    officer = desk_of("officer@staff.example.org", role="dpo")
    support = desk_of("support@staff.example.org", role="support")
    assert support.get("/staff/holds/").status_code in (302, 403, 404)
    later = timezone.localdate() + timedelta(days=20)
    form: dict[str, Any] = {"email": "alice@example.org", "reason": "a claim", "review_on": later}
    for wrong in ({"email": "nobody@example.org"}, {"review_on": "2001-01-01"}, {"reason": ""}):
        answer = officer.post("/staff/holds/", form | wrong)
        assert answer.status_code == 422
        assert b"alice@example.org" in answer.content or "email" in wrong
    assert officer.post("/staff/holds/", form).status_code == 302
    page = officer.get("/staff/holds/").content.decode()
    assert "a claim" in page
    assert SHOWN in page
    hold = Hold.objects.get()
    even_later = later + timedelta(days=9)
    assert officer.post(f"/staff/holds/{hold.pk}/review/", {"review_on": "soon"}).status_code == 302
    officer.post(f"/staff/holds/{hold.pk}/review/", {"review_on": even_later})
    hold.refresh_from_db()
    assert hold.review_on == even_later
    assert officer.post(f"/staff/holds/{hold.pk}/lift/").status_code == 302
    assert officer.post(f"/staff/holds/{hold.pk}/lift/").status_code == 409
    assert Client().get("/staff/holds/").status_code == 302
