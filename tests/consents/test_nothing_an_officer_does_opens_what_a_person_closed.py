"""Whatever officers draft, publish, stop, prove or withdraw: what a person closed stays closed."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.changes import actions as changes
from accounts.models import User
from accounts.roles import Role
from consents import permits
from consents.actions import evidence, stopping
from consents.changing import drafts
from consents.models import Evidence, PurposeVersion
from consents.permits import OPEN, Reason
from portal.lib.errors import DomainError
from tests.accounts import people
from tests.consents.evidence import prove
from tests.consents.test_adding_a_refusal_never_opens_the_gate import (
    EXAMPLES,
    MOVES,
    SHAPES,
    forgotten,
    play,
)
from tests.consents.worlds import World

LATER = timedelta(days=60)
REFUSED = frozenset({Reason.PARTY_REFUSED, Reason.ORGANISATION_REFUSED})
Draft = Callable[[dict[str, Any]], dict[str, Any]]
DRAFTS: dict[str, Draft] = {
    "words": lambda p: p | {"texts": {c: t | {"title": "New"} for c, t in p["texts"].items()}},
    "more": lambda p: p | {"data_categories": [*p["data_categories"], "pd:Name"]},
    "less": lambda p: p | {"data_categories": []},
    "shorter": lambda p: p | {"retention_duration": "P1M"},
    "longer": lambda p: p | {"retention_duration": "P9Y"},
    "anonymous": lambda p: p | {"anonymised": True, "statement": {"en": "Yes.", "fr": "Oui."}},
    "not anonymous": lambda p: p | {"anonymised": False},
}
ACTS = st.lists(
    st.sampled_from([*DRAFTS, "stop", "prove", "withdraw", "ask", "ask no more"]), max_size=5
)


def publish(world: World, dina: User, dora: User, draft: Draft) -> None:
    last = PurposeVersion.objects.filter(purpose=world.purpose).order_by("-number")[0]
    agree("purpose", world, draft(drafts.payload_of(last)), dina, dora)


def agree(kind: str, world: World, payload: dict[str, Any], dina: User, dora: User) -> None:
    """Let two officers want the same."""
    change = changes.draft(kind, world.purpose.slug, payload, by=dina, reason="Why not.")
    try:
        changes.propose(change, by=dina)
        changes.approve(change, by=dora)
    except DomainError:
        changes.withdraw(change, by=dina)


def act(world: World, what: str, dina: User, dora: User) -> None:
    """An officer acts; what a rule refuses changes nothing."""
    known = Evidence.objects.filter(purpose=world.purpose, withdrawal=None)
    last = PurposeVersion.objects.filter(purpose=world.purpose).standing().order_by("-number")[0]
    ways: dict[str, Callable[[], object]] = {
        "stop": lambda: stopping.stop(last, by=dina, reason="Stop."),
        "prove": lambda: prove(world.purpose, by=dina),
        "withdraw": lambda: [evidence.withdraw(one, by=dina, reason="Wrong.") for one in known],
        "ask": lambda: agree("evidence_policy", world, {"closes": True}, dina, dora),
        "ask no more": lambda: agree("evidence_policy", world, {"closes": False}, dina, dora),
    } | {
        name: lambda draft=draft: publish(world, dina, dora, draft)
        for name, draft in DRAFTS.items()
    }
    try:
        with transaction.atomic():
            ways[what]()
    except DomainError:
        pass


def answers(world: World, later: timedelta) -> dict[str, Reason]:
    references = [one.reference for one in world.documents]
    found = permits.decide(references, world.purpose.slug, now=timezone.now() + later)
    return {one.reference: one.reason for one in found}


@pytest.mark.django_db
@settings(EXAMPLES, max_examples=15)
@given(shape=SHAPES, before=MOVES, acts=ACTS)
def test_no_act_of_an_officer_opens_what_a_person_closed(shape, before, acts):
    with forgotten():
        world = World(shape)
        dina = people.make("dina@regard.example", name="Dina", role=Role.DPO)
        dora = people.make("dora@regard.example", name="Dora", role=Role.DPO)
        for move in before:
            play(world, move)
        for what in acts:
            was = {later: answers(world, later) for later in (timedelta(0), LATER)}
            act(world, what, dina, dora)
            now = answers(world, timedelta(0))
            # Today nothing opens at all, but what only waited for its proof, and by nothing else.
            opened = {one for one, reason in now.items() if reason in OPEN} - {
                one for one, reason in was[timedelta(0)].items() if reason in OPEN
            }
            waited = {was[timedelta(0)][one] for one in opened}
            assert waited <= ({Reason.UNPROVEN} if what == "prove" else set())
            for later, earlier in was.items():
                refused = {one for one, reason in earlier.items() if reason in REFUSED}
                still = answers(world, later)
                assert not refused & {one for one, reason in still.items() if reason in OPEN}
