"""What each member of staff did is counted; what is unusual is marked by a rule that is told."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import AccessEvent, User
from accounts.roles import Role
from portal.dashboard.log import activity
from portal.dashboard.office import MANY_IN_AN_HOUR, WITHOUT_REQUEST
from tests.accounts import people
from tests.portal.officers import (
    _second_factor_is_not_the_point_here as _second_factor_is_not_the_point_here,
)
from tests.portal.officers import dina as dina

pytestmark = pytest.mark.django_db
STAFF = "/dashboard/log/staff/"
PARIS = ZoneInfo("Europe/Paris")
NOON = datetime(2026, 5, 4, 12, tzinfo=PARIS)
SINCE, UNTIL = datetime(2026, 5, 1, tzinfo=PARIS), datetime(2026, 6, 1, tzinfo=PARIS)
PERIOD = {"since": "2026-05-01", "until": "2026-05-31"}


@pytest.fixture
def sam(db: None) -> User:
    return people.make("sam@regard.example", name="Sam Petit", role=Role.SUPPORT)


def looks(by: User, times: list[datetime], reference: str = "R-2026-AAAA-BBBB") -> None:
    """Take one look at a file of a different person at each of these times."""
    for at in times:
        person = User.objects.create_user(f"p{User.objects.count()}@example.org")
        AccessEvent.objects.create(
            person=person, by=by, kind="request_viewed", reference=reference, at=at
        )


def of(person: User) -> activity.Activity:
    return next(one for one in activity.activity(SINCE, UNTIL) if one.person == person)


def test_an_ordinary_month_has_no_mark(dina: User, sam: User) -> None:
    looks(sam, [NOON + timedelta(hours=n) for n in range(12)])
    looks(sam, [SINCE - timedelta(seconds=1), UNTIL])  # beside the period
    row = of(sam)
    assert (row.looks, row.people, row.most_in_an_hour, row.unusual) == (12, 12, 1, [])


def test_files_of_many_people_in_one_hour_are_marked(dina: User, sam: User) -> None:
    many = MANY_IN_AN_HOUR.now()
    looks(sam, [NOON + timedelta(minutes=n) for n in range(many - 1)])
    assert of(sam).unusual == []
    looks(sam, [NOON + timedelta(minutes=59)])
    assert of(sam).unusual == [f"Files of {many} people within one hour."]
    assert [hour.people for hour in activity.busy_hours(sam, SINCE, UNTIL)] == [many]


def test_the_same_file_again_and_again_is_one_person(dina: User, sam: User) -> None:
    person = User.objects.create_user("one@example.org")
    for _n in range(MANY_IN_AN_HOUR.now() + 5):
        AccessEvent.objects.create(
            person=person, by=sam, kind="request_viewed", reference="R-1", at=NOON
        )
    row = of(sam)
    assert (row.people, row.most_in_an_hour, row.unusual) == (1, 1, [])


def test_files_opened_without_a_request_are_marked(dina: User, sam: User) -> None:
    hours = [NOON + timedelta(hours=n) for n in range(WITHOUT_REQUEST.now())]
    looks(sam, hours, reference="")
    assert of(sam).unusual == [f"{WITHOUT_REQUEST.now()} files opened without a request."]


def test_the_list_says_it_and_explains_its_rules(dina: User, sam: User, client: Client) -> None:
    looks(sam, [NOON] * MANY_IN_AN_HOUR.now())
    client.force_login(dina)
    with CaptureQueriesContext(connection) as few:
        page = client.get(STAFF, PERIOD).content.decode()
    assert "<strong>1 member of staff</strong> did something unusual." in page
    assert page.index("Sam Petit") < page.index("Dina Moreau")
    assert "within one hour of the clock" in page
    for n in range(5):
        people.make(f"more{n}@regard.example", role=Role.SUPPORT)
    with CaptureQueriesContext(connection) as more:
        client.get(STAFF, PERIOD)
    assert len(more) <= len(few)


def test_a_colleague_can_read_that_their_page_was_opened(
    dina: User, sam: User, client: Client
) -> None:
    looks(sam, [NOON] * 3)
    client.force_login(dina)
    for _n in range(2):
        page = client.get(f"{STAFF}{sam.uid}/", PERIOD).content.decode()
        assert "Sam Petit" in page
        assert "a line that your colleague can read" in page
    assert AccessEvent.objects.filter(person=sam, by=dina, kind="activity_viewed").count() == 1
    assert client.get(f"{STAFF}{dina.uid}/").status_code == 200
    assert not AccessEvent.objects.filter(person=dina).exists()


def test_a_customer_has_no_such_page(dina: User, client: Client) -> None:
    ada = people.make("ada@example.org")
    client.force_login(dina)
    assert client.get(f"{STAFF}{ada.uid}/").status_code == 404


def test_an_impossible_period_is_said_and_the_last_month_shown(dina: User, client: Client) -> None:
    client.force_login(dina)
    page = client.get(STAFF, {"since": "2026-05-02", "until": "2026-05-01"}).content.decode()
    assert "The last day is before the first one." in page
    assert "Dina Moreau" in page


@pytest.mark.parametrize("last", ["2026-05-01", "9999-12-31", ""])
def test_more_than_a_year_is_not_counted_on_a_page(dina: User, client: Client, last: str) -> None:
    client.force_login(dina)
    page = client.get(STAFF, {"since": "2015-01-01", "until": last}).content.decode()
    assert "A year at most: choose a later first day." in page
    assert 'value="2015-01-01"' in page, "what was typed stays"
    assert "Dina Moreau" in page


def test_the_office_sets_what_is_marked(dina: User, sam: User, settings: Any) -> None:
    looks(sam, [NOON + timedelta(minutes=n) for n in range(6)], reference="")
    assert of(sam).unusual == []
    settings.MANY_IN_AN_HOUR, settings.WITHOUT_REQUEST = 6, 6
    assert of(sam).unusual == [
        "Files of 6 people within one hour.", "6 files opened without a request.",
    ]  # fmt: skip
    assert [hour.people for hour in activity.busy_hours(sam, SINCE, UNTIL)] == [6]
