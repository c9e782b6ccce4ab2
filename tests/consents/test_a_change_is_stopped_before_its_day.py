"""A published version can be stopped before its day: it never was, and everybody told hears."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from accounts.changes.actions import DpoOnly
from accounts.models import User
from accounts.roles import Role
from consents import permits
from consents.actions import announcements, notices, purposes, stopping
from consents.models import (
    Announcement,
    Announcing,
    ChoiceEvent,
    Purpose,
    PurposeStop,
    PurposeVersion,
)
from consents.moments import moment_of
from consents.permits import Reason
from portal.lib.models import OutgoingMail
from tests.accounts import people
from tests.consents.announced import announce
from tests.consents.worlds import World

pytestmark = pytest.mark.django_db
LATER = timedelta(days=60)


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def dina(db: None) -> User:
    return people.make("dina@regard.example", name="Dina Roy", role=Role.DPO)


def told(version: PurposeVersion) -> None:
    announcements.carry_on(Announcing.objects.get(version=version).pk)


def reason(later: timedelta = LATER) -> Reason:
    return permits.may("private", "ai-training", now=timezone.now() + later).reason


def mails(template: str) -> int:
    return OutgoingMail.objects.filter(template=f"consents/{template}").count()


def test_what_was_agreed_to_goes_on_as_if_nothing_had_been_announced(world: World, dina: User):
    world.allow(world.cleo)
    world.allow(world.dan)
    version = announce(world.purpose)
    assert reason() == Reason.CONSENT_MISSING
    stopping.stop(version, by=dina, reason="Too early.")
    assert reason() == Reason.CONSENTED
    assert PurposeVersion.objects.in_force(timezone.now() + LATER).get().number == 1
    assert PurposeVersion.objects.floors(timezone.now() + LATER) == {}
    assert PurposeVersion.objects.widened_at(timezone.now() + LATER) == {}


def test_a_refusal_of_what_was_stopped_goes_on_counting(world: World, dina: User):
    world.allow(world.cleo)
    world.allow(world.dan)
    version = announce(world.purpose)
    world.refuse(world.dan)
    stopping.stop(version, by=dina, reason="Too early.")
    assert reason() == Reason.PARTY_REFUSED


def test_whatever_followed_is_stopped_with_it(world: World, dina: User):
    """It was compared with what is stopped, and goes further than anybody would have been told."""
    second, third = announce(world.purpose), announce(world.purpose)
    with pytest.raises(IntegrityError), transaction.atomic():
        PurposeStop.objects.create(version=second, by=dina, reason="By hand.")
    stops = stopping.stop(second, by=dina, reason="Too early.")
    assert [one.version for one in stops] == [third, second]


def test_the_next_version_is_compared_with_what_people_know(world: World, dina: User):
    stopping.stop(announce(world.purpose), by=dina, reason="Too early.")
    again = announce(world.purpose)
    assert (again.number, again.widens, again.before and again.before.number) == (3, True, 1)
    same = PurposeVersion.objects.get(number=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        # As wide as the stopped one, and it does not say so.
        PurposeVersion.objects.create(
            purpose=world.purpose, number=4, published_at=timezone.now(),
            effective_from=again.effective_from, legal_basis=same.legal_basis, texts=same.texts,
            data_categories=["pd:Else"], retention_trigger="end", retention_duration="P1Y",
            dpv_purpose=same.dpv_purpose, sha256="0" * 64,
        )  # fmt: skip


def test_what_is_in_effect_cannot_be_stopped(world: World, dina: User):
    version = world.widen()
    with pytest.raises(stopping.NotStoppable):
        stopping.stop(version, by=dina, reason="Too late.")
    with pytest.raises(IntegrityError), transaction.atomic():
        PurposeStop.objects.create(version=version, by=dina, reason="By hand.")


def test_only_an_officer_stops_with_a_reason_and_once(world: World, dina: User):
    version = announce(world.purpose)
    with pytest.raises(DpoOnly):
        stopping.stop(version, by=world.ada, reason="I say so.")
    with pytest.raises(stopping.ReasonMissing):
        stopping.stop(version, by=dina, reason=" ")
    stopping.stop(version, by=dina, reason="Too early.")
    with pytest.raises(stopping.NotStoppable):
        stopping.stop(version, by=dina, reason="Again.")


def test_everybody_who_was_told_is_told_that_it_was_stopped_once(
    world: World, dina: User, monkeypatch: Any
):
    monkeypatch.setattr(announcements, "BATCH", 2)
    monkeypatch.setattr(stopping, "BATCH", 1)
    version = announce(world.purpose)
    told(version)
    assert mails("purpose_wider") == 2
    stopping.stop(version, by=dina, reason="Too early.")
    told(version)  # what was still in the queue tells nobody any more
    announcements.sweep()
    assert mails("purpose_wider") == 2
    stopping.tell_some(version.pk)
    stopping.tell_some(version.pk)
    stopping.tell_some(version.pk)
    stopping.sweep()
    assert mails("purpose_stopped") == 2
    assert not Announcement.objects.filter(stop_told_at=None).exists()
    mail = OutgoingMail.objects.filter(template="consents/purpose_stopped")[0]
    assert "Too early." in mail.text


def test_the_notice_and_the_pages_say_that_it_was_stopped(world: World, dina: User, client: Client):
    version = announce(world.purpose)
    told(version)
    announcement = Announcement.objects.get(person=world.cleo)
    path = notices.link(announcement).removeprefix("http://testserver")
    path = path[path.index("/notices/") :]
    client.force_login(world.cleo)
    assert f'id="change-{version.pk}"' in client.get("/purposes/").content.decode()
    stopping.stop(version, by=dina, reason="Too early.")
    assert f'id="change-{version.pk}"' not in client.get("/purposes/").content.decode()
    notice = client.get(path).content.decode()
    assert "has been stopped" in notice
    assert "Too early." in notice
    assert "stopped before its day" in client.get("/purposes/ai-training/").content.decode()
    assert "stopped" in client.get("/history/").content.decode()
    # A page that was open still refuses.
    client.post(path)
    assert ChoiceEvent.objects.filter(person=world.cleo).count() == 1


def test_a_new_purpose_that_was_stopped_never_begins_and_can_be_refused(world: World, dina: User):
    seed = Purpose.objects.create(slug="search", control="consent")
    last = PurposeVersion.objects.get(number=1, purpose=world.purpose)
    first = PurposeVersion.objects.create(
        purpose=seed, number=1, widens=True, notice_days=30, published_at=timezone.now(),
        effective_from=timezone.now() + timedelta(days=30), legal_basis="6(1)(a)", texts=last.texts,
        retention_trigger="end", retention_duration="P1Y", dpv_purpose=last.dpv_purpose,
        sha256="0" * 64,
    )  # fmt: skip
    stopping.stop(first, by=dina, reason="Nobody wants it.")
    later = timezone.now() + LATER
    assert permits.may("private", "search", now=later).reason == Reason.NOT_IN_FORCE
    assert purposes.next_number(seed) == 2
    second = announce(seed)
    assert (second.is_new, second.widens) == (True, True)


def test_a_stop_changes_no_answer_that_machines_follow(world: World, dina: User):
    version = announce(world.purpose)
    before = moment_of(world.purpose).state
    stopping.stop(version, by=dina, reason="Too early.")
    assert moment_of(world.purpose).state == before
    later = timezone.now() + LATER
    assert moment_of(world.purpose, now=later).ground == moment_of(world.purpose).ground
