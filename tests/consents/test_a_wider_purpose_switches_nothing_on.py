"""Publishing, announcing and taking effect never make anything more permitted (invariant 4)."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from consents import permits
from consents.actions import announcements
from consents.models import Announcing, Document, Standing
from tests.consents.announced import announce
from tests.consents.worlds import World

pytestmark = pytest.mark.django_db

ACTS = st.lists(
    st.tuples(
        st.sampled_from(["allow", "refuse"]),
        st.integers(0, 3),  # who
        st.sampled_from([None, 0, 1, 2, 3]),  # about which of their documents; None: all
    ),
    max_size=8,
)


def choose(world: World, act: str, who: int, which: int | None) -> None:
    person = world.people[who]
    theirs = list(Document.objects.visible_to(person).order_by("pk"))
    scope = {} if which is None else {"document": theirs[which % len(theirs)]}
    getattr(world, act)(person, **scope)


def allowed(world: World, days: int) -> set[str]:
    then = timezone.now() + timedelta(days=days)
    references = [one.reference for one in world.documents]
    return {
        one.reference for one in permits.decide(references, "ai-training", now=then) if one.allowed
    }


@settings(max_examples=25, deadline=None)
@given(control=st.sampled_from(["consent", "objection"]), acts=ACTS, signed=st.booleans())
def test_nothing_is_allowed_afterwards_that_was_not_before(
    control: str, acts: list[tuple[str, int, int | None]], signed: bool
) -> None:
    with transaction.atomic():
        world = World(control)
        if signed and control == "consent":
            world.sign_the_contract()
        for act in acts:
            choose(world, *act)
        before, standings = allowed(world, 0), list(Standing.objects.order_by("pk").values())
        announcing = Announcing.objects.get(version=announce(world.purpose))
        while announcing.finished_at is None:
            announcements.carry_on(announcing.pk)
            announcing.refresh_from_db()
        assert allowed(world, 0) == before, "an announcement changes nothing yet"
        assert allowed(world, 31) == set(), "who has not answered the wider version is not used"
        assert list(Standing.objects.order_by("pk").values()) == standings
        transaction.set_rollback(True)
