"""The clock on pages: what staff can do about it, what the person sees, the office's calendar."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from dsar.calendars import KEY
from dsar.models import Pause, SubjectRequest
from portal.lib.office import store
from tests.accounts import people
from tests.dsar.worlds import Ask
from tests.e2e import visits

pytestmark = pytest.mark.django_db


def browser_of(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


@pytest.fixture
def sam(db: None) -> User:
    return people.with_app(people.make("sam@staff.example.org", name="Sam", role="support"))


@pytest.fixture
def dina(db: None) -> User:
    return people.with_app(people.make("dina@staff.example.org", name="Dina", role="dpo"))


@pytest.fixture
def desk(sam: User) -> Client:
    return people.sign_in(Client(), sam)


@pytest.fixture
def office(dina: User) -> Client:
    return people.sign_in(Client(), dina)


def test_support_asks_the_person_sees_it_and_support_goes_on(
    desk: Client, alice: User, open_request: Ask
) -> None:
    request = open_request()
    at, mine = f"/staff/requests/{request.reference}", f"/requests/{request.reference}/"
    assert "clock stands still" in desk.get(f"{at}/pause/").text
    empty = desk.post(f"{at}/pause/", {"reason": "which_data", "question": ""})
    assert empty.status_code == 422
    words = {"reason": "which_data", "question": "Which of your three accounts?"}
    assert desk.post(f"{at}/pause/", words).status_code == 302
    seen = browser_of(alice).get(mine).text
    assert "the clock stands still" in seen
    assert "Which of your three accounts?" in seen
    staff = desk.get(f"{at}/").text
    assert "Go on without the answer" in staff
    assert desk.post(f"{at}/pause/", words).status_code == 409  # a double press
    assert desk.post(f"{at}/resume/").status_code == 302
    assert desk.post(f"{at}/resume/").status_code == 409
    assert Pause.objects.get().answered_at is not None


def test_a_reason_that_the_law_does_not_know_cannot_be_chosen(
    desk: Client, open_request: Ask
) -> None:
    at = f"/staff/requests/{open_request('erasure').reference}/pause/"
    assert "can stop the clock" in desk.get(at).text
    answer = desk.post(at, {"reason": "identity", "question": "Who are you?"})
    assert answer.status_code == 422
    assert not Pause.objects.exists()


def test_the_person_says_where_they_live(alice: User, bob: User, open_request: Ask) -> None:
    request = open_request()
    at = f"/requests/{request.reference}/country/"
    mine = browser_of(alice)
    assert "decides which law answers" in mine.get(at).text
    for nonsense in ({"country": "XX"}, {"country": "US", "region": "ZZ"}, {"country": "F\0"}, {}):
        assert mine.post(at, nonsense).status_code == 422
    assert mine.post(at, {"country": "US", "region": "CO"}).status_code == 302
    request.refresh_from_db()
    assert (request.regime, request.region) == ("cpa", "CO")
    assert mine.post(at, {"country": "US", "region": "CO"}).status_code == 409
    assert browser_of(bob).get(at).status_code == 404
    seen = mine.get(f"/requests/{request.reference}/").text
    assert "Colorado Privacy Act" in seen


def test_support_corrects_it_too_and_a_state_elsewhere_means_nothing(
    desk: Client, alice: User, open_request: Ask
) -> None:
    request = open_request()
    at = f"/staff/requests/{request.reference}/country/"
    assert desk.post(at, {"country": "DE", "region": "CA"}).status_code == 302
    request.refresh_from_db()
    assert (request.country, request.region, request.regime) == ("DE", "", "gdpr")
    assert browser_of(alice).get(at).status_code == 404


def test_the_office_sees_its_calendar_and_finds_a_day(office: Client, desk: Client) -> None:
    old = office.get("/staff/calendar/?year=2026")
    assert old.headers["Location"] == "/dashboard/settings/calendar/?year=2026"
    at = "/dashboard/settings/calendar/"
    assert "National Day" in office.get(f"{at}?year=2026").text
    office.cookies["django_language"] = "fr"
    assert "Fête nationale" in office.get(f"{at}?year=2026").text
    del office.cookies["django_language"]
    for nonsense in ("", "20", "99999", "x", "٢٠٢٦"):
        assert office.get(at, {"year": nonsense}).status_code == 200
    assert office.get(at, {"day": "2026-13-40"}).status_code == 422
    found = office.get(at, {"day": "2026-05-04"})
    assert found.headers["Location"] == f"{at}FR-2026-05-04/"
    store.publish(f"{KEY}FR-2026-05-04", {"is_closed": True, "name": "Local fair"})
    store.publish(f"{KEY}FR-2026-05-08", {"is_closed": False, "name": ""})
    seen = office.get(f"{at}?year=2026").text
    assert "Local fair" in seen
    assert "ordinary working day" in seen
    for page in (at, "/staff/calendar/"):
        assert desk.get(page).status_code == 404


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("theme", "width"), [("light", 1280), ("dark", 320)])
def test_its_pages_can_be_used_by_everybody(
    live: str,
    chromium: Callable[..., Any],
    axe: Callable[[Any], None],
    settings: Any,
    office: Client,
    open_request: Ask,
    theme: Any,
    width: int,
) -> None:
    request: SubjectRequest = open_request()
    context = chromium(color_scheme=theme, viewport={"width": width, "height": 900})
    session = office.cookies[settings.SESSION_COOKIE_NAME].value
    cookie = {"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live}
    context.add_cookies([cookie])
    page, said = visits.watched(context)
    at = f"{live}/staff/requests/{request.reference}"
    for path in (f"{live}/staff/calendar/?year=2026", f"{at}/pause/", f"{at}/country/"):
        page.goto(path)
        visits.inspect(page, axe)

    assert said == []
