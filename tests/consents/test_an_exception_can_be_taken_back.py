"""Following the general choice again: what was chosen more widely holds, whatever its age."""

from contextlib import suppress
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from consents import permits, standing
from consents.actions import choices
from consents.models import ChoiceEvent, Receipt, Standing
from consents.models.ledger import Act, Source
from consents.standing import Origin
from portal.lib.errors import DomainError
from tests.consents.test_adding_a_refusal_never_opens_the_gate import (
    EXAMPLES,
    SHAPES,
    allowed,
    forgotten,
    play,
    scope,
)
from tests.consents.worlds import World

pytestmark = pytest.mark.django_db


def follow(world, person, **scope):
    return choices.follow_again(world.purpose, person=person, by=person, language="en", **scope)


def stand(world, person, document):
    return standing.about_documents(person, [document], [world.purpose])[
        document.pk, world.purpose.pk
    ]


def may(reference):
    return permits.may(reference, "ai-training").allowed


@pytest.fixture
def world():
    """Cleo and Dan share a document; Dan agrees to everything."""
    world = World()
    world.allow(world.dan)
    return world


@pytest.fixture
def lease(world):
    return world.documents[2]


def test_a_refused_document_follows_the_later_yes_about_everything(world, lease):
    world.refuse(world.cleo, document=lease)
    world.allow(world.cleo)
    assert not may("private")  # a refusal at a narrower grain is not lifted from above
    event = follow(world, world.cleo, document=lease)
    assert may("private")
    assert (event.act, event.document) == (Act.FOLLOWS_AGAIN, lease)
    assert stand(world, world.cleo, lease).origin is Origin.EVERYTHING


def test_an_allowed_document_follows_the_older_refusal_of_everything(world, lease):
    world.refuse(world.cleo)
    world.allow(world.cleo, document=lease)
    assert may("private")
    follow(world, world.cleo, document=lease)
    assert not may("private")
    assert not stand(world, world.cleo, lease).allowed


def test_without_any_wider_choice_the_default_holds(world, lease):
    world.allow(world.cleo, document=lease)
    follow(world, world.cleo, document=lease)
    assert not may("private")
    assert stand(world, world.cleo, lease).origin is Origin.DEFAULT


def test_an_organisation_s_exception_is_taken_back_too():
    world = World()
    for person in (world.ada, world.ben):
        world.allow(person)
    world.refuse(world.ada, within=world.organisation)
    assert not may("org:members")
    follow(world, world.ada, within=world.organisation)
    assert may("org:members")


def test_the_act_is_in_the_ledger_with_a_receipt_and_the_projection_agrees(world, lease):
    world.refuse(world.cleo, document=lease)
    event = follow(world, world.cleo, document=lease)
    assert Receipt.objects.filter(event=event).exists()
    assert not Standing.objects.filter(person=world.cleo, document=lease).exists()
    assert ChoiceEvent.objects.filter(person=world.cleo, document=lease).count() == 2
    call_command("rebuild_standings", "--check", stdout=StringIO())


def test_rebuilding_does_not_bring_an_exception_back(world, lease):
    world.refuse(world.cleo, document=lease)
    follow(world, world.cleo, document=lease)
    Standing.objects.all().delete()
    call_command("rebuild_standings", verbosity=0)
    assert not Standing.objects.filter(document=lease).exists()


def test_two_clicks_are_one_act(world, lease):
    world.refuse(world.cleo, document=lease)
    assert follow(world, world.cleo, document=lease) == follow(world, world.cleo, document=lease)


def test_where_there_is_no_exception_nothing_is_written(world, lease):
    with pytest.raises(choices.NoException):
        follow(world, world.cleo, document=lease)
    with pytest.raises(choices.NoException):
        follow(world, world.cleo)
    assert not ChoiceEvent.objects.filter(act=Act.FOLLOWS_AGAIN).exists()


def test_nobody_else_can_take_it_back(world, lease):
    world.refuse(world.cleo, document=lease)
    with pytest.raises(choices.NotYours):
        choices.follow_again(
            world.purpose, person=world.cleo, by=world.dan, document=lease, language="en"
        )
    version = world.purpose.versions.get()
    with pytest.raises(IntegrityError), transaction.atomic():  # nor by going past the action
        ChoiceEvent.objects.create(
            act=Act.FOLLOWS_AGAIN, purpose=world.purpose, version=version, person=world.cleo,
            by=world.dan, document=lease, source="portal", language="en",
        )  # fmt: skip


def test_a_stranger_s_document_cannot_be_named(world):
    with pytest.raises(choices.NotYours):
        follow(world, world.ben, document=world.documents[2])


def test_what_was_refused_without_signing_in_stays_refused(world):
    """The refusal by link is another act, at the address: one's exception is not that one."""
    document = world.documents[3]
    choices.refuse(
        world.purpose, address=world.signer, by=None, source=Source.LINK, language="en",
        document=document,
    )  # fmt: skip
    with pytest.raises(choices.NoException):
        follow(world, world.ada, document=document)
    assert not may("with-signer")


def test_a_person_s_yes_answers_their_own_older_refusal_by_link(world):
    """A refusal by link after a yes is lifted by saying yes again, not swallowed as known."""
    lease = world.documents[2]
    world.allow(world.cleo, document=lease)
    choices.refuse(
        world.purpose, address=world.cleo.addresses.get(), by=None, source=Source.LINK,
        language="en", document=lease,
    )  # fmt: skip
    assert not may("private")
    world.allow(world.cleo, document=lease)
    assert may("private")


def test_its_receipt_can_be_read(world, lease, client):
    world.refuse(world.cleo, document=lease)
    event = follow(world, world.cleo, document=lease)
    client.force_login(world.cleo)
    page = client.get(f"/receipts/{event.uid}/")
    assert page.status_code == 200
    assert "removed the exception" in page.content.decode()
    assert client.get(f"/receipts/{event.uid}.pdf").content.startswith(b"%PDF")


FOLLOWING = st.lists(
    st.tuples(
        st.sampled_from(["allow", "refuse", "follow", "policy_refuse", "link"]),
        st.integers(0, 3),
        st.integers(0, 5),
    ),
    max_size=10,
)


def play_on(world, moves):
    """Make the moves, with following among them; a move that a rule refuses changes nothing."""
    for what, who, about in moves:
        if what != "follow":
            play(world, (what, who, about))
            continue
        with suppress(DomainError), transaction.atomic():
            follow(world, world.people[who], **scope(world, about))


@EXAMPLES
@given(shape=SHAPES, moves=FOLLOWING, who=st.integers(0, 3), about=st.integers(0, 5))
def test_with_exceptions_come_and_gone_a_refusal_still_only_takes_away(shape, moves, who, about):
    with forgotten():
        world = World(shape)
        play_on(world, moves)
        earlier = allowed(world)
        play(world, ("refuse", who, about))
        assert allowed(world) <= earlier


@EXAMPLES
@given(shape=SHAPES, moves=FOLLOWING)
def test_the_ledger_alone_gives_the_same_present(shape, moves):
    with forgotten():
        world = World(shape)
        play_on(world, moves)
        gate = allowed(world)
        call_command("rebuild_standings", "--check", stdout=StringIO())
        Standing.objects.all().delete()
        call_command("rebuild_standings", stdout=StringIO())
        assert allowed(world) == gate


@EXAMPLES
@given(shape=SHAPES, moves=FOLLOWING, after=FOLLOWING, who=st.integers(0, 3))
def test_an_older_wider_refusal_holds_once_its_exceptions_are_gone(shape, moves, after, who):
    """However much was allowed for single documents since: taken back, all of it is refused."""
    with forgotten():
        world = World(shape)
        play_on(world, moves)
        person = world.people[who]
        world.refuse(person)
        play_on(world, [one for one in after if one[2] != 0])  # nothing about everything since
        for about in range(1, 6):
            play_on(world, [("follow", who, about)])
        theirs = {
            one.reference
            for one in world.documents
            if one.parties.filter(address__person=person).exists()
        }
        assert not allowed(world) & theirs
