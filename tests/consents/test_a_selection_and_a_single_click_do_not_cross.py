"""Two real connections: whoever comes second sees what the first one wrote; nothing is lost."""

from uuid import uuid4

import pytest
from django.core.management import call_command

from accounts.models import User
from consents import permits
from consents.actions.selections import Way, choose_for_each
from consents.actions.undoing import undo
from consents.models import ChoiceEvent, Document, Purpose, Receipt
from tests.consents.test_two_reports_at_once_make_one_document import at_once
from tests.consents.worlds import World, make_document

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world():
    """Ada alone has ten documents, and allows everything."""
    world = World()
    world.allow(world.ada)
    for number in range(10):
        make_document(f"many:{number}", world.ada)
    return world


def many():
    return list(Document.objects.filter(reference__startswith="many:").order_by("pk"))


def say(world, way, batch=None):
    """Say it in a connection of one's own: with objects of one's own."""

    def work():
        person = User.objects.get(pk=world.ada.pk)
        documents = many()
        return choose_for_each(
            Purpose.objects.get(), person=person, by=person, documents=documents, way=way,
            language="en", batch=batch or uuid4(),
        )  # fmt: skip

    return work


def consistent():
    call_command("rebuild_standings", "--check", verbosity=0)
    assert Receipt.objects.count() == ChoiceEvent.objects.count()


def test_the_same_form_from_two_tabs_is_one_act(world):
    batch = uuid4()
    first, second = at_once(say(world, Way.REFUSE, batch), say(world, Way.REFUSE, batch))
    assert [one.pk for one in first] == [one.pk for one in second]
    assert ChoiceEvent.objects.filter(batch=batch).count() == 10
    consistent()


def test_a_selection_and_a_single_choice_end_in_one_order(world):
    single = many()[3]

    def allow_one():
        person = User.objects.get(pk=world.ada.pk)
        world.allow(person, document=Document.objects.get(pk=single.pk))

    at_once(say(world, Way.REFUSE), allow_one)
    last = ChoiceEvent.objects.filter(document=single).latest("id")
    assert permits.may(single.reference, "ai-training").allowed is last.allows
    others = [one.reference for one in many() if one != single]
    assert not permits.allowed(others, "ai-training")
    consistent()


def test_two_opposite_selections_leave_no_mixture(world):
    at_once(say(world, Way.REFUSE), say(world, Way.ALLOW))
    open_now = permits.allowed([one.reference for one in many()], "ai-training")
    assert len(open_now) in (0, 10)
    consistent()


def test_undo_and_a_new_refusal_never_end_open(world):
    batch, single = uuid4(), many()[3]
    say(world, Way.REFUSE, batch)()

    def take_back():
        person = User.objects.get(pk=world.ada.pk)
        return undo(batch, person=person, by=person, language="en")

    def refuse_everything():
        world.refuse(User.objects.get(pk=world.ada.pk))

    at_once(take_back, refuse_everything)
    assert not permits.may(single.reference, "ai-training").allowed
    consistent()
