"""Every figure of the DPO's page equals an independent count, and nobody else sees it."""

import re
from datetime import date, datetime, timedelta
from statistics import median

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import User
from consents.actions import choices
from consents.models import CanaryCheck, PermitAnswer
from dsar.models import SubjectRequest
from portal.dashboard import queries
from tests.consents.worlds import World, make_person

pytestmark = pytest.mark.django_db


def make_request(person: User, **fields: object) -> SubjectRequest:
    """Return an access request received ten days ago, due in ten days."""
    received, today = timezone.now() - timedelta(days=10), timezone.localdate()
    given = {
        "kind": "access", "person": person, "language": "en", "country": "FR",
        "received_at": received, "received_on": received.date(),
        "due_on": today + timedelta(days=10), "target_on": today + timedelta(days=8),
    }  # fmt: skip
    return SubjectRequest.objects.create(**(given | fields))


def answered(person: User, days: float, **fields: object) -> SubjectRequest:
    now = timezone.now()
    return make_request(
        person, status="answered", outcome="fulfilled", received_at=now - timedelta(days=days),
        received_on=(now - timedelta(days=days)).date(), closed_at=now, **fields,
    )  # fmt: skip


@pytest.fixture
def helene() -> User:
    helene = make_person("helene")
    User.objects.filter(pk=helene.pk).update(role="dpo")
    return User.objects.get(pk=helene.pk)


@pytest.fixture
def page(client, helene):
    """Return a function that fetches the page and reads its figures by their name."""

    client.force_login(helene)

    def fetch() -> dict[str, str]:
        response = client.get("/dashboard/")
        assert response.status_code == 200
        found = re.findall(r'data-figure="([\w-]+)"[^>]*>\s*([^<]*?)\s*<', response.text)
        return dict(found) | {"text": response.text}

    return fetch


@pytest.fixture(autouse=True)
def _second_factor_is_not_the_point_here(settings):
    settings.MIDDLEWARE = [one for one in settings.MIDDLEWARE if "SecondFactor" not in one]


def test_open_due_soon_and_late_are_counted_by_their_day(page):
    people = [make_person(f"p{n}") for n in range(5)]
    for person, days in zip(people, [-1, 0, 7, 8, 30], strict=True):
        make_request(person, due_on=timezone.localdate() + timedelta(days=days))
    figures = page()
    assert (figures["open"], figures["due-soon"], figures["overdue"]) == ("5", "2", "1")
    assert "is late" in figures["text"]


def test_on_time_is_said_when_nothing_is_late(page):
    make_request(make_person("p"))
    assert "Everything is <strong>on time</strong>" in page()["text"]


def test_the_median_is_over_answered_requests_alone(page):
    days = [2.0, 4.0, 9.0]
    for n, value in enumerate(days):
        answered(make_person(f"p{n}"), value)
    make_request(
        make_person("q"),
        status="refused",
        refusal_ground="x",
        refusal_evidence="y",
        closed_at=timezone.now(),
    )
    figures = page()
    assert figures["median"] == f"{median(days):g} days"
    assert (figures["answered"], figures["refused"]) == ("3", "1")


def test_a_refusal_rate_counts_customers_and_not_acts(page):
    world = World()
    world.allow(world.dan)
    world.refuse(world.dan)
    world.refuse(world.cleo, document=world.documents[2])
    choices.allow(world.purpose, person=world.ada, by=world.ada, language="en")
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM accounts_user WHERE role = 'customer'")
        customers = cursor.fetchone()[0]
    text = page()["text"]
    row = text[text.index('data-purpose="ai-training"') :]
    assert f"{100 / customers:.1f}%" in row[: row.index("</tr>")]


def test_the_gates_answers_are_counted_with_their_reasons(page):
    for allowed, reason in [
        (True, "consented"),
        (False, "consent_missing"),
        (False, "unavailable"),
    ]:
        PermitAnswer.objects.create(client="c", allowed=allowed, reason=reason, state="")
    old = timezone.now() - timedelta(days=90)
    PermitAnswer.objects.create(client="c", allowed=False, reason="unavailable", state="", at=old)
    figures = page()
    assert (figures["asked"], figures["denied"]) == ("3", "2")


def test_an_empty_portal_has_a_page_too(page):
    figures = page()
    assert (figures["open"], figures["asked"], figures["median"]) == ("0", "0", "–")


@pytest.mark.parametrize("role", ["customer", "support"])
def test_to_anybody_else_the_page_does_not_exist(client, role):
    other = make_person("other")
    User.objects.filter(pk=other.pk).update(role=role)
    client.force_login(User.objects.get(pk=other.pk))
    assert client.get("/dashboard/").status_code == 404


def test_the_page_costs_the_same_queries_however_much_there_is(page, django_assert_max_num_queries):
    page()
    with django_assert_max_num_queries(20):
        page()
    for n in range(30):
        make_request(make_person(f"p{n}"))
    with django_assert_max_num_queries(20):
        page()


def test_a_month_begins_on_the_controllers_midnight():
    """A request received at 23:30 UTC on 31 August belongs to September in Paris."""
    received = datetime.fromisoformat("2026-08-31T23:30:00+00:00")
    make_request(
        make_person("p"), received_at=received, received_on=timezone.localdate(received),
        due_on=timezone.localdate(received) + timedelta(days=30),
    )  # fmt: skip
    first, last = date(2026, 1, 1), date(2026, 12, 31)
    (found,) = queries.received_by_month(first, last)
    assert found[0].month == 9


def test_canaries_are_counted_by_how_their_check_ended(page):
    for outcome, hours in (("held", 1), ("held", 2), ("leaked", 3), ("held", 25)):
        CanaryCheck.objects.create(
            outcome=outcome, asked=6, at=timezone.now() - timedelta(hours=hours)
        )
    found = page()
    assert found["canary-checks"] == "3"
    assert "2 held, 1 leaked, 0 without an answer" in found["text"]
    since = timezone.now() - timedelta(days=1)
    assert queries.canary_day(since) == queries.CanaryDay(held=2, leaked=1, unreachable=0)
