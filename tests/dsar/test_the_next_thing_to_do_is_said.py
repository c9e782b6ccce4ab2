"""One sentence on top of a request says what is to be done now, in every state it can be in."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.models import User
from dsar import actions, desk
from dsar.actions import approvals
from dsar.grounds import ExtensionReason
from dsar.models import Approval, SubjectRequest
from dsar.models.requests import Kind
from dsar.states import OPEN, Status
from tests.accounts import people
from tests.dsar.worlds import Ask, work

pytestmark = pytest.mark.django_db


def said(request: SubjectRequest, me: User) -> str:
    return desk.next_action(request, me, list(request.steps.all()))


def test_every_state_of_every_kind_says_it(open_request: Ask, sam: User) -> None:
    request = open_request()
    request.grace_until = timezone.now()
    for request.kind in (Kind.ERASURE, Kind.RECTIFICATION):
        for request.status in Status:
            assert said(request, sam).endswith("."), (request.kind, request.status)


def test_what_is_missing_is_counted(open_request: Ask, sam: User) -> None:
    request = work(open_request("erasure"))
    first, second = request.steps.all()[:2]
    for step in (first, second):
        step.outcome, step.cause = "failed", "unavailable"
        step.save()
    assert said(request, sam) == "Approve the plan: 2 sources are missing."


@pytest.mark.usefixtures("two_persons")
def test_a_second_person_is_told_to_decide_and_the_first_to_wait(
    open_request: Ask, sam: User, dina: User
) -> None:
    request = open_request("erasure")
    given = {"reason": ExtensionReason.NUMBER, "note_to_person": "Four archives."}
    approvals.ask(request, Approval.Act.EXTEND, by=sam, **given)
    assert said(request, dina).startswith("Decide as the second person")
    assert said(request, sam).startswith("A second person decides")


def test_a_reply_is_to_be_read_first(open_request: Ask, sam: User, alice: User) -> None:
    request = work(open_request("erasure"))
    actions.write_message(request, by=alice, text="Please hurry.")
    request.refresh_from_db()
    assert said(request, sam) == "Read the new message and answer it."


@settings(max_examples=60, deadline=None)
@given(days=st.integers(-400, 400), paused=st.booleans(), status=st.sampled_from(sorted(OPEN)))
def test_how_a_day_stands_is_said_in_words_that_fit(days: int, paused: bool, status: str) -> None:
    today = date(2026, 3, 2)
    request = SubjectRequest(status=status, due_on=today + timedelta(days=days))
    due = desk.due(request, today, is_paused=paused)
    if days < 0:
        assert due.state == "late"
        assert str(-days) in due.words
    elif paused:
        assert due == desk.Due("pause", "the clock stands still")
    else:
        assert due.state == ("due-soon" if days <= 7 else "")
        assert (str(days) in due.words) == (days > 0)


@pytest.fixture
def client_of_sam(db: None) -> Client:
    sam = people.with_app(people.make("sam@staff.example.org", name="Sam", role="support"))
    return people.sign_in(Client(), sam)


def test_each_act_with_a_form_opens_or_says_why_not(
    client_of_sam: Client, open_request: Ask, alice: User
) -> None:
    request = work(open_request("erasure"))
    theirs = Client()
    theirs.force_login(alice)
    expected = {"confirm": 409, "duplicate": 409, "spam": 409, "doubt": 200, "forward": 200}
    for act, status in (expected | {"nonsense": 404}).items():
        address = f"/staff/requests/{request.reference}/do/{act}/"
        assert client_of_sam.get(address).status_code == status, act
        if status == 200:
            assert client_of_sam.post(address, {}).status_code == 422
        assert theirs.get(address).status_code == 404


def test_a_request_is_passed_on_to_who_decides(
    client_of_sam: Client, open_request: Ask, alice: User
) -> None:
    request = work(open_request("erasure"))
    page: Any = client_of_sam.post(
        f"/staff/requests/{request.reference}/do/forward/",
        {"controller": "Atelier, dpo@atelier.example", "note": "We sent them your words."},
    )
    request.refresh_from_db()
    assert (page.status_code, request.status) == (302, "forwarded")
