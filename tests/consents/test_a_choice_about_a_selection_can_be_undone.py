"""Undo brings back what stood before, for any history, and touches nothing chosen since."""

from io import StringIO
from uuid import uuid4

import pytest
import time_machine
from django.core.management import call_command
from hypothesis import given
from hypothesis import strategies as st

from consents import permits, standing
from consents.actions import selections, undoing
from consents.actions.scopes import NotYours
from consents.actions.selections import Way, choose_for_each
from consents.actions.undoing import TooLate, undo
from consents.models import ChoiceEvent, Receipt
from tests.consents.test_adding_a_refusal_never_opens_the_gate import (
    EXAMPLES,
    MOVES,
    SHAPES,
    allowed,
    forgotten,
    play,
)
from tests.consents.worlds import World, make_document

pytestmark = pytest.mark.django_db

WAYS = st.sampled_from(list(Way))
REFUSALS = st.lists(
    st.tuples(
        st.sampled_from(["refuse", "policy_refuse", "link"]), st.integers(0, 3), st.integers(0, 5)
    ),
    max_size=4,
)


def say(world, person, way, documents, batch=None):
    return choose_for_each(
        world.purpose, person=person, by=person, documents=documents, way=way, language="en",
        batch=batch or uuid4(),
    )  # fmt: skip


def take_back(batch, person):
    return undo(batch, person=person, by=person, language="en")


def own_state(world, person):
    """Return the person's word on each of their documents, without its date."""
    documents = [one for one in world.documents if one.parties.filter(address__person=person)]
    stands = standing.about_documents(person, documents, [world.purpose])
    return {key: one.allowed for key, one in stands.items()}


def theirs(world, person):
    return [one for one in world.documents if one.parties.filter(address__person=person)]


@EXAMPLES
@given(shape=SHAPES, before=MOVES, who=st.integers(0, 3), way=WAYS)
def test_act_and_undo_leave_everything_as_it_was(shape, before, who, way):
    with forgotten():
        world = World(shape)
        for move in before:
            play(world, move)
        person, batch = world.people[who], uuid4()
        mine, gate = own_state(world, person), allowed(world)
        if say(world, person, way, theirs(world, person), batch):
            take_back(batch, person)
        assert own_state(world, person) == mine
        assert allowed(world) == gate
        call_command("rebuild_standings", "--check", stdout=StringIO())


@EXAMPLES
@given(shape=SHAPES, before=MOVES, who=st.integers(0, 3), after=REFUSALS, way=WAYS)
def test_whatever_was_refused_since_stays_refused(shape, before, who, after, way):
    with forgotten():
        world = World(shape)
        for move in before:
            play(world, move)
        person, batch = world.people[who], uuid4()
        at_first = allowed(world)
        events = say(world, person, way, theirs(world, person), batch)
        for move in after:
            play(world, move)
        if events:
            take_back(batch, person)
        gate = allowed(world)
        assert gate <= at_first
        for move in after:  # said again, they would change nothing: they still hold
            play(world, move)
        assert allowed(world) == gate
        call_command("rebuild_standings", "--check", stdout=StringIO())


@EXAMPLES
@given(shape=SHAPES, before=MOVES, who=st.integers(0, 3), way=WAYS)
def test_what_is_foreseen_is_what_comes(shape, before, who, way):
    with forgotten():
        world = World(shape)
        for move in before:
            play(world, move)
        person = world.people[who]
        documents = theirs(world, person)
        acts = selections.planned(world.purpose, person, documents, way, language="en")
        count = ChoiceEvent.objects.count()
        foreseen = selections.foresee(acts, lambda: selections.decided(documents, world.purpose))
        assert ChoiceEvent.objects.count() == count  # looking ahead leaves nothing behind
        say(world, person, way, documents)
        answers = selections.decided(documents, world.purpose)
        assert {key: one.reason for key, one in foreseen.items()} == {
            key: one.reason for key, one in answers.items()
        }


@EXAMPLES
@given(shape=SHAPES, before=MOVES, who=st.integers(0, 3), way=st.sampled_from(list(Way)[:2]))
def test_a_selection_says_what_single_choices_say(shape, before, who, way):
    """One by one or in one go: the same standing choices, the same answers."""
    outcomes = []
    for together in (True, False):
        with forgotten():
            world = World(shape)
            for move in before:
                play(world, move)
            person = world.people[who]
            if together:
                say(world, person, way, theirs(world, person))
            else:
                single = world.refuse if way is Way.REFUSE else world.allow
                for one in theirs(world, person):
                    single(person, document=one)
            acts = ChoiceEvent.objects.filter(person=person).order_by("document_id", "id")
            outcomes.append((allowed(world), list(acts.values_list("document__reference", "act"))))
    assert outcomes[0] == outcomes[1]


@pytest.fixture
def world():
    """Ada has three documents, and everybody agrees to everything."""
    world = World()
    for person in world.people:
        world.allow(person)
    return world


def test_each_document_gets_an_act_and_a_receipt_of_its_own(world):
    batch = uuid4()
    events = say(world, world.ada, Way.REFUSE, theirs(world, world.ada), batch)
    assert len(events) == 3
    assert {one.batch for one in events} == {batch}
    assert Receipt.objects.filter(event__in=events).count() == 3
    assert allowed(world) == {"private"}


def test_sent_twice_it_is_done_once(world):
    batch = uuid4()
    events = say(world, world.ada, Way.REFUSE, theirs(world, world.ada), batch)
    assert say(world, world.ada, Way.REFUSE, theirs(world, world.ada), batch) == events
    assert say(world, world.ada, Way.REFUSE, theirs(world, world.ada)) == []


def test_undone_twice_it_is_undone_once(world):
    batch = uuid4()
    say(world, world.ada, Way.REFUSE, theirs(world, world.ada), batch)
    back = take_back(batch, world.ada)
    assert take_back(batch, world.ada) == back
    assert {one.undoes.batch for one in back} == {batch}
    assert Receipt.objects.filter(event__in=back).count() == 3


def test_what_was_chosen_again_since_stays(world):
    batch, mine = uuid4(), theirs(world, world.ada)
    say(world, world.ada, Way.REFUSE, mine, batch)
    world.allow(world.ada, document=mine[0])
    world.refuse(world.ada, document=mine[0])
    plan = undoing.undoing(batch, person=world.ada, language="en")
    assert plan.kept == [mine[0]]
    take_back(batch, world.ada)
    assert allowed(world) == {"org:shared", "private"}


def test_a_newer_refusal_of_everything_keeps_all_of_it(world):
    batch = uuid4()
    say(world, world.ada, Way.REFUSE, theirs(world, world.ada), batch)
    world.refuse(world.ada)
    assert take_back(batch, world.ada) == []
    assert allowed(world) == {"private"}


def test_a_document_that_is_gone_from_one_s_space_is_left_alone(world):
    batch, mine = uuid4(), theirs(world, world.ada)
    say(world, world.ada, Way.REFUSE, mine, batch)
    mine[0].parties.filter(address__person=world.ada).update(hidden_at="2026-01-01T00:00Z")
    assert len(take_back(batch, world.ada)) == 2


def test_after_a_day_it_is_too_late(world):
    batch = uuid4()
    events = say(world, world.ada, Way.REFUSE, theirs(world, world.ada), batch)
    late = events[0].at + undoing.UNDO_FOR
    with time_machine.travel(late, tick=False), pytest.raises(TooLate):
        take_back(batch, world.ada)


def test_a_stranger_undoes_nothing(world):
    batch = uuid4()
    say(world, world.ada, Way.REFUSE, theirs(world, world.ada), batch)
    with pytest.raises(NotYours):
        take_back(batch, world.ben)
    with pytest.raises(NotYours):
        undo(batch, person=world.ada, by=world.ben, language="en")


def test_a_yes_is_not_written_where_it_could_mean_nothing(world):
    document = theirs(world, world.ada)[0]
    document.special_category = True
    document.save()
    assert say(world, world.ada, Way.ALLOW, [document]) == []
    assert len(say(world, world.ada, Way.REFUSE, [document])) == 1


def test_somebody_else_s_document_is_not_in_a_selection(world):
    with pytest.raises(NotYours):
        say(world, world.ada, Way.REFUSE, world.documents)
    assert not ChoiceEvent.objects.filter(document__isnull=False).exists()


def test_more_than_one_go_takes_is_refused_whole(world, monkeypatch):
    monkeypatch.setattr(selections, "MOST", 2)
    with pytest.raises(selections.TooMany):
        say(world, world.ada, Way.REFUSE, theirs(world, world.ada))
    assert permits.may("org:members", "ai-training").allowed


def test_five_hundred_cost_as_many_statements_as_three(world, django_assert_max_num_queries):
    with django_assert_max_num_queries(40) as few:
        say(world, world.ada, Way.REFUSE, theirs(world, world.ada))
    many = [make_document(f"many:{number}", world.ada) for number in range(60)]
    with django_assert_max_num_queries(len(few.captured_queries)):
        assert len(say(world, world.ada, Way.REFUSE, many)) == 60
