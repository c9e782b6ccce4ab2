"""Nothing that can be set makes a permit looser for a person (invariant 2)."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.changes import actions as changes
from accounts.changes.office import SettingKind
from accounts.models import User
from consents import permits
from consents.office import LEAST_NOTICE, NOTICE_DAYS
from portal.lib.office.definitions import SETTINGS
from tests.accounts import people
from tests.consents.worlds import World

BOUNDS: dict[str, Any] = {"value": ["0", "1", "7", "14", "30", "90", "168", "365", "yes", "no"]}


@given(st.text(max_size=12) | st.integers(-400, 400).map(str))
def test_no_notice_that_is_accepted_is_shorter_than_the_least(text: str) -> None:
    value, problems = NOTICE_DAYS.read({"value": text})
    assert (value is None) == bool(problems)
    assert value is None or value >= LEAST_NOTICE


@pytest.fixture
def world(db: None) -> World:
    return World()


@pytest.fixture
def officers(db: None) -> tuple[User, User]:
    return (
        people.make("dina@regard.example", role="dpo"),
        people.make("dora@regard.example", role="dpo"),
    )


def test_whatever_is_set_what_was_refused_stays_refused(
    world: World, officers: tuple[User, User]
) -> None:
    world.refuse(world.ada)
    dina, dora = officers

    def answers() -> list[bool]:
        return [permits.may(one.reference, world.purpose.slug).allowed for one in world.documents]

    before, published = answers(), 0
    assert not any(before)
    for key in SETTINGS:
        for text in BOUNDS["value"]:
            typed = {"value": text, "years": text}
            if SettingKind().read(key, typed)[1] or SettingKind().say(
                key, SettingKind().read(key, typed)[0]
            ) == SettingKind().say(key, SettingKind().now(key)):
                continue
            change = changes.draft("setting", key, {"typed": typed}, by=dina)
            changes.propose(change, by=dina)
            changes.approve(change, by=dora)
            published += 1
            assert answers() == before, key
    assert published > len(SETTINGS)
