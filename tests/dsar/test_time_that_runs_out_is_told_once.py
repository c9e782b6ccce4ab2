"""Staff hear of a request at half, three quarters and nine tenths of its time, once each."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import User
from dsar import reckoning
from dsar.actions import alarms
from dsar.models import Alarm, SubjectRequest
from portal.lib.models import OutgoingMail
from tests.dsar.worlds import Ask

pytestmark = pytest.mark.django_db


@pytest.fixture
def request_(open_request: Ask, sam: User, dina: User, time_machine: Any) -> SubjectRequest:
    """Received on Tuesday 1 September 2026; its target is Tuesday the 22nd."""
    time_machine.move_to("2026-09-01 10:00+02:00")
    return open_request()


def told() -> list[tuple[str, str]]:
    found = OutgoingMail.objects.filter(template="dsar/staff/reminder").order_by("pk")
    return [(mail.to.split("@")[0], mail.subject) for mail in found]


def test_each_share_rings_once_and_near_the_end_for_the_dpo_too(
    request_: SubjectRequest, time_machine: Any
) -> None:
    rung = {}
    for day in range(1, 24):
        time_machine.move_to(f"2026-09-{day:02} 10:00+02:00")
        if alarms.ring() + alarms.ring():
            rung[day] = len(told())
    assert rung == {12: 1, 17: 2, 20: 4}
    assert [who for who, _subject in told()][:2] == ["sam", "sam"]
    assert sorted(who for who, _subject in told()) == ["dina", "sam", "sam", "sam"]
    percents = Alarm.objects.order_by("percent").values_list("percent", flat=True)
    assert list(percents) == [50, 75, 90]
    assert request_.events.filter(code="reminded").count() == 3


def test_what_passed_while_no_worker_ran_is_told_in_one_mail(
    request_: SubjectRequest, time_machine: Any
) -> None:
    time_machine.move_to("2026-09-18 10:00+02:00")
    assert alarms.ring() == 1
    ((_who, subject),) = told()
    assert "75%" in subject
    assert Alarm.objects.count() == 2
    time_machine.move_to("2026-09-30 10:00+02:00")
    assert alarms.ring() == 1


def test_who_has_it_is_told_and_nobody_else(
    request_: SubjectRequest, dina: User, time_machine: Any
) -> None:
    SubjectRequest.objects.update(assignee=dina)
    time_machine.move_to("2026-09-12 10:00+02:00")
    alarms.ring()
    assert [who for who, _subject in told()] == ["dina"]


def test_the_mail_names_nobody(request_: SubjectRequest, time_machine: Any) -> None:
    time_machine.move_to("2026-09-12 10:00+02:00")
    alarms.ring()
    mail = OutgoingMail.objects.get(template="dsar/staff/reminder")
    whole = f"{mail.subject} {mail.text} {mail.html}".lower()
    assert request_.reference.lower() in whole
    assert "/staff/requests/" in whole
    assert "alice" not in whole


def test_a_closed_one_does_not_ring(request_: SubjectRequest, time_machine: Any) -> None:
    time_machine.move_to("2026-09-12 10:00+02:00")
    SubjectRequest.objects.update(status="withdrawn", closed_at="2026-09-11T10:00Z")
    assert alarms.ring() == 0


def test_a_receipt_that_has_to_be_confirmed_and_was_not_rings(
    request_: SubjectRequest, time_machine: Any
) -> None:
    SubjectRequest.objects.update(acknowledge_on=date(2026, 9, 5), acknowledged_at=None)
    assert alarms.ring() == 0
    time_machine.move_to("2026-09-05 10:00+02:00")
    assert (alarms.ring(), alarms.ring()) == (1, 0)
    assert "not confirmed" in told()[0][1]


@given(st.integers(0, 60))
def test_the_share_is_of_the_days_to_the_target(days: int) -> None:
    start = date(2026, 9, 1)
    request = SubjectRequest(received_on=start, target_on=start + timedelta(days=21))
    used = reckoning.used_percent(request, start + timedelta(days=days))
    assert used == min(100, 100 * days // 21)


def test_the_search_for_alarms_takes_few_questions(
    request_: SubjectRequest, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(2):
        alarms.ring()
