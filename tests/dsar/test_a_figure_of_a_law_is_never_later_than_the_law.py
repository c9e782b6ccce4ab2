"""The office may be stricter than a law; it follows a looser one only where the change is shown."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from accounts.changes import actions as changes
from accounts.changes.models import Change
from accounts.models import User
from dsar import deadlines, figures
from dsar.actions import clock
from dsar.changes.regimes import RegimeKind
from dsar.reckoning import why_this_date
from dsar.regimes import REGIMES, RegimeCode, Term
from portal.lib.models import OutgoingMail
from portal.lib.office import store
from tests.accounts import people
from tests.dsar.worlds import Ask

KIND = RegimeKind()
GDPR = REGIMES[RegimeCode.GDPR]
LAW = {
    "law_source": "Regulation (EU) 2026/9999, article 3",
    "law_url": "https://eur-lex.europa.eu/eli/reg/2026/9999/oj",
    "law_from": "2026-06-01",
}


def typed(code: str = "gdpr", **more: str) -> dict[str, Any]:
    """Return the form of a law as shipped, with some fields as given."""
    return KIND.typed(code, KIND.first(code)) | more


def agreed(dina: User, code: str = "gdpr", **more: str) -> Change:
    """Publish figures; in these tests the office wants no second person."""
    change = changes.draft("regime", code, {"typed": typed(code, **more)}, by=dina)
    return changes.propose(change, by=dina)


def refused(code: str = "gdpr", **more: str) -> set[str]:
    """Return the fields at which something is wrong."""
    return set(KIND.read(code, typed(code, **more))[1])


terms = st.builds(Term, months=st.integers(0, 4)) | st.builds(Term, days=st.integers(0, 130))


@given(one=terms, other=terms, start=st.dates(date(2020, 1, 1), date(2060, 1, 1)))
def test_what_is_found_to_be_never_later_is_not_later_on_any_day(
    one: Term, other: Term, start: date
) -> None:
    if figures.never_later(one, other):
        assert one.after(start) <= other.after(start)


@pytest.mark.django_db
@given(
    answer=st.integers(0, 70),
    extension=st.integers(0, 130),
    start=st.dates(date(2020, 1, 1), date(2060, 1, 1)),
)
def test_no_figures_that_are_accepted_answer_later_than_the_law(
    answer: int, extension: int, start: date
) -> None:
    given_ = {"answer": str(answer), "answer_unit": "days"}
    given_ |= {"extension": str(extension), "extension_unit": "days"}
    value, _problems = KIND.read("gdpr", typed(**given_))
    if value is None:
        return
    ours = figures.with_figures(GDPR, figures.terms(value["figures"]))
    for extended in (False, True):
        theirs = deadlines.answer_by(start, GDPR, extended=extended)
        assert deadlines.answer_by(start, ours, extended=extended) <= theirs


@pytest.mark.django_db
def test_thirty_days_are_longer_than_a_month_in_february() -> None:
    assert refused(answer="30", answer_unit="days") == {"answer"}
    assert refused(answer="28", answer_unit="days") == set()
    assert refused(answer="2") == {"answer"}
    # 28 days and two months: together later than three months, from some days on.
    assert refused(answer="28", answer_unit="days", extension="62", extension_unit="days") == {
        "extension"
    }
    assert refused(appeal_within="5") == {"appeal_within"}
    assert refused(keep_proof="61") == {"keep_proof"}
    assert refused(keep_proof="23") == {"keep_proof"}
    assert refused(answer="0") == {"answer"}
    assert refused(answer="x", target="٢") == {"answer", "target"}
    assert refused(answer_unit="working_days") == {"answer_unit"}
    assert refused("ccpa", opt_out="16") == {"opt_out"}
    assert refused("ccpa", opt_out="14") == set()


@pytest.mark.django_db
def test_a_change_of_the_law_is_shown_whole_or_not_at_all(time_machine: Any) -> None:
    time_machine.move_to("2026-06-01 09:00+02:00")
    assert refused(answer="2", law_source="Somebody said so") == {"law_url", "law_from"}
    assert refused(answer="2", **LAW | {"law_from": "next year"}) == {"law_from"}
    assert refused(answer="2", **LAW | {"law_url": "javascript:alert(1)"}) == {"law_url"}
    assert refused(answer="2", **LAW) == set()


@pytest.mark.django_db
def test_what_leaves_people_with_less_counts_from_a_day_that_has_not_passed(
    time_machine: Any,
) -> None:
    """Nobody who has asked already is answered later, whatever source is named."""
    time_machine.move_to("2026-06-02 00:30+02:00")
    assert refused(answer="2", **LAW) == {"law_from"}
    assert refused(answer="2", **LAW | {"law_from": "2026-06-02"}) == set()
    # What is better for people may count from any day.
    assert refused(answer="21", answer_unit="days", **LAW) == set()


@pytest.mark.django_db
def test_a_stricter_figure_moves_open_requests_and_says_why(
    open_request: Ask, dina: User, time_machine: Any
) -> None:
    time_machine.move_to("2026-03-02 12:00:00+01:00")
    request = open_request()
    assert request.due_on == date(2026, 4, 2)
    assert agreed(dina, answer="21", answer_unit="days").status == "applied"
    assert clock.recount_for_law() == 1
    request.refresh_from_db()
    assert request.due_on == date(2026, 3, 23)
    assert request.events.get(code="due_moved").data["because"] == "law"
    assert not OutgoingMail.objects.filter(template="dsar/due_moved").exists()  # earlier: no mail
    why = " ".join(why_this_date(request))
    assert "The law would give one month. We take 21 days at the most" in why
    # Back to the law as shipped: later, so the person is told.
    changes.propose(changes.draft("regime", "gdpr", {"reset": True}, by=dina), by=dina)
    assert clock.recount_for_law() == 1
    request.refresh_from_db()
    assert request.due_on == date(2026, 4, 2)
    assert (
        "time that the law gives has changed"
        in OutgoingMail.objects.get(template="dsar/due_moved").text
    )


@pytest.mark.django_db
def test_a_new_law_counts_for_what_comes_in_from_its_day_on(
    open_request: Ask, dina: User, alice: User, time_machine: Any
) -> None:
    time_machine.move_to("2026-05-04 12:00:00+02:00")
    request = open_request()
    assert agreed(dina, answer="2", **LAW).status == "applied"
    assert clock.recount_for_law() == 0  # received before: the law of then
    assert request.law.answer == Term(months=1)
    assert figures.in_force("gdpr", date(2026, 5, 31)).answer == Term(months=1)
    assert figures.in_force("gdpr", date(2026, 6, 1)).answer == Term(months=2)
    request.received_on = date(2026, 6, 1)
    why = " ".join(why_this_date(request, date(2026, 6, 2)))
    assert "(Regulation (EU) 2026/9999, article 3). It gives 2 months" in why
    # What was received before keeps the strictest of what it had.
    assert agreed_value()["before"]["answer"] == {"months": 1, "days": 0, "working_days": 0}


def agreed_value() -> Any:
    """Return what holds of the GDPR."""
    version = store.current("regime:gdpr")
    assert version
    return version.value


@pytest.mark.django_db
def test_the_second_person_is_told_what_to_read(
    open_request: Ask, dina: User, settings: Any
) -> None:
    open_request()
    settings.MIDDLEWARE = [one for one in settings.MIDDLEWARE if "SecondFactor" not in one]
    law = LAW | {"law_from": timezone.localdate().isoformat()}
    changes.draft("regime", "gdpr", {"typed": typed(answer="2", **law)}, by=dina)
    client = Client()
    client.force_login(people.make("dora@regard.example", role="dpo"))
    page = client.get("/dashboard/settings/regime/gdpr/").text
    # What it would do to open requests is counted, and not only that they are counted anew.
    assert "1 open request is counted anew. " in page
    assert "It is later than the law as shipped: read its source." in page
    assert "https://eur-lex.europa.eu/eli/reg/2026/9999/oj" in page


@pytest.mark.django_db
@pytest.mark.parametrize("code", list(RegimeCode))
def test_each_law_can_be_typed_back_as_it_is(code: str) -> None:
    value, problems = KIND.read(code, typed(code))
    assert (value, problems) == (KIND.first(code), {})
    assert (
        figures.with_figures(REGIMES[RegimeCode(code)], figures.terms(value["figures"]))
        == REGIMES[RegimeCode(code)]
    )
    eve = date(2026, 1, 1) - timedelta(days=1)
    assert figures.in_force(code, eve) is REGIMES[RegimeCode(code)]
