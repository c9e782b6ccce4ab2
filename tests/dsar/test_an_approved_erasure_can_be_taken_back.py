"""Between the approval of an erasure and the first thing that goes, it can be taken back."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts.models import User
from dsar import actions, states
from dsar.actions import grace
from dsar.models import SubjectRequest
from dsar.rules import AlreadyCarriedOut, NotYours, StaffOnly
from portal.lib.models import OutgoingMail
from tests.dsar.worlds import Ask, make_document, work

pytestmark = pytest.mark.django_db


@pytest.fixture
def approved(settings: Any, alice: User, sam: User, open_request: Ask) -> Any:
    settings.ERASURE_GRACE_HOURS = 24
    make_document("own", alice, status="draft", completed_at=None)
    return work(actions.approve(work(open_request("erasure")), by=sam))


def touched(request: SubjectRequest) -> bool:
    return request.items.filter(done_at__isnull=False).exists()


def test_nothing_is_erased_while_it_can_be_taken_back(approved: SubjectRequest) -> None:
    assert approved.status == "grace"
    assert approved.grace_until is not None
    assert timedelta(hours=23) < approved.grace_until - timezone.now() <= timedelta(hours=24)
    assert not touched(approved)
    assert OutgoingMail.objects.filter(template="dsar/grace").count() == 1


def test_taken_back_nothing_was_done(approved: SubjectRequest, alice: User) -> None:
    done = grace.take_back(approved, by=alice)
    assert (done.status, touched(done)) == ("withdrawn", False)
    assert done.events.latest("pk").code == "taken_back"
    with pytest.raises(states.IllegalMove):
        grace.take_back(done, by=alice)


def test_support_takes_it_back_on_the_persons_word_and_nobody_else_does(
    approved: SubjectRequest, sam: User, bob: User
) -> None:
    with pytest.raises(StaffOnly):
        grace.take_back(approved, by=bob)
    assert grace.take_back(approved, by=sam).status == "withdrawn"


def test_only_the_person_gives_the_time_up(
    approved: SubjectRequest, alice: User, sam: User
) -> None:
    with pytest.raises(NotYours):
        grace.do_not_wait(approved, by=sam)
    done = work(grace.do_not_wait(approved, by=alice))
    assert (done.status, done.outcome) == ("answered", "fulfilled")
    assert done.events.filter(code="grace_cut").count() == 1


def test_it_is_carried_out_once_the_time_is_over(approved: SubjectRequest, alice: User) -> None:
    assert grace.end_all(timezone.now()) == 0
    assert grace.end(approved).status == "grace"
    with time_machine.travel(timezone.now() + timedelta(hours=25)):
        with pytest.raises(states.IllegalMove):
            grace.take_back(approved, by=alice)
        assert grace.end_all(timezone.now()) == 1
        assert grace.end_all(timezone.now()) == 0
        assert work(approved).status == "answered"


def test_the_time_never_reaches_into_the_last_day(settings: Any, approved: SubjectRequest) -> None:
    settings.ERASURE_GRACE_HOURS = 24 * 365
    approved.items.update(done_at=None)
    zone = timezone.get_default_timezone()
    last = datetime.combine(approved.due_on, datetime.min.time(), tzinfo=zone)
    assert grace.until(approved, timezone.now()) == last
    assert grace.until(approved, last) is None
    settings.ERASURE_GRACE_HOURS = 0
    assert grace.until(approved, timezone.now()) is None


def test_what_was_begun_is_not_taken_back(approved: SubjectRequest, alice: User) -> None:
    approved.items.update(done_at=timezone.now())
    with pytest.raises(AlreadyCarriedOut):
        grace.take_back(approved, by=alice)
    assert grace.until(approved, timezone.now()) is None


def test_by_page_the_person_takes_it_back_and_a_stranger_finds_nothing(
    approved: SubjectRequest, alice: User, bob: User
) -> None:
    path = f"/requests/{approved.reference}/take-back/"
    stranger, person = Client(), Client()
    stranger.force_login(bob)
    assert stranger.post(path).status_code == 404
    person.force_login(alice)
    # What cannot be undone asks who is there: a session alone is not enough.
    cut = person.post(f"/requests/{approved.reference}/do-not-wait/")
    assert "/reauthenticate" in cut["Location"] or "/confirm" in cut["Location"]
    assert person.get(path).status_code == 405
    assert person.post(path).status_code == 302
    approved.refresh_from_db()
    assert approved.status == "withdrawn"
    assert person.post(path).status_code == 409
