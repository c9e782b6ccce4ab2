"""What the two officers set: one setting that counts, and one that waits for the second person."""

from functools import partial
from typing import Any

from accounts.changes import actions
from accounts.changes.models import Change
from consents.office import NOTICE_DAYS
from dsar.office import DRAFT_DAYS
from portal.demo.sample.world import Moment, World

SHORTER = "Deux semaines suffisent pour finir un formulaire."
LONGER = "Après les congés d’été, on nous a dit que trente jours étaient trop courts."


def moments(world: World) -> list[Moment]:
    """Return the change that was agreed to, and the one that waits for Hélène."""
    agreed = partial(_change, world, DRAFT_DAYS.key, "14", SHORTER, by="helene", second="ines")
    waits = partial(_change, world, NOTICE_DAYS.key, "45", LONGER, by="ines")
    return [
        Moment(world.clock.ago(121, "11:05"), agreed),
        Moment(world.clock.ago(2, "16:20"), waits),
    ]


def _change(world: World, key: str, value: str, why: str, *, by: str, second: str = "") -> Change:
    typed: dict[str, Any] = {"typed": {"value": value}}
    change = actions.draft("setting", key, typed, by=world.person(by))
    change = actions.propose(change, by=world.person(by), reason=why)
    return actions.approve(change, by=world.person(second)) if second else change
