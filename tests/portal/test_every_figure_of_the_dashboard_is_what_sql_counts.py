"""Each figure of the page of the day equals a count written by hand, and leads to as many rows."""

import html
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from accounts.models import User
from consents.models import ChoiceEvent, Document, Standing
from portal.dashboard.cards import rollups
from portal.dashboard.models import CareRecord
from tests.portal import dashboard_world as world
from tests.portal.dashboard_world import TODAY, sql
from tests.portal.figures import Page, rows_behind
from tests.portal.officers import (
    _second_factor_is_not_the_point_here as _second_factor_is_not_the_point_here,
)

pytestmark = pytest.mark.django_db
R = "SELECT count(*) FROM dsar_subjectrequest r WHERE "
IS_OPEN = "r.closed_at IS NULL"
UNCONFIRMED = """
    SELECT count(*) FROM consents_propagation p JOIN consents_choiceevent c ON c.id = p.event_id
    JOIN consents_system s ON s.id = p.system_id
    WHERE p.applied_at IS NULL AND p.status <> 'replaced' AND c.act <> 'consent_given'
        AND s.slug = '{}'
"""
OPT_OUTS = """
    SELECT count(*) FROM consents_choiceevent c JOIN consents_purpose p ON p.id = c.purpose_id
    WHERE p.slug = '{}' AND c.act IN ('consent_withdrawn', 'consent_refused', 'objection_lodged')
        AND (c.at AT TIME ZONE 'Europe/Paris')::date BETWEEN '{}' AND '{}'
"""
# figure: what a person would ask the database, on 15 June 2026.
COUNTED = {
    "open": R + IS_OPEN,
    "week": R + IS_OPEN + " AND r.due_on BETWEEN '2026-06-15' AND '2026-06-22'",
    "late": R + IS_OPEN + " AND r.due_on < '2026-06-15'",
    "paused": R + IS_OPEN
    + " AND EXISTS (SELECT FROM dsar_pause p WHERE p.request_id = r.id AND p.answered_at IS NULL)",
    "extended": R + IS_OPEN + " AND r.extended_at IS NOT NULL",
    "gaps": R + IS_OPEN + " AND EXISTS (SELECT FROM dsar_step s WHERE s.request_id = r.id"
    " AND s.outcome IN ('failed', 'exception'))",
    "identity": R + "r.status = 'identity'",
    "ended": R + "(r.closed_at AT TIME ZONE 'Europe/Paris')::date"
    " BETWEEN '2026-05-18' AND '2026-06-14'",
    "answered": R + "r.status = 'answered'"
    " AND (r.closed_at AT TIME ZONE 'Europe/Paris')::date = '2026-06-15'",
    "asked": "SELECT count(*) FROM consents_permitanswer WHERE client <> 'regard-canaries'"
    " AND (at AT TIME ZONE 'Europe/Paris')::date = '2026-06-15'",
    "denied": "SELECT count(*) FROM consents_permitanswer WHERE client <> 'regard-canaries'"
    " AND NOT allowed AND (at AT TIME ZONE 'Europe/Paris')::date = '2026-06-15'",
    "failed": R + IS_OPEN + " AND EXISTS (SELECT FROM dsar_step s WHERE s.request_id = r.id"
    " AND s.outcome = 'failed')",
    "failed-mails": "SELECT count(*) FROM kernel_outgoingmail WHERE status = 'failed'",
    "packages": "SELECT count(*) FROM dsar_package WHERE key IS NOT NULL",
    "unconfirmed:search": UNCONFIRMED.format("search"),
    "unconfirmed:partner": UNCONFIRMED.format("partner"),
    "unconfirmed-late:search": UNCONFIRMED.format("search")
    + " AND p.expected_by < '2026-06-15T08:00Z'",
    "unconfirmed-dead:search": UNCONFIRMED.format("search") + " AND p.status = 'dead'",
    "canary-checks": "SELECT count(*) FROM consents_canarycheck"
    " WHERE (at AT TIME ZONE 'Europe/Paris')::date = '2026-06-15'",
    "opt-outs:ai-training": OPT_OUTS.format("ai-training", "2026-05-16", "2026-06-14"),
    "opt-outs-before:ai-training": OPT_OUTS.format("ai-training", "2026-04-16", "2026-05-15"),
    "opt-outs:marketing": OPT_OUTS.format("marketing", "2026-05-16", "2026-06-14"),
    "opt-outs-before:marketing": OPT_OUTS.format("marketing", "2026-04-16", "2026-05-15"),
    "failed-source:documents": "SELECT count(DISTINCT s.request_id) FROM dsar_step s"
    " JOIN dsar_subjectrequest r ON r.id = s.request_id"
    " WHERE s.outcome = 'failed' AND s.source = 'documents' AND r.closed_at IS NULL",
    "failed-source:billing": "SELECT count(DISTINCT s.request_id) FROM dsar_step s"
    " JOIN dsar_subjectrequest r ON r.id = s.request_id"
    " WHERE s.outcome = 'failed' AND s.source = 'billing' AND r.closed_at IS NULL",
}  # fmt: skip
# Figures whose rows lie elsewhere than in a list of their own.
NO_LIST = {"unreadable": "SELECT count(*) FROM consents_inboundevent WHERE status = 'unreadable'"}


@pytest.fixture(scope="module")
def dina(django_db_setup: None, django_db_blocker: Any) -> Iterator[User]:
    with django_db_blocker.unblock(), world.there_is() as officer:
        yield officer


@pytest.fixture(scope="module")
def browser(dina: User) -> Client:
    client = Client()
    client.force_login(dina)
    return client


@pytest.fixture
def page(browser: Client) -> Page:
    return Page(browser, "/dashboard/")


@pytest.mark.parametrize("figure", COUNTED)
def test_it_is_counted_rightly_and_its_link_leads_to_as_many_rows(
    page: Page, browser: Client, figure: str
) -> None:
    counted = sql(COUNTED[figure])
    assert page.number(figure) == counted > 0
    assert rows_behind(browser, page.link(figure)) == counted


def test_what_has_no_list_of_its_own_is_counted_rightly(page: Page) -> None:
    for figure, query in NO_LIST.items():
        assert page.number(figure) == sql(query) > 0


def test_the_forecast_is_what_a_person_would_reckon(page: Page, browser: Client) -> None:
    """One by one, the first due first, as many a day as ended a day in four weeks."""
    ended, line = sql(COUNTED["ended"]), 0
    late = 0
    for due_on, is_paused in world_requests():
        line += not is_paused
        days = (due_on - TODAY).days + 1
        late += not is_paused and days > 0 and line > ended / 28 * days
    if ended < 20:
        assert "Not enough to go by" in page.text
    else:
        assert page.number("forecast") == late
        assert rows_behind(browser, page.link("forecast")) == late


def world_requests() -> list[tuple[Any, bool]]:
    from dsar.models import Pause, SubjectRequest

    paused = set(Pause.objects.filter(answered_at=None).values_list("request_id", flat=True))
    found = SubjectRequest.objects.open().order_by("due_on", "pk").values_list("due_on", "pk")
    return [(due_on, pk in paused) for due_on, pk in found]


def test_the_oldest_is_the_one_received_first(page: Page) -> None:
    days = sql(f"SELECT max('2026-06-15'::date - r.received_on) {R[15:]}{IS_OPEN}")
    assert page.text_of("oldest") == f"{days} days"


def test_how_people_stand_is_counted_by_person(page: Page) -> None:
    """Nobody has a standing choice in this world: all is undecided."""
    people = sql("SELECT count(*) FROM accounts_user WHERE role = 'customer'")
    assert page.number("undecided:ai-training") == people
    assert page.number("refused:ai-training") == 0


def test_canaries_of_the_day_are_counted_by_their_end(page: Page) -> None:
    ends = {
        outcome: sql(f"{COUNTED['canary-checks']} AND outcome = '{outcome}'")
        for outcome in ("held", "leaked", "unreachable")
    }
    said = "{held} held, {leaked} leaked, {unreachable} without an answer"
    assert said.format(**ends) in page.text


def test_the_series_in_time_leads_to_as_many_rows(page: Page, browser: Client) -> None:
    links = re.findall(r'<a href="([^"]+when=in-time[^"]+)">(\d+)</a>', page.text)
    assert links
    for link, figure in links:
        assert rows_behind(browser, html.unescape(link)) == int(figure)


def test_how_people_stand_leads_to_as_many_rows(dina: User, browser: Client) -> None:
    """Nobody has a standing choice in this world, so some are made for a moment."""
    with transaction.atomic():
        stand()
        rollups.touch_everything(rollups.ROLLUPS["standing"])
        rollups.refresh()
        found = Page(browser, "/dashboard/")
        figures = {}
        for kind in ("refused", "allowed", "undecided", "separately"):
            name = f"{kind}:ai-training"
            figures[kind] = found.number(name)
            assert rows_behind(browser, found.link(name)) == figures[kind], kind
        transaction.set_rollback(True)
    people = sql("SELECT count(*) FROM accounts_user WHERE role = 'customer' AND is_active")
    assert figures == {"refused": 3, "allowed": 2, "undecided": people - 5, "separately": 4}


def stand() -> None:
    """Let three refuse, two allow; four choices are about one document; staff do not count."""
    acts = ChoiceEvent.objects.filter(purpose__slug="ai-training", standing=None).order_by("pk")
    people = User.objects.filter(role="customer", is_active=True).order_by("pk")
    document = Document.objects.first()
    staff = User.objects.get(role="support")
    who = [*people[:5], *people[3:7], staff]
    about = [None] * 5 + [document] * 4 + [None]
    for number, (person, one, act) in enumerate(zip(who, about, acts[:10], strict=True)):
        Standing.objects.create(
            purpose=act.purpose, person=person, document=one, event=act, since=act.at,
            allowed=number in (3, 4),
        )  # fmt: skip


@pytest.mark.parametrize("query", ["", "?purpose=nothing&stand=undecided", "?stand=undecided"])
def test_a_list_of_how_people_stand_without_a_purpose_is_empty(browser: Client, query: str) -> None:
    assert "No such row" in browser.get(f"/dashboard/standing/{query}").text


def test_a_change_of_refusals_is_said_only_beyond_chance(page: Page) -> None:
    row = page.part('data-opt-outs="ai-training"', "</tr>")
    now, before = page.number("opt-outs:ai-training"), page.number("opt-outs-before:ai-training")
    assert ("Yes, more than chance" in row) == (
        now + before >= 20 and abs(now - before) > 2 * (now + before) ** 0.5
    )
    assert "Too few to tell" in page.part('data-opt-outs="marketing"', "</tr>")


def test_what_needs_a_decision_repeats_the_figures_and_leads_to_them(
    page: Page, browser: Client
) -> None:
    found = dict(re.findall(r'data-decision="([\w-]+)"><span class="value">(\d+)', page.text))
    assert int(found["late"]) == page.number("late")
    assert int(found["second"]) == 3
    assert int(found["mails"]) == page.number("failed-mails")
    assert int(found["evidence"]) == sql(
        "SELECT count(*) FROM (SELECT purpose_id FROM consents_evidence"
        " GROUP BY 1 HAVING max(expires_at) <= '2026-06-15T08:00Z') p"
    )
    assert "leak" not in found
    links = dict(re.findall(r'<a href="([^"#]+\?when=[^"]+)" data-decision="([\w-]+)"', page.text))
    assert links
    for link, code in links.items():
        assert rows_behind(browser, html.unescape(link)) == int(found[code]), code


def test_backups_are_said_never_to_be_recorded_and_then_when(page: Page, browser: Client) -> None:
    assert page.text.count("Never recorded.") == 2
    assert "manage.py record_backup" in page.text
    CareRecord.objects.create(kind="backup", succeeded=True, label="nightly", bytes=5)
    CareRecord.objects.create(kind="drill", succeeded=False)
    again = Page(browser, "/dashboard/")
    assert "Never recorded." not in again.text
    assert "nightly" in again.text
    assert again.number("backups") == 1


def test_it_is_all_in_french_too(browser: Client) -> None:
    answer = browser.get("/dashboard/", headers={"accept-language": "fr"})
    assert answer.status_code == 200
