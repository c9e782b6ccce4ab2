"""The table of precedence (standards §1.4), row by row: what stands higher is not overruled.

law and restriction > special categories and minors > any party's refusal > the organisation's
policy > the person's choice > the default.
"""

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from consents import permits
from consents.actions import choices
from consents.models import Party
from consents.models.purposes import Control
from consents.permits import Reason
from tests.consents.worlds import World, make_document

pytestmark = pytest.mark.django_db

CONSENT, OBJECTION = Control.CONSENT, Control.OBJECTION


def restricted(world: World) -> None:
    world.documents[0].restricted_at = timezone.now()
    world.documents[0].save()


def removed(world: World) -> None:
    world.documents[0].status = "purged"
    world.documents[0].save()


def special(world: World) -> None:
    world.documents[0].special_category = True
    world.documents[0].save()


def minor(world: World) -> None:
    world.documents[0].involves_minor = True
    world.documents[0].save()


def unknown_signer(world: World) -> None:
    Party.objects.create(document=world.documents[0], address=None, role="signer")


def other_refused(world: World) -> None:
    world.refuse(world.ben)


def late_signer_refused(world: World) -> None:
    address = world.cleo.addresses.get()
    Party.objects.create(document=world.documents[0], address=address, role="signer")
    world.refuse(world.cleo)


def refused_at_upload(world: World) -> None:
    world.documents[0].refused_at_upload = True
    world.documents[0].save()


def policy_refused(world: World) -> None:
    choices.refuse_for_organisation(
        world.purpose, organisation=world.organisation, by=world.ada, language="en"
    )


def policy_lifted(world: World) -> None:
    policy_refused(world)
    choices.lift_organisation_refusal(
        world.purpose, organisation=world.organisation, by=world.ada, language="en"
    )


def all_allow(world: World) -> None:
    world.allow(world.ada)
    world.allow(world.ben)


def one_allows(world: World) -> None:
    world.allow(world.ada)


def contract(world: World) -> None:
    world.sign_the_contract()


def everything_refused_after_the_document_was_allowed(world: World) -> None:
    world.allow(world.ada, document=world.documents[0])
    world.refuse(world.ada)


def document_allowed_after_everything_was_refused(world: World) -> None:
    world.refuse(world.ada)
    world.allow(world.ada, document=world.documents[0])
    world.allow(world.ben)


def document_refused_before_everything_was_allowed(world: World) -> None:
    world.refuse(world.ada, document=world.documents[0])
    all_allow(world)


def organisation_refused_before_everything_was_allowed(world: World) -> None:
    world.refuse(world.ada, within=world.organisation)
    all_allow(world)


def exception_taken_back(world: World) -> None:
    document_refused_before_everything_was_allowed(world)
    choices.follow_again(
        world.purpose, person=world.ada, by=world.ada, document=world.documents[0], language="en"
    )


def nothing(world: World) -> None:
    """Nobody chose anything."""


Fact = Callable[[World], None]

ROWS: list[tuple[str, str, list[Fact], Reason]] = [
    # law and restriction, above all
    ("pause over a special category", CONSENT, [all_allow, special, restricted], Reason.RESTRICTED),
    ("pause over a refusal", CONSENT, [other_refused, restricted], Reason.RESTRICTED),
    ("removal over a pause", CONSENT, [all_allow, restricted, removed], Reason.GONE),
    # special categories and minors, over every choice
    ("special category over every yes", CONSENT, [all_allow, special], Reason.SPECIAL),
    ("special category over silence", OBJECTION, [special], Reason.SPECIAL),
    ("special category over a refusal", CONSENT, [other_refused, special], Reason.SPECIAL),
    ("special category over a policy", CONSENT, [policy_refused, special], Reason.SPECIAL),
    ("special category over a contract", CONSENT, [contract, special], Reason.SPECIAL),
    ("a minor over every yes", CONSENT, [all_allow, minor], Reason.PROTECTED_SIGNER),
    ("a minor over silence", OBJECTION, [minor], Reason.PROTECTED_SIGNER),
    ("an unknown signer", CONSENT, [all_allow, unknown_signer], Reason.PROTECTED_SIGNER),
    # any party's refusal, over policy and choice
    ("any party over another's yes", CONSENT, [one_allows, other_refused], Reason.PARTY_REFUSED),
    ("any party over silence", OBJECTION, [other_refused], Reason.PARTY_REFUSED),
    ("any party over a contract", CONSENT, [contract, other_refused], Reason.PARTY_REFUSED),
    ("any party over a policy", CONSENT, [policy_refused, other_refused], Reason.PARTY_REFUSED),
    ("a late signer", OBJECTION, [late_signer_refused], Reason.PARTY_REFUSED),
    ("a late signer after every yes", CONSENT, [all_allow, late_signer_refused],
     Reason.PARTY_REFUSED),
    ("the uploader's word", CONSENT, [all_allow, refused_at_upload], Reason.PARTY_REFUSED),
    # the organisation's policy, over the person's choice
    ("policy over every yes", CONSENT, [all_allow, policy_refused], Reason.ORGANISATION_REFUSED),
    ("policy over a later yes", CONSENT, [policy_refused, all_allow], Reason.ORGANISATION_REFUSED),
    ("policy over silence", OBJECTION, [policy_refused], Reason.ORGANISATION_REFUSED),
    ("policy over a contract", CONSENT, [contract, policy_refused], Reason.ORGANISATION_REFUSED),
    ("lifting turns nothing on", CONSENT, [policy_lifted], Reason.CONSENT_MISSING),
    ("lifting turns no contract on", CONSENT, [contract, policy_lifted], Reason.CONSENT_MISSING),
    ("lifting leaves a refusal", OBJECTION, [other_refused, policy_lifted], Reason.PARTY_REFUSED),
    # the person's choice, over the default, the later and narrower before the wider
    ("every yes over the default", CONSENT, [all_allow], Reason.CONSENTED),
    ("one yes is not every yes", CONSENT, [one_allows], Reason.CONSENT_MISSING),
    ("a contract over the default", CONSENT, [contract], Reason.CONSENTED),
    ("everything, refused later", CONSENT, [everything_refused_after_the_document_was_allowed],
     Reason.PARTY_REFUSED),
    ("a document, allowed later", CONSENT, [document_allowed_after_everything_was_refused],
     Reason.CONSENTED),
    ("a document, refused earlier", CONSENT, [document_refused_before_everything_was_allowed],
     Reason.PARTY_REFUSED),
    ("an organisation, refused earlier", CONSENT,
     [organisation_refused_before_everything_was_allowed], Reason.PARTY_REFUSED),
    ("an exception taken back", CONSENT, [exception_taken_back], Reason.CONSENTED),
    # the default
    ("silence where consent is asked", CONSENT, [nothing], Reason.CONSENT_MISSING),
    ("silence where one may object", OBJECTION, [nothing], Reason.NO_OBJECTION),
]  # fmt: skip


@pytest.mark.parametrize(
    ("control", "facts", "reason"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS]
)
def test_the_higher_rule_decides(control: str, facts: list[Fact], reason: Reason) -> None:
    world = World(control)
    for fact in facts:
        fact(world)
    decision = permits.may("org:members", "ai-training")
    assert decision.reason is reason
    assert decision.allowed is (reason in permits.OPEN)


@pytest.mark.parametrize("direction", ["allow", "refuse"])
def test_a_new_document_inherits_what_was_chosen_more_widely(direction: str) -> None:
    world = World()
    world.allow(world.ben)
    for scope in ({}, {"within": world.organisation}):
        act: Any = getattr(world, direction)
        act(world.ada, **scope)
        reference = f"new:{len(scope)}"
        make_document(reference, world.ada, world.ben, organisation=world.organisation)
        assert permits.may(reference, "ai-training").allowed is (direction == "allow")


def test_only_training_is_closed_by_special_categories() -> None:
    from tests.consents.worlds import make_purpose

    world = World()
    special(world)
    make_purpose("search", Control.OBJECTION)
    assert permits.may("org:members", "search").reason is Reason.NO_OBJECTION
