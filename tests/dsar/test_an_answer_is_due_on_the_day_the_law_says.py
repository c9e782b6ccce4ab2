"""The clock of art. 12(3) GDPR, after Regulation 1182/71, and that of the CCPA regulations."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsar.calendars import public_holidays
from dsar.deadlines import (
    REGIMES,
    Asked,
    Regime,
    RegimeCode,
    Term,
    Why,
    acknowledge_by,
    answer_by,
    explain,
    is_closed,
    received_on,
    regime_of,
    target_by,
)

GDPR, CCPA = REGIMES[RegimeCode.GDPR], REGIMES[RegimeCode.CCPA]
PARIS = ZoneInfo("Europe/Paris")
YEARS = range(2024, 2032)
D = date.fromisoformat

# country, received, due, due when extended
TABLE = [
    ("FR", "2026-03-05", "2026-04-07", "2026-06-05"),  # a Sunday, then Easter Monday
    ("FR", "2026-08-31", "2026-09-30", "2026-11-30"),  # September has no 31st
    ("FR", "2026-01-31", "2026-03-02", "2026-04-30"),
    ("FR", "2028-01-31", "2028-02-29", "2028-05-02"),  # a leap year; 30 April is a Sunday, 1 May
    ("FR", "2026-04-01", "2026-05-04", "2026-07-01"),
    ("FR", "2026-04-14", "2026-05-15", "2026-07-15"),  # Ascension; 14 July
    ("FR", "2026-10-11", "2026-11-12", "2027-01-11"),
    ("FR", "2026-11-25", "2026-12-28", "2027-02-25"),
    ("FR", "2026-12-01", "2027-01-04", "2027-03-01"),
    ("FR", "2026-07-31", "2026-08-31", "2026-11-02"),
    ("DE", "2026-09-03", "2026-10-05", "2026-12-03"),  # 3 October is a Saturday and a holiday
]


@pytest.mark.parametrize(("country", "received", "due", "extended"), TABLE)
def test_a_month_ends_on_its_date_or_the_next_working_day(
    country: str, received: str, due: str, extended: str
) -> None:
    holidays = public_holidays(country, YEARS)
    assert answer_by(D(received), GDPR, holidays=holidays) == D(due)
    assert answer_by(D(received), GDPR, extended=True, holidays=holidays) == D(extended)


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        ("2026-08-31T23:30:00+00:00", "2026-09-01"),  # already the next day in Paris
        ("2026-08-31T21:59:59+00:00", "2026-08-31"),
        ("2026-03-29T00:59:59+00:00", "2026-03-29"),  # the clock jumps from 2 to 3
        ("2026-03-29T22:30:00+00:00", "2026-03-30"),  # summer time holds
        ("2026-03-28T23:30:00+00:00", "2026-03-29"),
        ("2026-10-25T00:30:00+00:00", "2026-10-25"),  # the hour that comes twice
        ("2026-10-25T01:30:00+00:00", "2026-10-25"),
        ("2026-10-25T22:30:00+00:00", "2026-10-25"),  # winter time holds: still 23:30
        ("2026-10-25T23:30:00+00:00", "2026-10-26"),
    ],
)
def test_the_day_of_receipt_is_the_controllers(instant: str, day: str) -> None:
    assert received_on(datetime.fromisoformat(instant), PARIS) == D(day)


def test_a_receipt_late_at_night_is_counted_from_the_next_day() -> None:
    received = received_on(datetime(2026, 8, 31, 23, 30, tzinfo=UTC), PARIS)
    assert answer_by(received, GDPR, holidays=public_holidays("FR", YEARS)) == D("2026-10-01")


def test_an_instant_without_a_zone_has_no_day() -> None:
    with pytest.raises(ValueError, match="time zone"):
        received_on(datetime(2026, 8, 31, 23, 30), PARIS)  # noqa: DTZ001


def test_a_pause_adds_whole_days_and_then_looks_for_a_working_day() -> None:
    # 30 September and ten days: Saturday 10 October, so Monday the 12th.
    assert answer_by(D("2026-08-31"), GDPR, paused_days=10) == D("2026-10-12")


def test_california_counts_the_day_of_receipt_and_no_holiday() -> None:
    received = D("2026-11-23")
    assert answer_by(received, CCPA) == D("2027-01-06")
    assert answer_by(received, CCPA, extended=True) == D("2027-02-20")  # a Saturday
    assert answer_by(received, CCPA, paused_days=9) == D("2027-01-06")  # it knows no pause
    assert acknowledge_by(received, CCPA) == D("2026-12-07")
    assert answer_by(received, CCPA, asked=Asked.OPT_OUT) == D("2026-12-14")
    # The strict reading of "business day": French and American holidays alike count as one.
    holidays = {D("2026-11-26"): "Thanksgiving", D("2026-12-14"): "Here"}
    assert answer_by(received, CCPA, asked=Asked.OPT_OUT, holidays=holidays) == D("2026-12-14")


# regime, received on 2026-11-23, due, due when extended, receipt confirmed by, an appeal's day
LAWS = [
    ("gdpr", "2026-12-23", "2027-02-23", None, "2026-12-23"),
    ("uk_gdpr", "2026-12-23", "2027-02-23", None, "2026-12-23"),
    ("fadp", "2026-12-23", "2027-01-22", None, "2026-12-23"),
    ("ccpa", "2027-01-06", "2027-02-20", "2026-12-07", "2027-01-06"),
    ("vcdpa", "2027-01-06", "2027-02-20", None, "2027-01-21"),
    ("cpa", "2027-01-06", "2027-02-20", None, "2027-01-06"),
]


@pytest.mark.parametrize(("code", "due", "extended", "confirmed", "appeal"), LAWS)
def test_each_law_has_its_time(
    code: str, due: str, extended: str, confirmed: str | None, appeal: str
) -> None:
    law, received = REGIMES[RegimeCode(code)], D("2026-11-23")
    assert answer_by(received, law) == D(due)
    assert answer_by(received, law, extended=True) == D(extended)
    assert acknowledge_by(received, law) == (D(confirmed) if confirmed else None)
    assert answer_by(received, law, asked=Asked.APPEAL) == D(appeal)


def test_a_complaint_in_britain_is_confirmed_within_thirty_days_the_first_included() -> None:
    assert acknowledge_by(D("2026-11-23"), REGIMES[RegimeCode.UK_GDPR], Asked.APPEAL) == D(
        "2026-12-22"
    )


def test_an_appeal_in_colorado_may_take_sixty_days_more_and_in_virginia_none() -> None:
    colorado, virginia = REGIMES[RegimeCode.CPA], REGIMES[RegimeCode.VCDPA]
    received = D("2026-11-23")
    longest = answer_by(received, colorado, asked=Asked.APPEAL, extended=True)
    assert longest == D("2027-03-07")
    assert answer_by(received, virginia, asked=Asked.APPEAL, extended=True) == D("2027-01-21")


@pytest.mark.parametrize(
    ("country", "region", "code"),
    [
        ("FR", "", "gdpr"),
        ("DE", "BY", "gdpr"),
        ("NO", "", "gdpr"),
        ("BR", "", "gdpr"),
        ("GB", "SCT", "uk_gdpr"),
        ("CH", "ZH", "fadp"),
        ("US", "", "ccpa"),
        ("US", "CA", "ccpa"),
        ("US", "TX", "ccpa"),
        ("US", "VA", "vcdpa"),
        ("US", "CO", "cpa"),
    ],
)
def test_the_place_decides_the_law(country: str, region: str, code: str) -> None:
    assert regime_of(country, region).code == code


def test_what_is_objected_to_is_aimed_at_within_a_working_week() -> None:
    assert target_by(D("2026-11-23"), CCPA, asked=Asked.OPT_OUT) == D("2026-11-30")


def test_the_steps_say_why_this_date() -> None:
    steps = explain(D("2026-03-05"), GDPR, holidays=public_holidays("FR", YEARS))
    assert [(step.code, step.day) for step in steps] == [
        (Why.RECEIVED, D("2026-03-05")),
        (Why.TERM_ENDS, D("2026-04-05")),
        (Why.SUNDAY, D("2026-04-05")),
        (Why.HOLIDAY, D("2026-04-06")),
        (Why.DUE, D("2026-04-07")),
    ]


def test_the_steps_name_a_shorter_month_and_a_pause() -> None:
    codes = [step.code for step in explain(D("2026-01-31"), GDPR, paused_days=4)]
    assert codes == [
        Why.RECEIVED,
        Why.TERM_ENDS,
        Why.MONTH_IS_SHORTER,
        Why.PAUSED,
        Why.DUE,
    ]
    assert explain(D("2026-01-31"), GDPR, paused_days=4)[3].days == 4


def test_terms_add_up() -> None:
    assert Term(months=1) + Term(months=2, days=3) == Term(months=3, days=3)


days = st.dates(date(2024, 1, 1), date(2030, 12, 31))
whats = st.sampled_from(sorted(Asked))
regimes = st.sampled_from(sorted(REGIMES.values(), key=lambda regime: regime.code))
pauses = st.integers(0, 120)
FRANCE = public_holidays("FR", range(2024, 2034))


@given(days, regimes, whats, st.booleans(), pauses)
def test_it_is_never_due_before_it_was_received(
    day: date, regime: Regime, asked: Asked, extended: bool, paused: int
) -> None:
    due = answer_by(
        day, regime, asked=asked, extended=extended, paused_days=paused, holidays=FRANCE
    )
    assert due > day
    assert day <= target_by(day, regime, FRANCE, asked=asked) <= due


@given(days, days, regimes, whats, st.booleans(), pauses)
def test_who_asks_later_is_never_due_earlier(
    one: date, other: date, regime: Regime, asked: Asked, extended: bool, paused: int
) -> None:
    def due(day: date) -> date:
        return answer_by(
            day, regime, asked=asked, extended=extended, paused_days=paused, holidays=FRANCE
        )

    assert due(min(one, other)) <= due(max(one, other))


@given(days, regimes, whats, pauses)
def test_more_time_never_shortens(day: date, regime: Regime, asked: Asked, paused: int) -> None:
    def due(*, extended: bool) -> date:
        return answer_by(
            day, regime, asked=asked, extended=extended, paused_days=paused, holidays=FRANCE
        )

    assert due(extended=False) <= due(extended=True)


@given(days, regimes, pauses)
def test_our_own_aim_is_never_after_the_month_of_the_union(
    day: date, regime: Regime, paused: int
) -> None:
    month = answer_by(day, GDPR, holidays=FRANCE)
    aim = target_by(day, regime, FRANCE, no_later_than=month)
    assert day <= aim <= min(month, answer_by(day, regime, paused_days=paused, holidays=FRANCE))


@given(days, st.booleans(), pauses)
def test_it_is_never_due_on_a_closed_day(day: date, extended: bool, paused: int) -> None:
    due = answer_by(day, GDPR, extended=extended, paused_days=paused, holidays=FRANCE)
    assert not is_closed(due, FRANCE)


@given(days)
def test_an_extension_runs_from_receipt(day: date) -> None:
    raw = Term(months=3).after(day)
    extended = answer_by(day, GDPR, extended=True, holidays=FRANCE)
    assert raw <= extended < raw + timedelta(days=7)
    assert extended > answer_by(day, GDPR, holidays=FRANCE)


@given(days, regimes, pauses)
def test_a_longer_pause_is_never_due_earlier(day: date, regime: Regime, paused: int) -> None:
    one = answer_by(day, regime, paused_days=paused, holidays=FRANCE)
    assert one <= answer_by(day, regime, paused_days=paused + 1, holidays=FRANCE)


def test_one_holiday_more_never_makes_it_earlier() -> None:
    for received in ("2026-04-01", "2026-03-05", "2026-07-31"):
        before = answer_by(D(received), GDPR, holidays=FRANCE)
        assert answer_by(D(received), GDPR, holidays={**FRANCE, before: "Fair"}) > before
