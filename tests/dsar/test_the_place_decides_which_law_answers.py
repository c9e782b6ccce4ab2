"""Where the person lives decides the law; the country can be corrected, and the dates follow."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from accounts.models import User
from dsar import authorities, laws, reckoning, rules, rules_of_time
from dsar.actions import clock
from dsar.deadlines import EEA, RegimeCode
from dsar.models import SubjectRequest
from dsar.models.requests import Kind
from portal.lib.models import OutgoingMail
from tests.dsar.worlds import Ask

pytestmark = pytest.mark.django_db
D = date.fromisoformat
RECEIVED = datetime(2026, 11, 23, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("FR", ("FR", "")),
        (" us-ca ", ("US", "CA")),
        ("gb", ("GB", "")),
        ("UK", ("GB", "")),
        ("CH-ZH", ("CH", "ZH")),
        ("FR-75", ("FR", "75")),
    ],
)
def test_a_place_is_read_from_its_code(text: str, place: tuple[str, str]) -> None:
    assert laws.place_of(text) == place


@pytest.mark.parametrize(
    "text", ["", "X", "XX", "France", "US-", "US-XX", "US-C\0", "FR-ÎLE", "FR-12345", "-", "\0"]
)
def test_what_is_no_place_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(laws.UnknownPlace, match="Give the"):
        laws.place_of(text)


def test_the_dates_of_a_request_follow_from_receipt_and_place() -> None:
    found = clock.dates_for(RECEIVED, country="US", region="CA", kind=Kind.ACCESS)
    assert found == {
        "regime": "ccpa",
        "received_at": RECEIVED,
        "received_on": D("2026-11-23"),
        "due_on": D("2027-01-06"),
        # A French controller owes everybody the month of the Union: its aim is before both.
        "target_on": D("2026-12-23"),
        "acknowledge_on": D("2026-12-07"),
    }


def test_outside_the_union_the_aim_is_that_of_the_law_alone(settings: Any) -> None:
    settings.CONTROLLER = settings.CONTROLLER | {"country": "US"}
    found = clock.dates_for(RECEIVED, country="US", kind=Kind.ACCESS)
    assert found["target_on"] == D("2026-12-23")
    settings.CONTROLLER = settings.CONTROLLER | {"country": "FR"}
    early = datetime(2026, 1, 31, 9, tzinfo=UTC)
    bound = clock.dates_for(early, country="US", kind=Kind.ACCESS)["target_on"]
    assert bound == D("2026-03-02")


def test_an_opt_out_and_an_appeal_have_times_of_their_own() -> None:
    out = clock.dates_for(RECEIVED, country="US", region="CA", kind=Kind.OBJECTION)
    assert (out["due_on"], out["target_on"]) == (D("2026-12-14"), D("2026-11-30"))
    appeal = clock.dates_for(RECEIVED, country="US", region="VA", kind=Kind.APPEAL)
    assert appeal["due_on"] == D("2027-01-21")


def test_an_operator_may_want_one_law_for_all(settings: Any) -> None:
    settings.ANSWER_ALL_UNDER_GDPR = True
    assert clock.dates_for(RECEIVED, country="US", kind=Kind.ACCESS)["regime"] == "gdpr"


def test_a_corrected_country_counts_anew_from_receipt_and_is_told(
    open_request: Ask, alice: User, time_machine: Any
) -> None:
    time_machine.move_to("2026-11-23 10:00+01:00")
    request = open_request()
    time_machine.move_to("2026-12-01 10:00+01:00")
    moved = clock.correct_country(request, "US", "CA", by=alice)
    assert (moved.regime, moved.due_on) == ("ccpa", D("2027-01-06"))
    assert moved.target_on <= D("2026-12-23")
    assert moved.acknowledge_on == D("2026-12-07")
    said = moved.events.get(code="country_corrected").data
    assert (said["old_country"], said["country"], said["region"]) == ("FR", "US", "CA")
    mail = OutgoingMail.objects.get(template="dsar/due_moved")
    assert "6 January 2027" in mail.text
    assert "23 December 2026" in mail.text
    # Back again: what had been promised is shortened, and that is said too.
    back = clock.correct_country(moved, "FR", by=alice)
    assert back.due_on == D("2026-12-23")
    assert OutgoingMail.objects.filter(template="dsar/due_moved").count() == 2


def test_only_the_person_and_support_correct_it_and_only_while_it_is_open(
    open_request: Ask, alice: User, bob: User, sam: User
) -> None:
    request = open_request()
    with pytest.raises(rules.StaffOnly):
        clock.correct_country(request, "DE", by=bob)
    with pytest.raises(rules_of_time.SamePlace):
        clock.correct_country(request, "FR", by=alice)
    assert clock.correct_country(request, "DE", by=sam).country == "DE"
    SubjectRequest.objects.filter(pk=request.pk).update(
        status="answered", outcome="fulfilled", closed_at=RECEIVED
    )
    with pytest.raises(rules.Closed):
        clock.correct_country(request, "IT", by=alice)


def test_an_opt_out_under_californian_law_knows_no_more_time(sam: User) -> None:
    request = SubjectRequest(kind=Kind.OBJECTION, regime=RegimeCode.CCPA, status="review")
    with pytest.raises(rules.NothingToExtend):
        rules.may_extend(request, sam, D("2026-11-24"))


@pytest.mark.parametrize("country", sorted(EEA | {"GB", "CH", "US"}))
def test_every_country_of_the_union_and_its_neighbours_names_its_authority(country: str) -> None:
    authority = authorities.of(country)
    assert authority != authorities.BOARD
    assert authority.url.startswith("https://")


@pytest.mark.parametrize("code", list(RegimeCode))
def test_each_law_names_where_to_complain_and_whether_a_court_is_open(code: RegimeCode) -> None:
    country = {"uk_gdpr": "GB", "fadp": "CH", "gdpr": "FR"}.get(code, "US")
    request = SubjectRequest(kind=Kind.ACCESS, regime=code, country=country)
    complaint, court = laws.remedies(request)
    assert authorities.of(country).name in complaint
    assert "court" in court
    assert laws.cited(request)
    assert laws.LAWS[code].name


def test_in_california_there_are_two_to_complain_to() -> None:
    request = SubjectRequest(kind=Kind.ACCESS, regime=RegimeCode.CCPA, country="US", region="CA")
    complaint = laws.remedies(request)[0]
    assert "Privacy Protection Agency" in complaint
    assert "Attorney General" in complaint


def test_the_steps_name_the_time_of_each_law(alice: User) -> None:
    def why(code: str, kind: str = "access") -> str:
        request = SubjectRequest(
            pk=0, kind=kind, regime=code, received_on=D("2026-11-23"), due_on=D("2026-12-23")
        )
        return " ".join(reckoning.why_this_date(request, D("2026-11-24")))

    assert "one month" in why("gdpr")
    assert "45 days" in why("ccpa")
    assert "first that counts" in why("ccpa")
    assert "15 working days" in why("ccpa", "objection")
    assert "30 days" in why("fadp")
