"""§ 7102: each number equals a table that was made by hand, and the lines add up."""

from statistics import mean, median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.dashboard.models.reports import Report
from portal.dashboard.reports import metrics
from portal.dashboard.reports.metrics import Part, Type
from tests.portal.reporting import NOW, Reported, at

ALL, CCPA, US = Report.Scope.ALL, Report.Scope.CCPA, Report.Scope.US

# By hand, from the requests in tests/portal/reporting.py that California's law answers. Days are
# calendar days from receipt: erasure 27, 28 and 2, correction 1, portability 2, access 2 and 18
# (refused) and 17 (unidentified). Of the refusals of AI training one waits for a silent system.
BY_HAND = {
    Type.DELETE: {Part.COMPLIED: 2, Part.EXEMPT: 1, Part.ENDED: 1},
    Type.CORRECT: {Part.COMPLIED: 1},
    Type.KNOW: {Part.COMPLIED: 1, Part.UNVERIFIABLE: 2, Part.OTHER: 1},
    Type.OPT_OUT: {Part.COMPLIED: 3, Part.OPEN: 2},
    Type.LIMIT: {},
}
DAYS = {
    Type.DELETE: [27, 28, 2],
    Type.CORRECT: [1],
    Type.KNOW: [2, 2, 18, 17],
    Type.OPT_OUT: [0, 0, 0],
    Type.LIMIT: [],
}


@pytest.mark.django_db
def test_every_number_of_california_is_that_of_the_table() -> None:
    Reported()
    found = metrics.gather(2025, CCPA, NOW)
    assert [line.type for line in found.lines] == list(Type)
    for line in found.lines:
        expected = BY_HAND[Type(line.type)]
        assert line.parts == {part: expected.get(part, 0) for part in Part}, line.type
        assert line.received == sum(expected.values())
        days = DAYS[Type(line.type)]
        assert line.median_days == (median(days) if days else None)
        assert line.mean_days == (round(mean(days), 1) if days else None)
    assert found.set_aside == 1, "what was no request is in no line"


@pytest.mark.django_db
def test_a_wider_scope_adds_who_lives_elsewhere() -> None:
    Reported()
    limit = {scope: metrics.gather(2025, scope, NOW).lines[4].received for scope in (CCPA, US, ALL)}
    assert limit == {CCPA: 0, US: 1, ALL: 1}
    everybody = metrics.gather(2025, ALL, NOW)
    know = next(line for line in everybody.lines if line.type == Type.KNOW)
    assert (know.received, know.complied, know.denied) == (8, 5, 3)


@pytest.mark.django_db
def test_the_past_is_counted_as_it_stood() -> None:
    Reported()
    found = metrics.gather(2025, CCPA, at("2025-10-13", 0))
    delete = found.lines[0]
    assert delete.parts == {**dict.fromkeys(Part, 0), Part.OPEN: 3}
    assert metrics.gather(2024, CCPA, NOW).lines[0].received == 0


@given(st.lists(st.integers(0, 400), max_size=60))
def test_the_median_is_that_of_the_single_days(days: list[int]) -> None:
    counted = {day: days.count(day) for day in days}
    assert metrics.median(counted) == (median(days) if days else None)
