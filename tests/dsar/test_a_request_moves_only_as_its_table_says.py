"""The life of a request is one table; the database holds its ends."""

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import User
from dsar import states
from dsar.actions.lifecycle import Code, move
from dsar.kinds import NATURES
from dsar.models import SubjectRequest
from dsar.models.requests import Kind
from dsar.states import FINAL, NEXT, OPEN, REOPENING, Status
from tests.dsar.worlds import Ask


def test_every_status_can_be_reached_from_the_first() -> None:
    reached, todo = set(), {Status.RECEIVED}
    while todo:
        status = todo.pop()
        reached.add(status)
        todo |= NEXT[status] - reached
    assert reached == set(Status)


def test_every_status_has_a_line_in_the_table() -> None:
    assert set(NEXT) == set(Status)


@pytest.mark.parametrize("status", sorted(FINAL))
def test_what_has_ended_is_at_most_opened_again(status: Status) -> None:
    assert NEXT[status] <= OPEN
    assert bool(NEXT[status]) == (status in REOPENING)


def test_who_withdrew_asks_anew() -> None:
    assert not NEXT[Status.WITHDRAWN]


@pytest.mark.parametrize("status", sorted(OPEN))
def test_what_is_open_can_come_to_an_end(status: Status) -> None:
    reached, todo = set(), {status}
    while todo:
        one = todo.pop()
        reached.add(one)
        todo |= NEXT[one] - reached
    assert reached & FINAL


@pytest.mark.django_db
@pytest.mark.parametrize("kind", [kind for kind in Kind if NATURES[kind].searches])
def test_what_is_searched_for_is_not_answered_without_being_prepared(
    kind: Kind, open_request: Ask
) -> None:
    request = open_request(kind)
    request.status = Status.REVIEW
    with pytest.raises(states.IllegalMove):
        move(request, Status.ANSWERED, code=Code.ANSWERED, by=None)


@pytest.mark.django_db
@pytest.mark.parametrize("kind", [kind for kind in Kind if not NATURES[kind].searches])
@pytest.mark.parametrize("status", [Status.SEARCHING, Status.GRACE, Status.PREPARING])
def test_what_a_person_decides_is_never_carried_out_by_steps(
    kind: Kind, status: Status, alice: User
) -> None:
    request = SubjectRequest(kind=kind, person=alice, status=Status.REVIEW)
    with pytest.raises(states.IllegalMove):
        move(request, status, code=Code.APPROVED, by=None)


@given(st.sampled_from(Status), st.sampled_from(Status))
def test_a_move_passes_if_and_only_if_the_table_has_it(old: Status, new: Status) -> None:
    if new in NEXT[old]:
        states.require(old, new)
    else:
        with pytest.raises(states.IllegalMove, match="cannot become"):
            states.require(old, new)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "change",
    [
        {"status": "answered"},  # closed without a time, answered without an outcome
        {"outcome": "fulfilled"},
        {"status": "withdrawn"},
        {"status": "lost"},
        {"refusal_ground": "eu-gdpr:JustificationA12ManifestlyUnfounded"},
        {"extension_reason": "eu-gdpr:JustificationA12Complexity"},
        {"due_on": "2020-01-01"},
    ],
)
def test_the_database_refuses_a_story_that_does_not_hold(
    change: dict[str, str], open_request: Ask
) -> None:
    request = open_request()
    with pytest.raises(IntegrityError), transaction.atomic():
        type(request).objects.filter(pk=request.pk).update(**change)


@pytest.mark.django_db
def test_the_timeline_cannot_be_edited(open_request: Ask) -> None:
    request = open_request()
    with pytest.raises(IntegrityError), transaction.atomic():
        request.events.update(code="refused")
    with pytest.raises(IntegrityError), transaction.atomic():
        request.events.all().delete()
