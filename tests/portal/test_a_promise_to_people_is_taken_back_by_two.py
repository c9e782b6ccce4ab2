"""A version that promised people more than they have is stopped by two, any other by one."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.changes import actions
from accounts.changes.models import Change
from accounts.models import User
from accounts.roles import Role
from consents import permits
from consents.actions import stopping
from consents.changing import drafts
from consents.changing import stops as asking
from consents.models import PurposeStop, PurposeVersion
from consents.permits import Reason
from tests.accounts import people
from tests.consents.announced import announce
from tests.consents.worlds import World
from tests.portal.officers import (
    _second_factor_is_not_the_point_here as _second_factor_is_not_the_point_here,
)

pytestmark = pytest.mark.django_db
ALL = "/dashboard/changes/"
LATER = timedelta(days=60)


@pytest.fixture
def officer(db: None) -> User:
    return people.make("dina@regard.example", name="Dina Roy", role=Role.DPO)


@pytest.fixture
def second(db: None) -> User:
    return people.make("dora@regard.example", name="Dora Lindt", role=Role.DPO)


@pytest.fixture
def dina(client: Client, officer: User) -> Client:
    client.force_login(officer)
    return people.confirm(client)


@pytest.fixture
def world() -> World:
    return World()


def publish(world: World, officer: User, second: User, **changed: Any) -> PurposeVersion:
    """Publish what a draft says, for a day in forty days."""
    last = PurposeVersion.objects.standing().latest("number")
    day = (timezone.localdate() + timedelta(days=40)).isoformat()
    payload = drafts.payload_of(last) | {"when": "day", "effective_on": day} | changed
    change = actions.draft("purpose", world.purpose.slug, payload, by=officer)
    actions.approve(actions.propose(change, by=officer), by=second)
    return PurposeVersion.objects.latest("number")


def test_the_page_says_before_the_click_that_two_are_needed_and_why(
    world: World, dina: Client, officer: User, second: User
) -> None:
    version = publish(world, officer, second, retention_duration="P1M")
    shown = dina.get(f"{ALL}versions/{version.pk}/").content.decode()
    assert "It promises people more than they have now." in shown
    assert "Kept longer, or counted from another day" in shown
    # What only changes to the better is said as well.
    assert "<ins>1 month" in shown
    assert "Ask a second person to stop it" in shown
    assert "holds at once" not in shown


def test_one_asks_another_agrees_and_then_it_never_takes_effect(
    world: World, dina: Client, officer: User, second: User
) -> None:
    version = publish(world, officer, second, retention_duration="P1M")
    path = f"{ALL}versions/{version.pk}/"
    assert dina.post(f"{path}stop/", {"reason": " "}).status_code == 409
    answer = dina.post(f"{path}stop/", {"reason": "We need the year."})
    change = Change.objects.get(kind="purpose_stop")
    assert answer["Location"] == f"/dashboard/approvals/{change.uid}/"
    assert not PurposeStop.objects.exists()
    assert "waits for a second person" in dina.get(path).content.decode()
    with pytest.raises(actions.OwnChange):
        actions.approve(change, by=officer)
    shown = dina.get(f"/dashboard/approvals/{change.uid}/").content.decode()
    assert "We need the year." in shown
    assert "How long it is kept" in shown
    actions.approve(change, by=second)
    stopped = PurposeStop.objects.get()
    assert (stopped.version, stopped.by, stopped.reason) == (version, officer, "We need the year.")
    assert PurposeVersion.objects.in_force(timezone.now() + LATER).get().number == 1


def test_nobody_goes_past_it_alone(world: World, officer: User, second: User) -> None:
    version = publish(world, officer, second, retention_duration="P1M")
    with pytest.raises(stopping.SecondPersonNeeded):
        stopping.stop(version, by=officer, reason="Alone.")
    assert not PurposeStop.objects.exists()


def test_a_claim_of_anonymity_that_was_announced_is_not_dropped_by_one(
    world: World, officer: User, second: User
) -> None:
    """Once it is in effect nothing is used without proof: to stop it would let the use go on."""
    world.allow(world.cleo)
    world.allow(world.dan)
    words = {"en": "Names are masked.", "fr": "Les noms sont masqués."}
    world.purpose.__class__.objects.update(needs_evidence=True)
    version = publish(world, officer, second, anonymised=True, statement=words)
    later = timezone.now() + LATER
    assert permits.may("private", "ai-training", now=later).reason == Reason.UNPROVEN
    with pytest.raises(stopping.SecondPersonNeeded):
        stopping.stop(version, by=officer, reason="Alone.")


def test_what_only_went_further_is_stopped_by_one_at_once(
    world: World, dina: Client, officer: User
) -> None:
    version = announce(world.purpose)
    shown = dina.get(f"{ALL}versions/{version.pk}/").content.decode()
    assert "holds at once" in shown
    assert "It promises people more" not in shown
    dina.post(f"{ALL}versions/{version.pk}/stop/", {"reason": "Too early."})
    assert PurposeStop.objects.get().version == version
    assert not Change.objects.filter(kind="purpose_stop").exists()


def test_a_promise_between_two_versions_counts_too(
    world: World, officer: User, second: User
) -> None:
    """The first promises less time, the second takes it back lawfully: stopping both needs two."""
    first = publish(world, officer, second, retention_duration="P1M")
    last = publish(world, officer, second, retention_duration="P1Y")
    assert stopping.takes_back(last, stopping.to_stop(last)) == []
    assert stopping.takes_back(first, stopping.to_stop(first)) == [first]
    change = asking.ask(first, by=officer, reason="Both are wrong.")
    actions.approve(change, by=second)
    assert PurposeStop.objects.count() == 2


def test_what_was_published_meanwhile_is_seen_before_anybody_agrees(
    world: World, officer: User, second: User
) -> None:
    first = publish(world, officer, second, retention_duration="P1M")
    change = asking.ask(first, by=officer, reason="It is wrong.")
    publish(world, officer, second, retention_duration="P2M")
    with pytest.raises(actions.Overtaken):
        actions.approve(change, by=second)


def test_its_day_ends_the_question(
    world: World, officer: User, second: User, time_machine: Any
) -> None:
    version = publish(world, officer, second, retention_duration="P1M")
    change = asking.ask(version, by=officer, reason="It is wrong.")
    time_machine.move_to(version.effective_from + timedelta(hours=1))
    with pytest.raises(actions.NotReady):
        actions.approve(change, by=second)
    assert not PurposeStop.objects.exists()


def test_an_office_of_one_stops_it_at_once(
    world: World, officer: User, second: User, settings: Any
) -> None:
    version = publish(world, officer, second, retention_duration="P1M")
    settings.SECOND_PERSON = []
    assert asking.ask(version, by=officer, reason="Wrong.").status == Change.Status.APPLIED
    assert PurposeStop.objects.get().version == version
