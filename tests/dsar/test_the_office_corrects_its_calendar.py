"""Holidays come from a library, and the office has the last word."""

from datetime import date
from typing import Any

import pytest
from django_q.models import OrmQ

from accounts.changes import actions as changes
from accounts.models import User
from dsar import calendars, durations
from dsar.actions import clock
from dsar.calendars import KEY, closed_days
from portal.lib.models import OutgoingMail
from portal.lib.office import store
from tests.accounts import people
from tests.dsar.worlds import Ask

pytestmark = pytest.mark.django_db
RECEIVED = date(2026, 4, 1)  # due on 1 May, a Friday
FAIR = {"is_closed": True, "name": "Local fair"}


def agreed(day: str, payload: dict[str, Any], dina: User) -> None:
    """Correct a day of the calendar; in these tests the office wants no second person."""
    change = changes.draft("calendar", f"FR-{day}", payload, by=dina)
    assert changes.propose(change, by=dina).status == "applied"


def test_a_public_holiday_of_the_controllers_country_is_closed() -> None:
    assert date(2026, 5, 1) in closed_days(RECEIVED)
    assert date(2026, 10, 3) not in closed_days(RECEIVED)
    assert date(2026, 10, 3) in closed_days(RECEIVED, "DE")


def test_a_country_the_library_lacks_has_none() -> None:
    assert closed_days(RECEIVED, "XX") == {}


def test_a_day_can_be_added_and_taken_away() -> None:
    store.publish(f"{KEY}FR-2026-05-04", FAIR)
    store.publish(f"{KEY}FR-2026-05-01", {"is_closed": False, "name": ""})
    store.publish(f"{KEY}DE-2026-05-05", FAIR)
    days = closed_days(RECEIVED)
    assert days[date(2026, 5, 4)] == "Local fair"
    assert date(2026, 5, 1) not in days
    assert date(2026, 5, 5) not in days
    store.publish(f"{KEY}FR-2026-05-04", None)
    assert date(2026, 5, 4) not in closed_days(RECEIVED)


def test_an_added_day_moves_the_answer(open_request: Ask, time_machine: object) -> None:
    store.publish(f"{KEY}FR-2026-05-04", FAIR)
    time_machine.move_to("2026-04-01 12:00:00+02:00")  # type: ignore[attr-defined]
    assert open_request().due_on == date(2026, 5, 5)


def test_a_corrected_calendar_moves_open_requests_and_tells_of_a_later_day(
    open_request: Ask, dina: User, time_machine: Any
) -> None:
    time_machine.move_to("2026-04-01 12:00:00+02:00")
    request = open_request()
    fair = date(2026, 5, 4)
    assert request.due_on == fair
    agreed("2026-05-04", {"typed": {"is_closed": "yes", "name": "Local fair"}}, dina)
    assert clock.recount_open() == 1
    request.refresh_from_db()
    assert request.due_on == date(2026, 5, 5)
    moved = request.events.get(code="due_moved").data
    assert moved == {
        "because": "calendar",
        "old_due_on": "2026-05-04",
        "due_on": "2026-05-05",
    }
    assert OutgoingMail.objects.filter(template="dsar/due_moved").count() == 1
    # Taken back, the day of the law is earlier again: on the timeline, and no mail needed.
    agreed("2026-05-04", {"reset": True}, dina)
    assert (clock.recount_open(), clock.recount_open()) == (1, 0)
    request.refresh_from_db()
    assert request.due_on == fair
    assert OutgoingMail.objects.filter(template="dsar/due_moved").count() == 1


def test_only_the_data_protection_officer_corrects_it(sam: User) -> None:
    with pytest.raises(changes.DpoOnly):
        changes.draft("calendar", "FR-2026-05-04", {}, by=sam)


def test_a_correction_needs_two_officers_and_is_worked_on_at_once(
    dina: User, settings: Any
) -> None:
    settings.SECOND_PERSON = ["change"]
    typed = {"is_closed": "yes", "name": "Local fair"}
    change = changes.draft("calendar", "FR-2026-05-04", {"typed": typed}, by=dina)
    changes.propose(change, by=dina)
    assert date(2026, 5, 4) not in closed_days(RECEIVED)
    assert OrmQ.objects.count() == 0
    changes.approve(change, by=people.make("dora@regard.example", role="dpo"))
    assert closed_days(RECEIVED)[date(2026, 5, 4)] == "Local fair"
    assert OrmQ.objects.count() == 1


def test_a_holiday_without_a_name_is_not_proposed(dina: User) -> None:
    change = changes.draft("calendar", "FR-2026-05-04", {"typed": {"is_closed": "yes"}}, by=dina)
    with pytest.raises(changes.NotReady):
        changes.propose(change, by=dina)


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


@pytest.mark.parametrize(
    "text", ["FR-2026-W19-1", "FR-0001-01-01", "FR-9999-12-31", "fr-2026-05-04"]
)
def test_one_day_has_one_subject(text: str) -> None:
    assert calendars.day_of("FR-2026-05-04") == ("FR", date(2026, 5, 4))
    assert calendars.day_of(text) is None
