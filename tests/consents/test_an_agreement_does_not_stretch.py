"""An agreement is not stretched: to a wider version, a later membership, or behind a newer no."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from accounts.actions import join
from consents import catalogue, permits, standing, widening
from consents.actions import choices, purposes
from consents.models import PurposeVersion, System
from consents.permits import Reason
from consents.standing import Origin
from consents.widening import Widening
from portal.checks import ai_training_as_published
from tests.consents.worlds import World, make_document, make_person

pytestmark = pytest.mark.django_db
LATER = timedelta(days=60)


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def wording() -> catalogue.Wording:
    """A wording that goes as far as the version of the world, and no further."""
    seed = next(one for one in catalogue.purposes("consent") if one.is_ai_training)
    return replace(
        seed.wording, data_categories=[], recipients=[], retention_trigger="end",
        retention_duration="P1Y", dpv_purpose="dpv:ServiceProvision", dpv_processing="",
    )  # fmt: skip


def publish(world: World, wording: catalogue.Wording, *, notice: int = 30) -> PurposeVersion:
    now = timezone.now()
    return purposes.publish(
        world.purpose, wording, published_at=now, effective_from=now + timedelta(days=notice)
    )


def reasons(world: World, wording: catalogue.Wording) -> list[Widening]:
    """Return in what it would go further than the last version."""
    now, last = timezone.now(), PurposeVersion.objects.order_by("-number")[0]
    version = purposes.unsaved(
        world.purpose, wording, number=last.number + 1, published_at=now, effective_from=now
    )
    return widening.between(last, version)


def reason(*, later: timedelta = LATER) -> Reason:
    return permits.may("private", "ai-training", now=timezone.now() + later).reason


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"data_categories": ["pd:Name"]}, Widening.NEW_DATA),
        ({"retention_duration": "P13M"}, Widening.LONGER),
        ({"retention_duration": "for ever"}, Widening.LONGER),
        ({"retention_trigger": "another"}, Widening.LONGER),
        ({"dpv_processing": "ai:ModelTraining"}, Widening.AI_USE),
        ({"dpv_processing": "dpv:Store"}, Widening.OTHER_PROCESSING),
        ({"recipients": ["pipeline"]}, Widening.NEW_RECIPIENT),
    ],
)
def test_the_system_sees_in_what_a_version_is_wider(world, wording, change, expected):
    System.objects.create(slug="pipeline", name="Pipeline", kind="internal", country="FR")
    assert reasons(world, replace(wording, **change)) == [expected]


def test_a_wording_that_goes_as_far_as_the_one_before_is_not_wider(world, wording):
    assert reasons(world, wording) == []


def test_a_recipient_that_moves_or_is_somebody_else_makes_it_wider(world, wording):
    system = System.objects.create(slug="trainer", name="Trainer", kind="processor", country="FR")
    wording = replace(wording, recipients=["trainer"])
    publish(world, wording)
    for change in ({"country": "US"}, {"kind": "third_party"}):
        System.objects.filter(pk=system.pk).update(**change)
        assert reasons(world, wording) == [Widening.OTHER_RECIPIENT]
        System.objects.filter(pk=system.pk).update(country="FR", kind="processor")
    assert reasons(world, wording) == []


@pytest.mark.parametrize(
    "weaker",
    [
        {"anonymised": False, "recall": 0.98, "method": "manual_review"},
        {"anonymised": True, "recall": 0.97, "method": "manual_review"},
        {"anonymised": True, "method": "manual_review"},
        {"anonymised": True, "recall": 0.98},
        {"anonymised": True, "recall": 0.98, "method": "differential_privacy"},
        {},
    ],
)
def test_weaker_protection_makes_it_wider(world, wording, weaker):
    strong = {"anonymised": True, "recall": 0.98, "method": "manual_review"}
    publish(world, replace(wording, safeguards=strong))
    assert reasons(world, replace(wording, safeguards=weaker)) == [Widening.WEAKER]
    stronger = strong | {"recall": 0.99}
    assert reasons(world, replace(wording, safeguards=stronger)) == []


@pytest.mark.parametrize("change", [{}, {"retention_duration": "P6M"}])
def test_a_narrower_version_leaves_agreements_as_they_are(world, wording, change):
    world.allow(world.cleo)
    world.allow(world.dan)
    assert not publish(world, replace(wording, **change), notice=0).widens
    assert reason() == Reason.CONSENTED


def test_a_wider_version_ends_what_was_agreed_before_it_when_it_takes_effect(world, wording):
    world.allow(world.cleo)
    world.allow(world.dan)
    publish(world, replace(wording, data_categories=["pd:Name"]))
    assert reason(later=timedelta(days=1)) == Reason.CONSENTED
    assert reason() == Reason.CONSENT_MISSING


def test_who_agrees_to_the_wider_version_has_agreed(world, wording, time_machine):
    world.allow(world.cleo)
    publish(world, replace(wording, data_categories=["pd:Name"]))
    time_machine.move_to(timezone.now() + LATER)
    world.allow(world.cleo)
    world.allow(world.dan)
    assert reason(later=timedelta(0)) == Reason.CONSENTED


def test_a_refusal_outlives_every_version(world, wording):
    world.refuse(world.dan)
    publish(world, replace(wording, data_categories=["pd:Name"]))
    assert reason() == Reason.PARTY_REFUSED


def test_the_person_reads_that_the_agreement_has_lapsed(world, wording, time_machine):
    world.allow(world.dan)
    publish(world, replace(wording, data_categories=["pd:Name"]))
    time_machine.move_to(timezone.now() + LATER)
    stand = standing.about_everything(world.dan, [world.purpose])[world.purpose.pk]
    assert (stand.allowed, stand.origin) == (False, Origin.LAPSED)


def test_a_clause_of_a_contract_does_not_reach_a_wider_version(world, wording):
    world.sign_the_contract()
    publish(world, replace(wording, data_categories=["pd:Name"]))
    later = timezone.now() + LATER
    answer = permits.may("org:members", "ai-training", now=later)
    assert answer.reason == Reason.CONSENT_MISSING


def test_a_wider_version_has_to_be_announced_in_time(world, wording):
    with pytest.raises(purposes.NoticeTooShort):
        publish(world, replace(wording, data_categories=["pd:Name"]), notice=29)


def test_a_clause_does_not_speak_for_who_joined_later(world):
    world.sign_the_contract()
    newcomer = make_person("newcomer")
    join(world.organisation, person=newcomer)
    make_document("theirs", newcomer, organisation=world.organisation)
    assert permits.may("theirs", "ai-training").reason == Reason.CONSENT_MISSING
    stand = standing.about_everything(newcomer, [world.purpose])[world.purpose.pk]
    assert stand.origin == Origin.DEFAULT


def test_an_imported_yes_does_not_come_behind_a_newer_no(world):
    world.refuse(world.dan)
    earlier = timezone.now() - timedelta(days=30)
    with pytest.raises(choices.OlderThanARefusal), transaction.atomic():
        choices.allow(
            world.purpose, person=world.dan, by=world.dan, language="en", at=earlier,
            document=world.documents[2],
        )  # fmt: skip


def test_a_reference_with_a_nul_is_nobodys(world):
    world.allow(world.cleo)
    world.allow(world.dan)
    assert permits.may("pri\0vate", "ai-training").reason == Reason.UNKNOWN_DOCUMENT


def test_a_setting_that_contradicts_what_was_published_is_refused(world, settings):
    assert not ai_training_as_published(databases=["default"])
    settings.AI_TRAINING_SHAPE = "not_used"
    (error,) = ai_training_as_published(databases=["default"])
    assert error.id == "regard.E008"
