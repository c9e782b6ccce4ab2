"""Restriction: paused at once for every purpose and party; ended by a decision told before."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from consents import permits
from consents.models import Document
from dsar import actions, tasks
from dsar.actions import restriction
from dsar.grounds import RefusalGround
from dsar.models import Restriction, SubjectRequest
from dsar.models.requests import Kind
from dsar.rules import NotYourOwn, StaffOnly
from dsar.states import Outcome
from portal.lib.models import OutgoingMail
from tests.consents.worlds import make_purpose
from tests.dsar.worlds import Ask, make_document

pytestmark = pytest.mark.django_db


@pytest.fixture
def documents(alice: User, bob: User) -> list[Document]:
    """One of Alice's own, one shared with Bob, one of Bob's alone."""
    make_purpose("delivery", "none")
    return [
        make_document("own", alice),
        make_document("shared", bob, alice),
        make_document("his", bob),
    ]


@pytest.fixture
def paused(open_request: Ask, documents: list[Document]) -> SubjectRequest:
    """The use of the shared document, paused because Alice says it is not correct."""
    uids = [str(one.uid) for one in documents[1:]]
    given = {"scope": "documents", "documents": uids, "ground": "accuracy"}
    return open_request("restriction", details=given)


def allowed(reference: str) -> bool:
    return permits.may(reference, "delivery").allowed


def end_notice(request: SubjectRequest) -> None:
    """Let the days of the notice pass."""
    request.restrictions.update(lift_on=timezone.localdate())


def test_named_documents_are_paused_at_once_for_every_purpose_and_party(
    paused: SubjectRequest,
) -> None:
    assert [allowed(one) for one in ("own", "shared", "his")] == [True, False, True]
    assert permits.may("shared", "ai-training").reason == "document_restricted"
    assert (paused.status, Restriction.objects.count()) == ("review", 1)
    assert OutgoingMail.objects.filter(template="dsar/restricted").count() == 1


def test_everything_takes_in_what_comes_later(
    open_request: Ask, documents: list[Document], alice: User
) -> None:
    open_request("restriction", details={"scope": "everything", "ground": "claims"})
    assert [allowed(one) for one in ("own", "shared", "his")] == [False, False, True]
    make_document("later", alice)
    assert allowed("later")
    tasks.mind_pauses()
    assert not allowed("later")
    tasks.mind_pauses()
    assert Restriction.objects.count() == 4


@pytest.mark.parametrize("given", [{}, {"scope": 7}, {"documents": "x"}, {"ground": ["x"]}])
def test_what_cannot_be_read_pauses_everything(
    open_request: Ask, documents: list[Document], given: dict[str, Any]
) -> None:
    open_request("restriction", details=given)
    assert not allowed("own")


def test_it_ends_on_the_day_that_was_told_and_not_before(paused: SubjectRequest, sam: User) -> None:
    actions.resolve(
        paused, by=sam, outcome=Outcome.FULFILLED, text="It stays paused while we check."
    )
    restriction.announce_end(paused, by=sam, reason="We have checked it with the sender.")
    tasks.mind_pauses()
    assert not allowed("shared")
    assert OutgoingMail.objects.filter(template="dsar/lifting").count() == 1
    end_notice(paused)
    tasks.mind_pauses()
    assert allowed("shared")
    codes = list(paused.events.order_by("pk").values_list("code", flat=True))
    assert codes.index("lifting_told") < codes.index("restriction_lifted")


def test_less_than_a_weeks_notice_is_refused(paused: SubjectRequest, sam: User) -> None:
    tomorrow = timezone.localdate() + timedelta(days=1)
    with pytest.raises(restriction.TooSoon):
        restriction.announce_end(paused, by=sam, reason="Because.", on=tomorrow)


def test_the_database_itself_lets_nothing_end_untold(paused: SubjectRequest) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Restriction.objects.update(lifted_at=timezone.now())


def test_a_refused_pause_ends_after_its_notice(
    paused: SubjectRequest, sam: User, settings: Any
) -> None:
    settings.SECOND_PERSON = []
    actions.refuse(paused, by=sam, ground=RefusalGround.UNFOUNDED, evidence="The court has ruled.")
    assert not allowed("shared")
    end_notice(paused)
    tasks.mind_pauses()
    assert allowed("shared")


def test_who_takes_it_back_has_it_end_at_once(paused: SubjectRequest, alice: User) -> None:
    actions.withdraw(paused, by=alice)
    assert allowed("shared")


def test_what_another_person_paused_stays_paused(
    paused: SubjectRequest, alice: User, bob: User
) -> None:
    given = {"scope": "everything", "ground": "claims"}
    his = actions.open_request(Kind.RESTRICTION, person=bob, by=bob, language="en", details=given)
    actions.withdraw(paused, by=alice)
    assert not allowed("shared")
    actions.withdraw(his, by=bob)
    assert allowed("shared")


def test_what_was_paused_for_another_reason_stays_paused(
    open_request: Ask, alice: User, documents: list[Document]
) -> None:
    Document.objects.filter(reference="own").update(restricted_at=timezone.now())
    request = open_request("restriction", details={"scope": "everything"})
    actions.withdraw(request, by=alice)
    assert [allowed(one) for one in ("own", "shared")] == [False, True]


def test_only_staff_and_never_for_themselves_end_a_pause(
    paused: SubjectRequest, alice: User, sam: User
) -> None:
    with pytest.raises(StaffOnly):
        restriction.announce_end(paused, by=alice, reason="I want it back.")
    SubjectRequest.objects.update(person=sam)
    with pytest.raises(NotYourOwn):
        restriction.announce_end(paused, by=sam, reason="I want it back.")
