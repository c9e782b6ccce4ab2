"""Wherever the connection breaks while a choice is saved, ledger, gate and proof say the same."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from consents import permits
from consents.models import ChoiceEvent, Receipt, Standing
from tests.consents.worlds import World

pytestmark = pytest.mark.django_db(transaction=True)
ENOUGH = 200  # statements; a choice takes about a dozen


class BreakAt:
    """Cuts the connection to the database just before its ``place``-th statement."""

    def __init__(self, place: int) -> None:
        self.place, self.seen = place, 0

    def __call__(
        self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any
    ) -> Any:
        self.seen += 1
        if self.seen == self.place:
            context["connection"].connection.close()
        return execute(sql, params, many, context)


def broken_at(place: int, act: Callable[[], None]) -> bool:
    """Do the act with the connection cut at ``place``; return whether it came to be cut."""
    cut = BreakAt(place)
    try:
        with connection.execute_wrapper(cut):
            act()
    except DatabaseError:
        connection.close()
    return cut.seen >= place


def state(reference: str) -> tuple[int, int, int, bool]:
    """Return what is written of choices, and what the gate makes of it."""
    call_command("rebuild_standings", "--check", verbosity=0)
    return (
        ChoiceEvent.objects.count(),
        Standing.objects.count(),
        Receipt.objects.count(),
        permits.may(reference, "ai-training").allowed,
    )


def test_a_refusal_is_there_with_all_that_follows_or_not_at_all():
    world = World()
    world.allow(world.cleo)
    world.allow(world.dan)
    before = state("private")
    assert before == (2, 2, 2, True)
    for place in range(1, ENOUGH):
        if not broken_at(place, lambda: world.refuse(world.dan)):
            break
        assert state("private") == before, f"broken at statement {place}"
    assert place > 5
    assert state("private") == (3, 2, 3, False)


def test_a_connection_lost_before_the_end_leaves_nothing():
    world = World()

    @transaction.atomic
    def choose_and_lose_the_connection() -> None:
        world.allow(world.dan)
        connection.connection.close()

    with pytest.raises(DatabaseError):
        choose_and_lose_the_connection()
    connection.close()
    assert state("private") == (0, 0, 0, False)


def test_the_gate_is_closed_the_moment_the_refusal_is_committed_and_not_before():
    world = World()
    world.allow(world.cleo)
    world.allow(world.dan)
    with transaction.atomic():
        world.refuse(world.dan)
        # In the same transaction already: nobody can act on the old answer after this commit.
        assert not permits.may("private", "ai-training").allowed
        assert elsewhere()
    assert not elsewhere()


def elsewhere() -> bool:
    """Ask the gate over a connection of its own, as another process would."""
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute(
                permits.RULE,
                {
                    "references": ["private"],
                    "purpose": "ai-training",
                    "now": timezone.now(),
                },
            )
            return bool(cursor.fetchone()[1] in permits.OPEN)
    finally:
        other.close()
