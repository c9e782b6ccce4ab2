"""A person's reply to an ended request opens it, tells staff, and starts a clock of its own."""

from datetime import date
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from dsar import actions, rules
from dsar.grounds import RefusalGround
from dsar.models import SubjectRequest
from dsar.states import IllegalMove
from portal.lib.models import OutgoingMail
from tests.dsar.worlds import Ask, unpack, work

pytestmark = pytest.mark.django_db


def told() -> set[str]:
    return set(
        OutgoingMail.objects.filter(template="dsar/staff/reply").values_list("to", flat=True)
    )


def reply(request: SubjectRequest, text: str = "Something is missing.") -> SubjectRequest:
    actions.write_message(request, by=request.person, text=text)
    request.refresh_from_db()
    return request


def test_a_reply_to_an_answer_opens_it_with_a_new_clock(
    open_request: Ask, sam: User, dina: User, time_machine: Any
) -> None:
    time_machine.move_to("2026-03-02 10:00:00+01:00")
    request = work(open_request())
    time_machine.move_to("2026-05-04 10:00:00+02:00")
    request = reply(request)
    assert (request.status, request.outcome, request.closed_at) == ("review", "", None)
    assert (request.reopened_on, request.due_on) == (date(2026, 5, 4), date(2026, 6, 4))
    assert request.unread_by_staff
    assert told() == {sam.email, dina.email}
    event = request.events.get(code="reopened")
    assert event.data["outcome"] == "fulfilled"
    assert event.data["was"] == "answered"


def test_who_has_the_request_is_told_and_not_everybody(
    open_request: Ask, sam: User, dina: User
) -> None:
    request = open_request("erasure")
    actions.take(request, by=sam)
    reply(request)
    assert told() == {sam.email}


def test_the_words_of_a_refusal_stay_among_the_messages(
    open_request: Ask, sam: User, alice: User
) -> None:
    request = open_request("erasure")
    actions.refuse(request, by=sam, ground=RefusalGround.EXCESSIVE, evidence="The tenth.")
    request = reply(request, "It is only the second.")
    assert (request.status, request.refusal_ground, request.refusal_evidence) == ("review", "", "")
    assert request.events.get(code="reopened").data["ground"] == RefusalGround.EXCESSIVE
    said = list(request.messages.order_by("pk").values_list("text", "from_staff"))
    assert said == [("The tenth.", True), ("It is only the second.", False)]


def test_what_was_not_searched_is_not_approved_but_searched_again(
    open_request: Ask, sam: User
) -> None:
    request = open_request()
    actions.refuse(request, by=sam, ground=RefusalGround.EXCESSIVE, evidence="The tenth.")
    request = reply(request)
    with pytest.raises(IllegalMove):
        actions.approve(request, by=sam)
    request = work(actions.search_again(request, by=sam))
    assert request.status == "answered"
    assert "index.html" in unpack(request).namelist()


def test_a_copy_is_made_anew_for_who_misses_something(open_request: Ask, sam: User) -> None:
    request = work(open_request())
    old = request.package.pk
    request = work(actions.search_again(reply(request), by=sam))
    request = SubjectRequest.objects.get(pk=request.pk)
    assert request.status == "answered"
    assert request.package.pk != old


def test_only_what_was_reopened_is_searched_again(open_request: Ask, sam: User) -> None:
    with pytest.raises(IllegalMove):
        actions.search_again(work(open_request("erasure")), by=sam)


def test_a_message_to_an_ended_request_goes_to_the_open_one_of_its_kind(
    open_request: Ask, alice: User
) -> None:
    first = work(open_request())
    second = open_request()
    message = actions.write_message(first, by=alice, text="And the archive?")
    first.refresh_from_db()
    assert (message.request, first.status) == (second, "answered")


def test_the_person_is_told_where_the_message_went(open_request: Ask, alice: User) -> None:
    first = work(open_request())
    second = open_request()
    theirs = Client()
    theirs.force_login(alice)
    said = theirs.post(f"/requests/{first.reference}/messages/", {"text": "And?"}, follow=True).text
    assert f"{first.reference} is closed, so your message went to {second.reference}" in said


def test_what_was_withdrawn_stays_withdrawn(open_request: Ask, alice: User) -> None:
    request = open_request("erasure")
    actions.withdraw(request, by=alice)
    assert reply(request).status == "withdrawn"


def test_a_message_of_staff_opens_nothing(open_request: Ask, sam: User) -> None:
    request = work(open_request())
    actions.write_message(request, by=sam, text="Did you find it?")
    request.refresh_from_db()
    assert request.status == "answered"
    assert not told()


def test_nobody_writes_to_an_erased_person(open_request: Ask, sam: User, alice: User) -> None:
    request = work(actions.approve(work(open_request("erasure")), by=sam))
    with pytest.raises(rules.Closed):
        actions.write_note(request, by=sam, text="Gone.")
