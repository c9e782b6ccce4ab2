"""Contesting an answer: linked to it, its own clock, another person; and reviews by a person."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import User
from dsar import actions, rules_kinds
from dsar.actions import appeals, resolving
from dsar.grounds import RefusalGround
from dsar.models import SubjectRequest
from dsar.rules import EvidenceMissing, NotYours, SameHand, StaffOnly
from dsar.states import IllegalMove, Outcome
from portal.lib.models import OutgoingMail
from tests.dsar.worlds import Ask, make_staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def refused(open_request: Ask, sam: User, settings: Any) -> SubjectRequest:
    """A review of a decision that Sam refused."""
    settings.SECOND_PERSON = []
    request = open_request("human_review", details={"decision": "My account was blocked."})
    return actions.refuse(request, by=sam, ground=RefusalGround.UNFOUNDED, evidence="No decision.")


def contest(first: SubjectRequest, **fields: Any) -> SubjectRequest:
    given: dict[str, Any] = {"by": first.person, "language": "en", "about": "It was one."}
    return appeals.appeal(first, details={"why": ["wrong"]}, **given | fields)


def test_an_appeal_is_a_request_of_its_own_linked_to_the_first(refused: SubjectRequest) -> None:
    appeal = contest(refused)
    assert (appeal.kind, appeal.parent, appeal.status) == ("appeal", refused, "review")
    assert appeal.due_on > timezone.localdate()
    assert refused.events.filter(code="appealed").count() == 1
    sent = OutgoingMail.objects.filter(template="dsar/appeal")
    assert refused.reference in sent.get().text


def test_who_decided_the_first_request_decides_neither_way_about_the_appeal(
    refused: SubjectRequest, sam: User, dina: User
) -> None:
    appeal = contest(refused)
    with pytest.raises(SameHand):
        appeals.decide(appeal, by=sam, outcome=Outcome.CONFIRMED, text="I was right.")
    with pytest.raises(SameHand):
        actions.refuse(appeal, by=sam, ground=RefusalGround.UNFOUNDED, evidence="I was right.")
    decided = appeals.decide(appeal, by=dina, outcome=Outcome.CONFIRMED, text="It holds.")
    assert (decided.status, decided.outcome) == ("answered", "confirmed")
    refused.refresh_from_db()
    assert refused.status == "refused"


def test_an_appeal_that_is_right_can_open_the_first_request_again(
    refused: SubjectRequest, dina: User
) -> None:
    appeals.decide(
        contest(refused), by=dina, outcome=Outcome.FULFILLED, text="It was a decision.", reopen=True
    )
    refused.refresh_from_db()
    assert (refused.status, refused.refusal_ground) == ("review", "")
    assert OutgoingMail.objects.filter(template="dsar/reopened").count() == 1


def test_one_appeal_at_a_time_and_none_against_an_appeal(
    refused: SubjectRequest, dina: User
) -> None:
    appeal = contest(refused)
    with pytest.raises(rules_kinds.AlreadyContested) as already:
        contest(refused)
    assert already.value.request == appeal
    decided = appeals.decide(appeal, by=dina, outcome=Outcome.CONFIRMED, text="It holds.")
    with pytest.raises(rules_kinds.NothingToContest):
        contest(decided)


def test_nothing_is_contested_before_its_answer_by_others_or_too_late(
    open_request: Ask, refused: SubjectRequest, bob: User
) -> None:
    with pytest.raises(rules_kinds.NothingToContest):
        contest(open_request("access"))
    with pytest.raises(StaffOnly):
        contest(refused, by=bob)
    SubjectRequest.objects.filter(pk=refused.pk).update(
        closed_at=timezone.now() - timedelta(days=400)
    )
    with pytest.raises(rules_kinds.TooLateToContest):
        contest(refused)


def test_an_answer_in_words_needs_its_words_and_an_outcome_of_its_kind(
    open_request: Ask, sam: User
) -> None:
    request = open_request("human_review", details={"decision": "Blocked."})
    with pytest.raises(EvidenceMissing):
        actions.resolve(request, by=sam, outcome=Outcome.FULFILLED, text=" ")
    with pytest.raises(resolving.WrongOutcome):
        actions.resolve(request, by=sam, outcome=Outcome.NOTHING_FOUND, text="Nothing.")
    actions.resolve(request, by=sam, outcome=Outcome.CONFIRMED, text="We looked; it stands.")
    [letter] = OutgoingMail.objects.filter(template="dsar/answered")
    assert "We looked; it stands." in letter.text


def test_what_is_searched_for_is_not_answered_in_words(open_request: Ask, sam: User) -> None:
    SubjectRequest.objects.filter(pk=open_request("access").pk).update(status="review")
    request = SubjectRequest.objects.get(kind="access")
    with pytest.raises(IllegalMove):
        actions.resolve(request, by=sam, outcome=Outcome.FULFILLED, text="Here you are.")


def test_colleagues_of_who_decided_may(refused: SubjectRequest) -> None:
    ada = make_staff("ada")
    appeal = appeals.decide(contest(refused), by=ada, outcome=Outcome.PARTLY, text="In part.")
    assert appeal.outcome == "partly"
    with pytest.raises(NotYours):
        actions.withdraw(appeal, by=ada)
