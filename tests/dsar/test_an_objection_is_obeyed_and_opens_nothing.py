"""Objecting: a switch is turned off at once; without one the use is paused until it is weighed."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import User
from consents import permits
from consents.actions import choices
from consents.models import ChoiceEvent, Objection, Purpose, PurposeVersion
from dsar import actions
from dsar.actions import restriction
from dsar.grounds import RefusalGround
from dsar.models import Restriction, SubjectRequest
from dsar.models.requests import Kind
from dsar.states import Outcome, Status
from portal.lib.canonical import sha256_of
from portal.lib.models import OutgoingMail
from tests.consents.worlds import WORDS, make_purpose
from tests.dsar.worlds import Ask, make_document

pytestmark = pytest.mark.django_db


@pytest.fixture
def security(db: None) -> Purpose:
    """A purpose without a switch that rests on a legitimate interest."""
    return without_switch("security", "6(1)(f)")


def without_switch(slug: str, basis: str) -> Purpose:
    made = Purpose.objects.create(slug=slug, control="none")
    start = timezone.now() - timedelta(days=365)
    PurposeVersion.objects.create(
        purpose=made,
        number=1,
        published_at=start,
        effective_from=start,
        legal_basis=basis,
        texts={"en": WORDS, "fr": WORDS},
        retention_trigger="end",
        retention_duration="P1Y",
        dpv_purpose="dpv:ServiceProvision",
        sha256=sha256_of(slug),
    )
    return made


def object_to(ask: Ask, slug: str, **fields: Any) -> SubjectRequest:
    return ask("objection", details={"purpose": slug}, **fields)


def test_a_purpose_with_a_switch_is_refused_at_once_and_the_request_answered(
    open_request: Ask, alice: User
) -> None:
    make_purpose("analytics", "objection")
    document = make_document("one", alice)
    assert permits.may("one", "analytics").allowed
    request = object_to(open_request, "analytics")
    assert (request.status, request.outcome) == ("answered", "fulfilled")
    assert permits.may("one", "analytics").reason == "refused_by_party"
    act = ChoiceEvent.objects.get(purpose__slug="analytics")
    assert (act.person, act.by, document.pk > 0) == (alice, alice, True)
    assert OutgoingMail.objects.filter(template="dsar/obeyed").count() == 1
    codes = set(request.events.values_list("code", flat=True))
    assert {"opened", "acknowledged", "obeyed", "answered"} <= codes


def test_nobody_is_asked_who_they_are_or_why(open_request: Ask) -> None:
    make_purpose("analytics", "objection")
    request = object_to(open_request, "analytics", by=None, channel="form")
    assert (request.identity, request.about) == ("not_needed", "")
    assert request.status == Status.ANSWERED


def test_advertising_is_stopped_and_nothing_is_weighed(open_request: Ask, alice: User) -> None:
    make_purpose("marketing", "consent", by_document=False)
    assert object_to(open_request, "marketing").outcome == "fulfilled"


def test_a_purpose_without_a_switch_is_paused_for_the_person_until_it_is_weighed(
    open_request: Ask, alice: User, bob: User, security: Purpose
) -> None:
    make_document("hers", alice)
    make_document("theirs", bob, alice)
    make_document("his", bob)
    request = object_to(open_request, "security")
    assert request.status == Status.REVIEW
    assert [permits.may(one, "security").allowed for one in ("hers", "theirs", "his")] == [
        False,
        False,
        True,
    ]
    assert permits.may("hers", "ai-training").reason == "consent_missing"
    row = Restriction.objects.get()
    assert (row.purpose, row.document, row.ground) == (security, None, "objection")


def test_an_upheld_objection_stands_for_good(
    open_request: Ask, alice: User, sam: User, security: Purpose
) -> None:
    make_document("hers", alice)
    request = object_to(open_request, "security")
    actions.resolve(request, by=sam, outcome=Outcome.FULFILLED, text="It is stopped for good.")
    assert not permits.may("hers", "security").allowed


def test_compelling_grounds_end_the_pause_only_after_the_person_was_told(
    open_request: Ask, alice: User, sam: User, security: Purpose, settings: Any
) -> None:
    settings.SECOND_PERSON = []
    make_document("hers", alice)
    request = object_to(open_request, "security")
    actions.refuse(request, by=sam, ground=RefusalGround.UNFOUNDED, evidence="Attacks every day.")
    assert not permits.may("hers", "security").allowed
    row = Restriction.objects.get()
    assert row.told_at is not None
    assert row.lift_on is not None
    assert OutgoingMail.objects.filter(template="dsar/lifting").count() == 1
    Restriction.objects.update(lift_on=row.told_at.date())
    restriction.lift_due(row.told_at)
    assert permits.may("hers", "security").allowed
    assert Objection.objects.get().ended_at is not None


def test_who_takes_the_objection_back_opens_it_themselves(
    open_request: Ask, alice: User, security: Purpose
) -> None:
    make_document("hers", alice)
    request = object_to(open_request, "security")
    actions.withdraw(request, by=alice)
    assert permits.may("hers", "security").allowed


def test_what_rests_on_a_contract_is_looked_at_by_a_person(open_request: Ask, alice: User) -> None:
    without_switch("delivery", "6(1)(b)")
    make_document("hers", alice)
    request = object_to(open_request, "delivery")
    assert request.status == Status.REVIEW
    assert permits.may("hers", "delivery").allowed


SLUGS = [
    "ai-training",
    "analytics",
    "marketing",
    "security",
    "delivery",
    "nothing",
    "é/" * 200,
    7,
    None,
]


@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(asked=st.lists(st.sampled_from(SLUGS), min_size=1, max_size=3))
def test_an_objection_never_opens_anything(asked: list[Any], alice: User, bob: User) -> None:
    with transaction.atomic():
        _world(alice, bob)
        before = _answers()
        for slug in asked:
            actions.open_request(
                Kind.OBJECTION, person=alice, by=alice, language="en", details={"purpose": slug}
            )
            now = _answers()
            assert not [key for key in now if now[key] and not before[key]]
            before = now
        transaction.set_rollback(True)


def _world(alice: User, bob: User) -> None:
    for slug, control in (("analytics", "objection"), ("marketing", "consent")):
        made = make_purpose(slug, control)
        choices.allow(made, person=alice, by=alice, language="en")
    without_switch("security", "6(1)(f)")
    without_switch("delivery", "6(1)(b)")
    training = Purpose.objects.get(slug="ai-training")
    choices.allow(training, person=alice, by=alice, language="en")
    make_document("hers", alice)
    make_document("theirs", bob, alice)


def _answers() -> dict[tuple[str, str], bool]:
    slugs = list(Purpose.objects.values_list("slug", flat=True))
    return {
        (one.reference, slug): one.allowed
        for slug in slugs
        for one in permits.decide(["hers", "theirs"], slug)
    }
