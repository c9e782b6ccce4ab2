"""Holidays come from a library, and the office has the last word."""

from datetime import date

import pytest

from dsar import durations
from dsar.calendars import closed_days
from dsar.models import HolidayOverride
from tests.dsar.worlds import Ask

pytestmark = pytest.mark.django_db
RECEIVED = date(2026, 4, 1)  # due on 1 May, a Friday


def test_a_public_holiday_of_the_controllers_country_is_closed() -> None:
    assert date(2026, 5, 1) in closed_days(RECEIVED)
    assert date(2026, 10, 3) not in closed_days(RECEIVED)
    assert date(2026, 10, 3) in closed_days(RECEIVED, "DE")


def test_a_country_the_library_lacks_has_none() -> None:
    assert closed_days(RECEIVED, "XX") == {}


def test_a_day_can_be_added_and_taken_away() -> None:
    HolidayOverride.objects.create(country="FR", day=date(2026, 5, 4), name="Local fair")
    HolidayOverride.objects.create(country="FR", day=date(2026, 5, 1), is_closed=False)
    days = closed_days(RECEIVED)
    assert days[date(2026, 5, 4)] == "Local fair"
    assert date(2026, 5, 1) not in days


def test_an_added_day_moves_the_answer(open_request: Ask, time_machine: object) -> None:
    HolidayOverride.objects.create(country="FR", day=date(2026, 5, 4), name="Local fair")
    time_machine.move_to("2026-04-01 12:00:00+02:00")  # type: ignore[attr-defined]
    assert open_request().due_on == date(2026, 5, 5)


@pytest.mark.parametrize(
    ("duration", "end"),
    [("P5Y", "2031-02-28"), ("P1Y6M", "2027-08-28"), ("P90D", "2026-05-29"), ("P1M", "2026-03-28")],
)
def test_a_period_of_retention_is_counted_in_calendar_time(duration: str, end: str) -> None:
    assert durations.after(date(2026, 2, 28), duration) == date.fromisoformat(end)


@pytest.mark.parametrize("nonsense", ["", "P", "5Y", "P5", "PT5H", "P-1Y"])
def test_what_is_no_period_is_refused(nonsense: str) -> None:
    with pytest.raises(ValueError, match="no ISO 8601 duration"):
        durations.term(nonsense)
