"""What everybody may read: switched on by the office, suppressed, and no subtraction helps."""

import csv
import io
import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from portal.dashboard.models.reports import PublicYear
from portal.dashboard.reports import metrics, publishing, tasks
from portal.dashboard.reports.metrics import DENIED, RESPONDED, Line, Part, Type
from portal.dashboard.reports.suppression import FEWEST, PublicLine, Sum, hidden, suppress, total
from tests.accounts import people
from tests.portal.reporting import NOW, Reported

PAGE = "/transparency/"


def line_of(counts: dict[Part, list[int]]) -> Line:
    """Return a line of these days by part; what is not answered has none."""
    parts = {part.value: len(counts.get(part, [])) for part in Part}
    days = {
        part.value: {str(day): counts[part].count(day) for day in counts[part]}
        for part in RESPONDED
        if counts.get(part)
    }
    return Line(Type.KNOW, parts, days)


def shown(line: PublicLine) -> tuple[Any, ...]:
    """Return everything that a reader can see of a line."""
    return (line.parts, line.received, line.complied, line.denied, line.median_days)


days = st.lists(st.integers(0, 90), max_size=12)
lines = st.fixed_dictionaries(dict.fromkeys(Part, days))
few = st.lists(st.integers(0, 90), min_size=1, max_size=FEWEST - 1)


@given(lines, st.data())
def test_a_hidden_figure_may_be_any_from_one_to_four(
    counts: dict[Part, list[int]], data: st.DataObject
) -> None:
    """Whatever the hidden ones are, and however long they took, the reader sees the same."""
    others = {
        part: data.draw(few) if 0 < len(found) < FEWEST else found for part, found in counts.items()
    }
    assert shown(suppress(line_of(counts))) == shown(suppress(line_of(others)))


@given(lines)
def test_what_is_shown_is_true(counts: dict[Part, list[int]]) -> None:
    line = line_of(counts)
    found = suppress(line)
    for part, value in found.parts.items():
        assert value == line.parts[part] or (value is None and 0 < line.parts[part] < FEWEST)
    for said, true in ((found.received, line.received), (found.denied, line.denied)):
        if said.value is None:
            assert 0 < true < FEWEST
        elif said.at_least:
            assert said.value <= true
        else:
            assert said.value == true


@given(lines, lines)
def test_two_versions_differ_by_many_or_not_at_all(
    before: dict[Part, list[int]], after: dict[Part, list[int]]
) -> None:
    first = suppress(line_of(before))
    second = suppress(line_of(after), first)
    for part in Part:
        old, new = first.parts[part], second.parts[part]
        if old and new and old != new:
            assert abs(old - new) >= FEWEST


@given(st.lists(st.integers(0, 20), min_size=1, max_size=6))
def test_a_sum_says_no_more_than_its_parts(values: list[int]) -> None:
    said, true = total([hidden(value) for value in values]), sum(values)
    if any(0 < value < FEWEST for value in values):
        assert said.at_least or said.value is None
    else:
        assert said == Sum(true)


def test_examples() -> None:
    assert hidden(0) == 0
    assert [hidden(n) for n in (1, 4)] == [None, None]
    assert hidden(5) == 5
    assert total([10, None]) == Sum(11, at_least=True)
    assert total([None]) == total([None, 0]) == Sum(None)
    assert {*DENIED} < {*RESPONDED} < {*Part}


@pytest.fixture
def switched_on(db: None, settings: Any) -> None:
    settings.TRANSPARENCY_PAGE = True
    Reported()
    publishing.publish(NOW)


@pytest.mark.django_db
def test_switched_off_there_is_no_such_page(client: Client) -> None:
    Reported()
    tasks.publish()
    assert not PublicYear.objects.exists()
    for page in (PAGE, f"{PAGE}2025/", f"{PAGE}2025/figures.csv", f"{PAGE}2025/figures.json"):
        assert client.get(page).status_code == 404
    assert PAGE not in client.get("/help/").content.decode()


def test_anybody_reads_it_and_may_keep_it(switched_on: None, client: Client) -> None:
    answer = client.get(PAGE)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "max-age=3600" in answer.headers["Cache-Control"]
    assert "fewer than 5" in page
    assert f'href="{PAGE}2025/"' in page
    assert PAGE in client.get("/help/").content.decode()
    french = client.get(PAGE, headers={"accept-language": "fr"}).content.decode()
    assert 'lang="fr"' in french
    assert "rosa@example.org" not in page


def test_whoever_is_signed_in_keeps_no_page(switched_on: None, client: Client) -> None:
    people.sign_in(client, people.make("ada@example.org"))
    assert "no-store" in client.get(PAGE).headers["Cache-Control"]


def test_it_costs_no_count_however_much_there_is(
    switched_on: None, client: Client, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(4):
        client.get(PAGE)


def test_the_data_says_the_same_as_the_page(switched_on: None, client: Client) -> None:
    found = client.get(f"{PAGE}2025/figures.json")
    body = json.loads(found.content)
    assert "public" in found.headers["Cache-Control"]
    delete = next(one for one in body["requests"] if one["type"] == "delete")
    assert (delete["received"], delete["complied"], delete["open"]) == (">=3", "<5", 0)
    text = client.get(f"{PAGE}2025/figures.csv").content.decode("utf-8-sig")
    rows = {row[1]: row for row in csv.reader(io.StringIO(text))}
    assert rows["Requests to delete"][2] == ">=3"
    assert client.get(f"{PAGE}1999/").status_code == 404
    assert client.get(f"{PAGE}1999/figures.json").status_code == 404


def test_a_year_that_is_over_is_counted_once_more_and_stands(switched_on: None) -> None:
    year = PublicYear.objects.get(year=2025)
    assert (year.until, year.is_final) == (date(2026, 1, 1), False)
    assert not PublicYear.objects.filter(year=2026).exists(), "no month of it is over"
    publishing.publish(NOW.replace(month=2, day=3))
    year.refresh_from_db()
    assert (year.until, year.is_final) == (date(2026, 2, 1), True)
    counted = year.counted_at
    publishing.publish(NOW.replace(month=3, day=3))
    year.refresh_from_db()
    assert year.counted_at == counted
    assert PublicYear.objects.get(year=2026).until == date(2026, 3, 1)


@pytest.mark.django_db
def test_before_the_first_count_the_page_says_so(client: Client, settings: Any) -> None:
    settings.TRANSPARENCY_PAGE = True
    assert "being counted" in client.get(PAGE).content.decode()


@pytest.mark.parametrize(("later", "said"), [(11, 9), (14, 14)])
def test_the_last_count_of_a_year_moves_by_five_or_not_at_all(
    later: int, said: int, switched_on: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted = 9
    real = metrics.gather

    def gather(*asked: Any) -> Any:
        return replace(real(*asked), lines=[line_of({Part.COMPLIED: [3] * counted})])

    monkeypatch.setattr(metrics, "gather", gather)
    PublicYear.objects.all().delete()
    publishing.publish(NOW)
    counted = later
    publishing.publish(NOW.replace(month=2, day=3))
    year = PublicYear.objects.get(year=2025)
    assert year.is_final
    assert year.figures["lines"][0]["parts"][Part.COMPLIED] == said
