"""What is claimed to be anonymous has to be proven, where the office asks for it."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from accounts.changes.actions import DpoOnly
from accounts.models import User
from accounts.roles import Role
from consents import feed, intervals, permits
from consents.actions import evidence
from consents.bulk import Tally
from consents.feed import Cursor
from consents.models import Evidence, PermitChange, Purpose
from consents.models.purposes import Control
from consents.moments import moment_of
from consents.permits import Reason
from tests.accounts import people
from tests.consents.evidence import claim, expired, prove
from tests.consents.worlds import World, make_purpose

pytestmark = pytest.mark.django_db
LATEST = 2**62  # in one transaction nothing is ever over: here everything counts as if it were


@pytest.fixture
def world() -> World:
    return World(Control.OBJECTION)


@pytest.fixture
def dina(db: None) -> User:
    return people.make("dina@regard.example", name="Dina Roy", role=Role.DPO)


def reason(reference: str = "private", **at: timedelta) -> Reason:
    now = timezone.now() + at.get("later", timedelta(0))
    one, many = (
        permits.may(reference, "ai-training", now=now),
        list(permits.decide(["org:shared", reference], "ai-training", now=now))[1],
    )
    assert (one.reason, one.state) == (many.reason, many.state)
    return one.reason


def test_a_claim_that_nothing_proves_closes_it(world: World, dina: User):
    assert reason() == Reason.NO_OBJECTION
    claim(world)
    assert reason() == Reason.UNPROVEN
    expired(world.purpose, by=dina)
    assert reason() == Reason.UNPROVEN
    prove(world.purpose, by=dina)
    assert reason() == Reason.NO_OBJECTION


@pytest.mark.parametrize(
    ("safeguards", "expected"),
    [
        ({"anonymised": False, "recall": 0.986}, Reason.UNPROVEN),
        ({"anonymised": False, "statement": {"en": "Masked."}}, Reason.NO_OBJECTION),
        ({"anonymised": "yes"}, Reason.NO_OBJECTION),
        ({"recall": True}, Reason.NO_OBJECTION),
    ],
)
def test_only_a_claim_has_to_be_proven(world: World, safeguards, expected):
    version = claim(world, **safeguards)
    assert reason() == expected
    assert version.is_claimed == (expected == Reason.UNPROVEN)


def test_an_office_may_let_it_go_on_and_says_so(world: World):
    claim(world, closes=False)
    assert reason() == Reason.NO_OBJECTION


def test_what_the_service_needs_is_closed_by_it_too(world: World):
    purpose = make_purpose("metrics", Control.NONE)
    Purpose.objects.filter(pk=purpose.pk).update(needs_evidence=True)
    world.purpose = purpose
    assert permits.may("private", "metrics").reason == Reason.NECESSARY
    claim(world)
    assert permits.may("private", "metrics").reason == Reason.UNPROVEN


def test_it_counts_until_the_end_of_its_last_day_in_the_office(world: World, dina: User):
    claim(world)
    one = prove(world.purpose, by=dina, days=3)
    end = one.expires_at - timezone.now()
    assert timezone.localtime(one.expires_at, timezone.get_default_timezone()).hour == 0
    assert one.valid_until == timezone.localdate() + timedelta(days=3)
    assert reason(later=end - timedelta(seconds=1)) == Reason.NO_OBJECTION
    assert reason(later=end + timedelta(seconds=1)) == Reason.UNPROVEN


def test_a_person_reads_their_own_refusal_and_not_the_missing_proof(world: World, dina: User):
    world.refuse(world.dan)
    claim(world)
    assert reason() == Reason.PARTY_REFUSED
    prove(world.purpose, by=dina)
    assert reason() == Reason.PARTY_REFUSED


def test_evidence_that_was_wrong_counts_no_more_at_once(world: World, dina: User):
    claim(world)
    one = prove(world.purpose, by=dina)
    with pytest.raises(DpoOnly):
        evidence.withdraw(one, by=world.ada, reason="No.")
    with pytest.raises(evidence.NotEvidence):
        evidence.withdraw(one, by=dina, reason=" ")
    evidence.withdraw(one, by=dina, reason="The set had been seen in training.")
    assert reason() == Reason.UNPROVEN
    with pytest.raises(evidence.NotEvidence):
        evidence.withdraw(one, by=dina, reason="Again.")


def test_evidence_is_never_changed(world: World, dina: User):
    one = prove(world.purpose, by=dina)
    with pytest.raises(IntegrityError), transaction.atomic():
        Evidence.objects.filter(pk=one.pk).update(found=1000)
    with pytest.raises(IntegrityError), transaction.atomic():
        Evidence.objects.filter(pk=one.pk).delete()
    with pytest.raises(IntegrityError), transaction.atomic():
        prove(world.purpose, by=dina, found=1001)


def test_whoever_follows_the_gate_hears_of_evidence_and_of_its_end(world: World, dina: User):
    claim(world)
    cursor = Cursor.at(moment_of(world.purpose, horizon=1))
    rows = PermitChange.objects.filter(purpose=world.purpose)

    def heard(later: timedelta = timedelta(0)) -> set[str]:
        here = moment_of(world.purpose, now=timezone.now() + later, horizon=LATEST)
        page = feed.page(here, Cursor.read(str(cursor), here), Tally(), limit=100)
        return {f"{one.reference} {one.reason}" for _cursor, one in page.decisions}

    before = rows.count()
    one = prove(world.purpose, by=dina, days=3)
    assert rows.count() > before
    assert "private no_objection" in heard()
    # Nobody writes anything when it expires: time alone changes the ground.
    cursor = Cursor.at(moment_of(world.purpose, horizon=1))
    assert "private no_valid_evidence" in heard(timedelta(days=9))
    assert Cursor.read(str(cursor), moment_of(world.purpose, now=one.expires_at)).everything == 0
    before = rows.count()
    evidence.withdraw(one, by=dina, reason="Wrong.")
    assert rows.count() > before


@given(of=st.integers(1, 10_000), data=st.data())
def test_an_interval_holds_the_share_and_grows_with_doubt(of: int, data):
    hits = data.draw(st.integers(0, of))
    one = intervals.wilson(hits, of)
    assert 0 <= one.low <= one.share <= one.high <= 1
    ten = intervals.wilson(hits * 10, of * 10)
    assert ten.high - ten.low <= one.high - one.low + 1e-12


@given(of=st.integers(1, 10_000), data=st.data())
def test_the_interval_is_wilsons(of: int, data):
    """Its ends are the shares from which the one seen is 1.96 standard errors away."""
    hits = data.draw(st.integers(0, of))
    one = intervals.wilson(hits, of)
    for end in (one.low, one.high):
        distance = (end - one.share) ** 2
        assert distance == pytest.approx(intervals.Z**2 * end * (1 - end) / of, abs=1e-9)
    with pytest.raises(ValueError, match="no share"):
        intervals.wilson(of + 1, of)


def test_nobody_recognised_in_two_hundred_attempts_may_still_be_two_in_a_hundred():
    assert round(intervals.wilson(0, 200).high, 4) == 0.0188
