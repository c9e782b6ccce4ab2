"""The clock of a request stands still while the person is asked, as far as their law allows it."""

from datetime import date
from typing import Any

import pytest

from accounts.models import User
from dsar import actions, reckoning, rules, rules_of_time
from dsar.actions import clock, lifecycle
from dsar.grounds import ExtensionReason
from dsar.models import Pause, SubjectRequest
from portal.lib.models import OutgoingMail
from tests.dsar.worlds import Ask

pytestmark = pytest.mark.django_db
WHICH, WHO = Pause.Reason.WHICH_DATA, Pause.Reason.IDENTITY
D = date.fromisoformat


@pytest.fixture
def asked(open_request: Ask, time_machine: Any) -> SubjectRequest:
    """A request of Monday 31 August 2026, due on 30 September."""
    time_machine.move_to("2026-08-31 10:00+02:00")
    return open_request()


def ask(request: SubjectRequest, by: User, reason: Pause.Reason = WHICH) -> Pause:
    return clock.pause(request, by=by, reason=reason, question="Which of your three accounts?")


def test_the_days_of_waiting_are_added_and_the_target_stays(
    asked: SubjectRequest, alice: User, sam: User, time_machine: Any
) -> None:
    target = asked.target_on
    time_machine.move_to("2026-09-02 23:30+02:00")
    ask(asked, sam)
    time_machine.move_to("2026-09-12 00:10+02:00")
    actions.write_message(asked, by=alice, text="The oldest one.")
    asked.refresh_from_db()
    # 30 September and ten whole days: Saturday 10 October, so Monday the 12th.
    assert (asked.due_on, asked.target_on) == (D("2026-10-12"), target)
    codes = list(asked.events.order_by("pk").values_list("code", flat=True))
    assert codes.index("paused") < codes.index("resumed") < codes.index("due_moved")
    moved = asked.events.get(code="due_moved").data
    assert (moved["old_due_on"], moved["due_on"]) == ("2026-09-30", "2026-10-12")
    assert asked.events.get(code="resumed").data["days"] == 10
    assert "the clock stood still for 10 days" in " ".join(reckoning.why_this_date(asked))
    templates = set(OutgoingMail.objects.values_list("template", flat=True))
    assert {"dsar/question", "dsar/due_moved"} <= templates


def test_while_it_stands_still_the_day_moves_on_and_is_shown(
    asked: SubjectRequest, sam: User, time_machine: Any
) -> None:
    ask(asked, sam)
    time_machine.move_to("2026-10-05 09:00+02:00")
    assert clock.recount_open() == 0  # nothing moved that anybody has to be told of
    asked.refresh_from_db()
    assert asked.due_on == D("2026-11-04")
    assert not asked.is_late(D("2026-10-05"))
    shown = reckoning.clock_of(asked, D("2026-10-05"))
    assert (shown.stands_still, shown.due, shown.paused_days) == (True, D("2026-11-04"), 35)
    assert shown.used == 100  # our own target ignores pauses
    clock.resume(asked, by=sam)
    moved = asked.events.get(code="due_moved").data
    assert (moved["old_due_on"], moved["due_on"]) == ("2026-09-30", "2026-11-04")


def test_a_question_asked_late_counts_no_day(
    asked: SubjectRequest, alice: User, sam: User, time_machine: Any
) -> None:
    time_machine.move_to("2026-09-15 09:00+02:00")  # fifteen days after receipt
    assert not ask(asked, sam).stops_clock
    time_machine.move_to("2026-09-25 09:00+02:00")
    assert not reckoning.clock_of(asked, D("2026-09-25")).stands_still
    actions.write_message(asked, by=alice, text="The oldest one.")
    asked.refresh_from_db()
    assert asked.due_on == D("2026-09-30")
    assert not asked.events.filter(code__in=["paused", "resumed", "due_moved"]).exists()
    assert not Pause.objects.filter(answered_at=None).exists()


def test_california_knows_no_pause(asked: SubjectRequest, alice: User, sam: User) -> None:
    clock.correct_country(asked, "US", "CA", by=alice)
    assert not ask(asked, sam).stops_clock


def test_a_pause_counts_no_more_where_the_country_turns_out_to_know_none(
    asked: SubjectRequest, alice: User, sam: User, time_machine: Any
) -> None:
    ask(asked, sam)
    time_machine.move_to("2026-09-10 09:00+02:00")
    moved = clock.correct_country(asked, "US", "CA", by=alice)
    assert moved.due_on == D("2026-10-14")
    assert not reckoning.clock_of(moved, D("2026-09-10")).stands_still


def test_only_the_two_lawful_reasons_stop_it(
    asked: SubjectRequest, open_request: Ask, sam: User
) -> None:
    erasure = open_request("erasure")
    assert rules_of_time.reasons_to_pause(erasure) == []
    with pytest.raises(rules_of_time.NoReasonToPause):
        ask(erasure, sam)
    with pytest.raises(rules_of_time.NoReasonToPause):
        ask(asked, sam, WHO)  # nobody has written down a doubt
    SubjectRequest.objects.filter(pk=asked.pk).update(identity_doubt="Another mailbox.")
    assert ask(asked, sam, WHO).stops_clock
    with pytest.raises(rules_of_time.AlreadyAsked):
        ask(asked, sam)


def test_the_person_cannot_stop_it_and_nothing_is_asked_without_words(
    asked: SubjectRequest, alice: User, sam: User
) -> None:
    with pytest.raises(rules.StaffOnly):
        ask(asked, alice)
    with pytest.raises(rules.EvidenceMissing):
        clock.pause(asked, by=sam, reason=WHICH, question="  ")
    with pytest.raises(rules_of_time.NothingAsked):
        clock.resume(asked, by=sam)


def test_more_time_runs_from_receipt_and_the_days_of_waiting_are_added(
    asked: SubjectRequest, sam: User, time_machine: Any, settings: Any
) -> None:
    settings.SECOND_PERSON = []
    ask(asked, sam)
    time_machine.move_to("2026-09-04 10:00+02:00")
    clock.resume(asked, by=sam)
    reason = ExtensionReason.COMPLEXITY
    extended = actions.extend(asked, by=sam, reason=reason, note_to_person="Four archives.")
    assert extended.due_on == D("2026-12-04")  # 30 November and four days


def test_a_reply_to_an_answer_begins_a_new_count(
    asked: SubjectRequest, alice: User, sam: User, time_machine: Any
) -> None:
    ask(asked, sam)
    asked.refresh_from_db()
    clock.count_from_reply(lifecycle.lock(asked), by=alice)
    asked.refresh_from_db()
    assert asked.due_on == D("2026-09-30")
    time_machine.move_to("2026-10-08 10:00+02:00")
    clock.count_from_reply(lifecycle.lock(asked), by=alice)
    asked.refresh_from_db()
    assert (asked.due_on, asked.reopened_on) == (D("2026-11-09"), D("2026-10-08"))
    assert "opened it again" in reckoning.why_this_date(asked)[0]


def test_no_question_outlives_its_request(
    asked: SubjectRequest, alice: User, sam: User, time_machine: Any
) -> None:
    time_machine.move_to("2026-09-02 10:00+02:00")
    ask(asked, sam)
    time_machine.move_to("2026-09-12 10:00+02:00")
    actions.withdraw(asked, by=alice)
    question = Pause.objects.get()
    assert question.answered_at is not None
    asked.refresh_from_db()
    assert asked.due_on == D("2026-10-12")  # ten days later: the 10th is a Saturday
