"""Every figure of a report equals another count of the same tables, or one made by hand."""

from collections.abc import Iterator
from datetime import date
from statistics import mean, median

import pytest
from django.db import transaction

from consents.models import ChoiceEvent, PermitAnswer
from dsar.models import SubjectRequest
from portal.dashboard.periods import Period, month_of, year_of
from portal.dashboard.reports import counting, counting_requests
from portal.dashboard.reports.figures import Figures, Part, dumped, loaded
from portal.dashboard.reports.sections.keeping import broken
from tests.portal.reporting import NOW, OCTOBER, Reported, whole

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def figures(django_db_setup: None, django_db_blocker: object) -> Iterator[Figures]:
    """The figures of October, of a world that is built once and taken back."""
    with django_db_blocker.unblock(), transaction.atomic():  # type: ignore[attr-defined]
        Reported()
        yield counting.gather(OCTOBER, NOW)
        transaction.set_rollback(True)


@pytest.fixture
def october(figures: Figures) -> Part:
    return figures.now


def test_received(october: Part) -> None:
    inside = SubjectRequest.objects.filter(
        received_on__year=2025, received_on__month=10
    ).values_list("kind", "regime", "channel")
    assert october.received.total == len(inside) == 18
    for place, found in enumerate(
        (october.received.by_kind, october.received.by_regime, october.received.by_channel)
    ):
        column = [row[place] for row in inside]
        assert found == {name: column.count(name) for name in set(column)}
    assert october.received.by_month == {"2025-10": 18}


def test_ends_and_days(october: Part) -> None:
    first, last = whole(OCTOBER)
    ended = [r for r in SubjectRequest.objects.all() if r.closed_at and first <= r.closed_at < last]
    days = [
        (r.closed_at - r.received_at).total_seconds() / 86400
        for r in ended
        if r.status == "answered" and r.closed_at
    ]
    found = october.answered
    assert sum(found.by_status.values()) == len(ended)
    assert found.by_status == {
        "answered": len(days), "refused": 3, "spam": 1, "unidentified": 1, "withdrawn": 1,
    }  # fmt: skip
    assert found.median_days == round(median(days), 1)
    assert found.mean_days == round(mean(days), 1)
    assert found.slowest_days == round(max(days), 1)
    assert median(days) < (found.ninetieth_days or 0) < max(days)
    assert found.by_outcome == {
        "confirmed": 1, "fulfilled": 6, "nothing_found": 1, "partly": 1, "with_gaps": 1,
    }  # fmt: skip
    assert sum(found.refused_by_ground.values()) == 3
    assert found.appeals_by_outcome == {"confirmed": 1, "fulfilled": 1}


def test_late_is_after_the_legal_day(october: Part) -> None:
    found = october.answered
    assert (found.late, found.decided, found.in_time) == (1, 13, 12)
    (access,) = [one for one in found.by_kind if one.kind == "access"]
    assert (access.answered, access.refused, access.late) == (4, 2, 1)
    assert sum(one.answered + one.refused for one in found.by_kind) == found.decided


def test_what_was_open_at_the_last_midnight(october: Part) -> None:
    assert october.standing.open == 5, "one was answered in November"
    assert october.standing.late == 1
    assert october.standing.extended == 1
    assert october.standing.paused == 1
    assert october.standing.oldest == "2025-09-05"


def test_choices(october: Part) -> None:
    first, last = whole(OCTOBER)
    events = ChoiceEvent.objects.filter(at__gte=first, at__lt=last)
    assert sum(line.times for line in october.choices) == events.count() == 5
    found = {(one.purpose, one.act, one.source): one.times for one in october.choices}
    assert found == {
        ("ai-training", "consent_given", "portal"): 1,
        ("ai-training", "consent_refused", "gpc"): 3,
        ("analytics", "objection_lodged", "portal"): 1,
    }


def test_how_soon_refusals_were_obeyed(october: Part) -> None:
    found = october.obeyed
    assert (found.told, found.applied) == (3, 2)
    assert (found.median_seconds, found.worst_seconds) == ((120 + 5000) // 2, 5000)
    fast, slow = found.systems
    assert (fast.told, fast.applied, fast.late, fast.unacknowledged) == (3, 3, 0, 0)
    assert (slow.told, slow.applied, slow.late, slow.unacknowledged) == (3, 2, 1, 1)
    assert (fast.median_seconds, fast.worst_seconds) == (60, 90)


def test_the_gate_and_its_checks(october: Part) -> None:
    first, last = whole(OCTOBER)
    asked = PermitAnswer.objects.filter(at__gte=first, at__lt=last)
    assert october.gate.allowed == asked.filter(allowed=True).count() == 2
    assert october.gate.denied == asked.filter(allowed=False).count() == 5
    assert (october.gate.bulk_asked, october.gate.bulk_allowed) == (900, 40)
    found = october.canaries
    assert (found.held, found.leaked, found.unreachable) == (2, 1, 1)


def test_changes_and_erasures(october: Part) -> None:
    (change,) = october.changes
    assert (change.purpose, change.number, change.widens) == ("analytics", 2, True)
    lines = {(one.decision, one.items, one.amount, one.proven) for one in october.erasures.lines}
    assert lines == {("erase", 2, 3, 1), ("keep", 1, 3, 1), ("anonymise", 1, 4, 1)}
    assert october.erasures.unproven == 1


def test_every_broken_rule_is_said(october: Part) -> None:
    assert broken(october) == {
        "late": 1, "open_late": 1, "unconfirmed": 1, "leaked": 1, "applied_late": 1,
        "unapplied": 1, "unproven": 1, "short_notice": 0,
    }  # fmt: skip


def test_the_period_before_is_counted_the_same_way(figures: Figures) -> None:
    assert figures.before.received.total == 3
    assert sum(line.times for line in figures.before.choices) == 1


def test_a_year_is_the_sum_of_its_months(october: Part) -> None:
    year = counting.part(year_of(2025), NOW)
    months = [counting_requests.received(month_of(date(2025, n, 1))).total for n in range(1, 13)]
    assert year.received.total == sum(months) == 21
    assert year.received.by_month == {"2025-09": 3, "2025-10": 18}


def test_figures_survive_their_storage(figures: Figures) -> None:
    assert loaded(Figures, dumped(figures)) == figures


@pytest.mark.parametrize(
    ("period", "before"),
    [
        (month_of(date(2026, 3, 9)), month_of(date(2026, 2, 1))),
        (month_of(date(2026, 1, 1)), month_of(date(2025, 12, 1))),
        (year_of(2026), year_of(2025)),
        (Period(date(2026, 4, 1), date(2026, 6, 30)), Period(date(2026, 1, 1), date(2026, 3, 31))),
        (Period(date(2026, 3, 10), date(2026, 3, 12)), Period(date(2026, 3, 7), date(2026, 3, 9))),
    ],
)
def test_the_period_before_is_as_long_and_ends_the_day_before(
    period: Period, before: Period
) -> None:
    assert period.before == before
