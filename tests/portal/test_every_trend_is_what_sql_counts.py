"""Each figure of the page of trends equals a count written by hand, and leads to as many rows."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from dsar.models import SubjectRequest
from portal.dashboard.cards import rollups
from portal.dashboard.models import RequestTally, RollupState
from tests.portal import dashboard_world as world
from tests.portal.dashboard_world import sql
from tests.portal.figures import Page, rows_behind
from tests.portal.officers import (
    _second_factor_is_not_the_point_here as _second_factor_is_not_the_point_here,
)

pytestmark = pytest.mark.django_db
DAYS = ("2026-03-16", "2026-06-15")
BEFORE = ("2025-12-14", "2026-03-15")  # 92 days before these 92
PATH = f"/dashboard/trends/?since={DAYS[0]}&until={DAYS[1]}"
R = "FROM dsar_subjectrequest r WHERE r.regime LIKE %s AND "
CLOSED = "(r.closed_at AT TIME ZONE 'Europe/Paris')::date BETWEEN %s AND %s"
RECEIVED = "r.received_on BETWEEN %s AND %s"
C = """FROM consents_choiceevent c JOIN consents_purpose p ON p.id = c.purpose_id
    WHERE (c.at AT TIME ZONE 'Europe/Paris')::date BETWEEN %s AND %s"""
U = """FROM consents_use u JOIN consents_purposeversion v ON v.id = u.version_id
    WHERE (u.at AT TIME ZONE 'Europe/Paris')::date BETWEEN %s AND %s"""
G = """FROM consents_permitanswer a WHERE a.client <> 'regard-canaries'
    AND (a.at AT TIME ZONE 'Europe/Paris')::date BETWEEN %s AND %s"""
END = "CASE r.status WHEN 'answered' THEN r.outcome ELSE r.status END"
# trend: what to group by, and of what.
GROUPED = {
    "kind": ("r.kind", R + RECEIVED),
    "channel": ("r.channel", R + RECEIVED),
    "regime": ("r.regime", R + RECEIVED),
    "end": (END, R + CLOSED),
    "purpose": ("p.id::text", C),
    "act": ("c.act", C),
    "source": ("c.source", C),
    "uses": ("v.purpose_id::text", U),
    "gate-allowed": ("a.reason", G + " AND a.allowed"),
    "gate-denied": ("a.reason", G + " AND NOT a.allowed"),
}
# What the made-up world knows of all of BEFORE; it has choices and answers of later days only.
COMPARED = {"kind", "channel", "regime", "end", "uses"}
DECIDED = "r.status IN ('answered', 'refused') AND "
LATE = DECIDED + "(r.closed_at AT TIME ZONE 'Europe/Paris')::date > r.due_on AND "
FLOW = {
    "received": R + RECEIVED,
    "closed": R + CLOSED,
    "answered": R + "r.status = 'answered' AND " + CLOSED,
    "with-gaps": R + "r.outcome = 'with_gaps' AND " + CLOSED,
    "refused": R + "r.status = 'refused' AND " + CLOSED,
    "withdrawn": R + "r.status = 'withdrawn' AND " + CLOSED,
    "closed-late": R + LATE + CLOSED,
}


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
    return Page(browser, PATH)


def grouped(trend: str, days: tuple[str, str], regime: str = "%") -> dict[str, int]:
    by, of = GROUPED[trend]
    given = [regime, *days] if of.startswith(R) else days
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {by}, count(*) {of} GROUP BY 1", given)
        return dict(cursor.fetchall())


@pytest.mark.parametrize("trend", GROUPED)
def test_a_trend_counts_each_value_in_the_period_and_in_the_one_before(
    page: Page, browser: Client, trend: str
) -> None:
    now, before = grouped(trend, DAYS), grouped(trend, BEFORE)
    assert now
    for code in now | before:
        if trend in COMPARED:
            assert page.number(f"{trend}-before:{code}") == before.get(code, 0)
        elif code not in now:
            continue
        assert page.number(f"{trend}:{code}") == now.get(code, 0)
    most = max(now, key=now.__getitem__)
    assert rows_behind(browser, page.link(f"{trend}:{most}")) == now[most]
    if trend in COMPARED and before.get(most):
        assert rows_behind(browser, page.link(f"{trend}-before:{most}")) == before[most]


@pytest.mark.parametrize("trend", GROUPED)
def test_the_sum_of_a_trend_leads_to_as_many_rows(page: Page, browser: Client, trend: str) -> None:
    for days, name in ((DAYS, f"{trend}-all"), (BEFORE, f"{trend}-before-all")):
        if days == DAYS or trend in COMPARED:
            figure = page.number(name)
            assert figure == sum(grouped(trend, days).values())
            assert rows_behind(browser, page.link(name)) == figure


def test_the_sum_under_one_law_leads_to_the_rows_under_it(browser: Client) -> None:
    page = Page(browser, f"{PATH}&regime=ccpa")
    for trend in ("kind", "channel", "regime", "end"):
        figure = page.number(f"{trend}-all")
        assert figure == sum(grouped(trend, DAYS, "ccpa").values())
        assert rows_behind(browser, page.link(f"{trend}-all")) == figure


def test_what_is_not_known_whole_is_not_compared(page: Page, browser: Client) -> None:
    """A month of the period before is no period before: +700 % would say something false."""
    assert "Compared with 14 December 2025 to 15 March 2026." in page.text
    for trend in set(GROUPED) - COMPARED:
        card = page.part(f'data-trend="{trend}"', "</section>")
        assert "Before" not in card
        assert "Change" not in card
    year = Page(browser, "/dashboard/trends/?span=months")
    assert "requests are known only from" in year.text
    assert "Compared with" not in year.text
    assert "the period before" not in year.text
    assert not re.findall(r'data-figure="[^"]+-before:', year.text)


def test_the_first_screen_answers_and_the_rest_unfolds_without_a_script(page: Page) -> None:
    head = page.part('class="page-head"', "</header>")
    for words in ("requests</strong> came in.", "were closed,", "of them late.", "Half of the"):
        assert words in head
    for trend in GROUPED:
        card = page.part(f'data-trend="{trend}"', "</section>")
        assert card.index("Most of all:") < card.index("<details") < card.index("<table")


def test_a_day_that_has_just_begun_is_not_called_a_period_without_requests(
    browser: Client,
) -> None:
    today = browser.get("/dashboard/trends/?since=2026-06-15&until=2026-06-15").text
    assert "<strong>No request</strong> has come in today." in today
    assert "15 June 2026 to" not in today
    past = browser.get("/dashboard/trends/?since=2001-01-01&until=2001-01-02").text
    assert "<strong>No request</strong> came in." in past


@pytest.mark.parametrize("trend", GROUPED)
def test_each_step_of_a_chart_leads_to_its_rows_and_all_add_up(
    page: Page, browser: Client, trend: str
) -> None:
    card = page.part(f'data-trend="{trend}"', "</section>")
    cells = re.findall(r'<td class="num"><a href="([^"]+)">(\d+)</a>', card)
    assert sum(int(number) for _link, number in cells) == sum(grouped(trend, DAYS).values())
    for link, number in cells[:2]:
        assert rows_behind(browser, link.replace("&amp;", "&")) == int(number)


@pytest.mark.parametrize(
    ("query", "days", "more"),
    [("since=2026-05-01&until=2026-05-31", ("2026-04-01", "2026-04-30"), 1),
     ("since=2026-02-01&until=2026-02-28", ("2026-01-01", "2026-01-28"), 0),
     ("since=2026-03-01&until=2026-03-31", ("2026-02-01", "2026-02-28"), 3)],
)  # fmt: skip
def test_a_month_is_drawn_beside_one_of_other_length(
    browser: Client, query: str, days: tuple[str, str], more: int
) -> None:
    """What the month before did not have is no figure, and a day of it that is more, no row."""
    page = Page(browser, f"/dashboard/trends/?{query}")
    card = page.part('<caption class="visually-hidden">Requests received', "</table>")
    rows = re.findall(r'<td class="num">(.*?)</td><td class="num">(.*?)</td>', card)
    cells = [re.sub(r"<[^>]+>", "", before) for _now, before in rows]
    assert cells[len(cells) - more :] == ["–"] * more
    counted = [sql(f"SELECT count(*) {R}{RECEIVED}", "%", *days)]
    assert [sum(map(int, cells[: len(cells) - more]))] == counted


@pytest.mark.parametrize("figure", FLOW)
def test_what_came_in_and_left_is_counted_rightly(page: Page, browser: Client, figure: str) -> None:
    counted = sql(f"SELECT count(*) {FLOW[figure]}", "%", *DAYS)
    assert page.number(figure) == counted > 0
    assert rows_behind(browser, page.link(figure)) == counted


def test_of_one_law_only_its_requests_are_counted(browser: Client) -> None:
    page = Page(browser, f"{PATH}&regime=ccpa")
    for figure, of in FLOW.items():
        assert page.number(figure) == sql(f"SELECT count(*) {of}", "ccpa", *DAYS)
    for code, number in grouped("kind", DAYS, "ccpa").items():
        assert page.number(f"kind:{code}") == number
        assert rows_behind(browser, page.link(f"kind:{code}")) == number


def test_the_median_is_the_time_in_which_half_were_decided(page: Page) -> None:
    days = f"(r.closed_at AT TIME ZONE 'Europe/Paris')::date - r.received_on {R}{DECIDED}{CLOSED}"
    half = "SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY took) FROM"
    assert page.number("median") == sql(f"{half} (SELECT {days}) t(took)", "%", *DAYS)


def test_the_histogram_counts_days_and_marks_the_limit(page: Page, browser: Client) -> None:
    took = "(r.closed_at AT TIME ZONE 'Europe/Paris')::date - r.received_on"
    part = page.part('aria-labelledby="days"', "</section>")
    bars = re.findall(
        r'<th scope="row">([^<]+)</th>\s*<td class="num"><a href="([^"]+)">(\d+)', part
    )
    first_law = part[: part.index("</figure>")]
    assert "legal limit: 1 month" in first_law
    for label, link, number in bars[:6]:
        low, _dash, high = label.partition("–")
        asked = f"SELECT count(*) {R}{DECIDED}{CLOSED} AND {took} BETWEEN %s AND %s"
        assert int(number) == sql(asked, "gdpr", *DAYS, int(low), int(high or low))
        assert rows_behind(browser, link.replace("&amp;", "&")) == int(number)
    decided = sql(f"SELECT count(*) {R}{DECIDED}{CLOSED}", "gdpr", *DAYS)
    assert int(re.findall(r'data-figure="decided">(\d+)', part)[0]) == decided


def test_kept_figures_are_what_the_rows_say_and_a_difference_is_found(
    dina: User, capsys: Any
) -> None:
    call_command("rebuild_rollups", check=True)
    assert "Every kept figure is what the rows say." in capsys.readouterr().out
    RequestTally.objects.filter(measure="kind").order_by("pk")[0].delete()
    with pytest.raises(CommandError, match="1 kept figures differ"):
        call_command("rebuild_rollups", check=True)
    call_command("rebuild_rollups")
    call_command("rebuild_rollups", check=True)


def test_counting_twice_changes_nothing(dina: User) -> None:
    before = sorted(RequestTally.objects.values_list("day", "measure", "regime", "value", "number"))
    rollups.touch_everything(rollups.ROLLUPS["requests"])
    rollups.refresh()
    after = sorted(RequestTally.objects.values_list("day", "measure", "regime", "value", "number"))
    assert before == after


def test_a_request_that_changes_is_counted_anew_on_its_old_and_its_new_day(dina: User) -> None:
    """Closed again, opened again, of another law: each leaves figures that are right."""
    for change in (
        {"status": "review", "outcome": "", "closed_at": None},
        {"regime": "fadp"},
        {"status": "answered", "outcome": "partly", "closed_at": world.NOW},
        {"channel": "post"},
    ):
        one = SubjectRequest.objects.filter(status__in=["answered", "review"]).order_by("pk")[3]
        SubjectRequest.objects.filter(pk=one.pk).update(**change)
        rollups.refresh()
        assert not any(rollups.differences(one) for one in rollups.ROLLUPS.values())


def test_in_another_zone_every_day_is_counted_again(dina: User, settings: Any) -> None:
    RollupState.objects.filter(name="choices").update(zone="Pacific/Auckland")
    rollups.refresh()
    assert RollupState.objects.get(name="choices").zone == settings.TIME_ZONE
    assert not rollups.differences(rollups.ROLLUPS["choices"])


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("since=2026-06-02&until=2026-06-01", "lies after the last one"),
        ("since=0000-01-01", "This is no day of the calendar"),
        ("since=2026-02-30", "This is no day of the calendar"),
        ("until=soon%00", "This is no day of the calendar"),
        ("until=2026-06-16", "This day has not come yet"),
        ("until=9999-12-31", "This day has not come yet"),
        ("since=1971-01-01", "Choose a day from 1 January 2000 on"),
        ("since=2001-01-01", "Choose at most ten years at once"),
    ],
)
def test_days_that_cannot_be_are_refused_in_a_sentence_and_kept(
    browser: Client, query: str, said: str
) -> None:
    text = browser.get(f"/dashboard/trends/?{query}").text
    assert said in text
    typed = query.split("=")[1].split("&")[0].replace("%00", "")
    assert f'value="{typed}"' in text
    assert "data-figure" not in text


def test_what_is_said_of_such_days_is_said_in_french(browser: Client) -> None:
    browser.cookies["django_language"] = "fr"
    text = browser.get("/dashboard/trends/?since=2026-06-02&until=2026-06-01").text
    del browser.cookies["django_language"]
    assert "lies after" not in text


@pytest.mark.parametrize("span", ["month", "quarter", "last-quarter", "year", "months", "nonsense"])
def test_a_span_begins_and_ends_on_days_of_its_own(browser: Client, span: str) -> None:
    text = browser.get(f"/dashboard/trends/?span={span}").text
    first = {
        "month": "17 May 2026", "quarter": "1 April 2026", "last-quarter": "1 January 2026",
        "year": "1 January 2026",
    }.get(span, "16 June 2025")  # fmt: skip
    last = "31 March 2026" if span == "last-quarter" else "15 June 2026"
    assert f"{first} to {last}" in text


@pytest.mark.parametrize("path", ["/dashboard/", PATH, "/dashboard/trends/choices/"])
def test_the_page_costs_the_same_queries_however_much_there_is(browser: Client, path: str) -> None:
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as caught:
            assert browser.get(path).status_code == 200
        return len(caught)

    queries()
    found = [queries()]
    for number in (10, 1000):
        _more(number)
        rollups.refresh()
        found.append(queries())
    assert len(set(found)) == 1
    assert found[0] <= 40


def _more(number: int) -> None:
    person = User.objects.filter(role="customer").first()
    SubjectRequest.objects.bulk_create(
        SubjectRequest(
            kind="objection", person=person, language="en", country="FR", status="received",
            received_at=world.NOW, received_on=world.TODAY, due_on=world.TODAY,
            target_on=world.TODAY,
        )
        for _n in range(number)
    )  # fmt: skip


@pytest.mark.parametrize("role", ["customer", "support"])
@pytest.mark.parametrize(
    "path", ["/dashboard/", "/dashboard/trends/", *(f"/dashboard/trends/{one}/" for one in
             ("choices", "uses", "gate"))]
)  # fmt: skip
def test_to_anybody_else_none_of_it_exists(dina: User, role: str, path: str) -> None:
    client = Client()
    client.force_login(User.objects.filter(role=role).order_by("pk")[0])
    assert client.get(path).status_code == 404
