"""A purpose that rests on an objection grew wider: who says nothing does not thereby let it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.actions import claim_address
from accounts.models import Address, User
from consents import permits, standing
from consents.actions import choices
from consents.models import ChoiceEvent, Document
from consents.models.ledger import Act, Source
from consents.models.purposes import Control
from consents.permits import Reason
from consents.queries.choice import ALLOW, REFUSE, choice
from consents.standing import Origin
from tests.consents.worlds import World, make_document, make_person, make_purpose

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    world = World("objection")
    world.widen()
    return world


def reason(reference: str = "private") -> Reason:
    return permits.may(reference, "ai-training").reason


def test_before_it_grew_wider_silence_was_no_objection():
    World("objection")
    assert reason() == Reason.NO_OBJECTION


def test_who_was_there_before_and_says_nothing_is_not_used(world):
    assert reason() == Reason.UNANSWERED
    world.allow(world.cleo)
    assert reason() == Reason.UNANSWERED
    world.allow(world.dan)
    assert reason() == Reason.NO_OBJECTION


def test_a_new_document_of_theirs_is_not_used_either(world):
    make_document("new", world.cleo)
    assert reason("new") == Reason.UNANSWERED


def test_who_came_later_has_known_nothing_else_and_may_object(world):
    newcomer = make_person("newcomer")
    make_document("theirs", newcomer)
    assert reason("theirs") == Reason.NO_OBJECTION
    stand = standing.about_everything(newcomer, [world.purpose])[world.purpose.pk]
    assert (stand.allowed, stand.origin) == (True, Origin.DEFAULT)


def test_an_address_that_is_claimed_later_does_not_make_somebody_new(world):
    late = User.objects.create_user("late@example.org")
    claim_address(world.signer.email, person=late)
    make_document("old-hand", world.signer)
    assert reason("old-hand") == Reason.UNANSWERED
    # Nor does a second, newer address of the same person.
    claim_address("second@example.org", person=late)
    make_document("new-address", Address.objects.get(email="second@example.org"))
    assert reason("new-address") == Reason.UNANSWERED
    stand = standing.about_everything(late, [world.purpose])[world.purpose.pk]
    assert stand.origin == Origin.UNANSWERED


def test_a_refusal_is_named_before_the_silence(world):
    world.refuse(world.dan)
    assert reason() == Reason.PARTY_REFUSED


def test_a_document_without_parties_that_was_there_before_is_not_used(world):
    make_document("nobodys")
    assert reason("nobodys") == Reason.PROTECTED_SIGNER
    world.purpose = make_purpose("ai-features", Control.OBJECTION)
    world.widen()
    Document.objects.filter(reference="nobodys").update(created_at=timezone.now())
    assert permits.may("nobodys", "ai-features").reason == Reason.NO_OBJECTION
    Document.objects.update(created_at=timezone.now() - timedelta(days=1))
    assert permits.may("nobodys", "ai-features").reason == Reason.UNANSWERED


def test_the_person_reads_why_and_can_answer_either_way(world):
    stand = standing.about_everything(world.dan, [world.purpose])[world.purpose.pk]
    assert (stand.allowed, stand.origin) == (False, Origin.UNANSWERED)
    control = choice(world.purpose, world.purpose.versions.get(number=2), stand)
    assert [offer.act for offer in control.offers] == [REFUSE, ALLOW]
    assert "you have not answered" in control.since
    assert "objection" not in control.offers[1].label.lower()


def test_a_yes_is_written_as_what_it_is(world):
    world.allow(world.dan)
    assert ChoiceEvent.objects.get().act == Act.NOT_OBJECTED
    world.refuse(world.dan)
    world.allow(world.dan)
    assert ChoiceEvent.objects.order_by("-pk")[0].act == Act.OBJECTION_WITHDRAWN


def test_an_objection_by_link_holds_after_the_next_widening(world):
    choices.refuse(
        world.purpose, address=world.signer, by=None, source=Source.LINK, language="en",
        document=world.documents[3],
    )  # fmt: skip
    world.widen()
    assert reason("with-signer") == Reason.PARTY_REFUSED


def test_what_was_stated_at_upload_counts_like_a_refusal(world):
    for person in (world.cleo, world.dan):
        world.allow(person)
    assert reason() == Reason.NO_OBJECTION
    world.documents[2].refused_at_upload = True
    world.documents[2].save()
    assert reason() == Reason.PARTY_REFUSED
