"""What was refused under an address without an account is said again once it is somebody's."""

import pytest

from accounts.actions import claim_address
from accounts.models import User
from consents import permits, standing
from consents.actions import choices
from consents.models.ledger import Source
from consents.standing import Origin
from tests.consents.worlds import World, make_document

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    world = World("objection")
    choices.refuse(
        world.purpose, address=world.signer, by=None, source=Source.LINK, language="en"
    )  # fmt: skip
    return world


@pytest.fixture
def claimer(world: World) -> User:
    person = User.objects.create_user("signer@example.org")
    claim_address("signer@example.org", person=person)
    return person


def stand(world: World, person: User) -> standing.Stand:
    return standing.about_everything(person, [world.purpose])[world.purpose.pk]


def test_with_one_address_it_is_about_everything(world, claimer):
    assert (stand(world, claimer).allowed, stand(world, claimer).origin) == (
        False,
        Origin.EVERYTHING,
    )


def test_with_another_address_it_is_not_said_of_everything(world, claimer):
    claim_address("second@example.org", person=claimer)
    assert stand(world, claimer).origin == Origin.DEFAULT


def test_the_person_can_allow_again_and_the_gate_agrees(world, claimer):
    assert not permits.may("with-signer", "ai-training").allowed
    world.allow(claimer)
    assert stand(world, claimer).allowed
    assert permits.may("with-signer", "ai-training").allowed


def test_under_one_address_it_bears_on_the_documents_of_that_address_alone(world, claimer):
    claim_address("second@example.org", person=claimer)
    elsewhere = make_document("elsewhere", claimer.addresses.get(email="second@example.org"))
    stands = standing.about_documents(claimer, [world.documents[3], elsewhere], [world.purpose])
    assert [one.allowed for one in stands.values()] == [False, True]
    assert not permits.may("with-signer", "ai-training").allowed
    assert permits.may("elsewhere", "ai-training").allowed
