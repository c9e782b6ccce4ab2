"""A stricter law or a corrected day: whoever drafts and whoever agrees read what would be late."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.changes import actions as changes
from accounts.changes.kinds import KINDS
from accounts.changes.office import OfficeKind
from accounts.models import User
from dsar import foreseen
from dsar.actions import clock
from dsar.foreseen import Recount
from dsar.models import Pause, SubjectRequest
from portal.lib.office import store
from tests.accounts import people
from tests.dsar.worlds import Ask
from tests.portal.officers import (
    _second_factor_is_not_the_point_here as _second_factor_is_not_the_point_here,
)
from tests.portal.officers import dina as dina
from tests.portal.officers import dora as dora

pytestmark = pytest.mark.django_db
GDPR = "/dashboard/settings/regime/gdpr/"
NOON = datetime(2026, 5, 12, 12, tzinfo=ZoneInfo("Europe/Paris"))


def typed(**changed: Any) -> dict[str, Any]:
    kind = KINDS["regime"]
    assert isinstance(kind, OfficeKind)
    return kind.typed("gdpr", kind.now("gdpr")) | changed


def kept(**changed: Any) -> Any:
    kind = KINDS["regime"]
    assert isinstance(kind, OfficeKind)
    value, problems = kind.read("gdpr", typed(**changed))
    assert not problems
    return value


def asked_on(request: SubjectRequest, day: date) -> SubjectRequest:
    """Let it have been received on a day, its dates as the law gives them."""
    SubjectRequest.objects.filter(pk=request.pk).update(received_on=day)
    clock.recount_open()
    request.refresh_from_db()
    return request


@pytest.fixture
def requests(open_request: Ask, time_machine: Any) -> list[SubjectRequest]:
    """One received twenty days ago, one yesterday, on a day in May of 2026."""
    time_machine.move_to(NOON, tick=False)
    return [
        asked_on(open_request(), NOON.date() - timedelta(days=20)),
        asked_on(open_request("portability"), NOON.date() - timedelta(days=1)),
    ]


def test_both_read_it_on_every_page_of_the_draft(
    requests: list[SubjectRequest], dina: User, dora: User
) -> None:
    draft = {"typed": typed(answer="10", answer_unit="days", target="9", target_unit="days")}
    change = changes.draft("regime", "gdpr", draft, by=dina)
    said = "2 open requests are counted anew. 2 get another day. 1 is late at once."
    for person in (dina, dora):
        client = Client()
        client.force_login(person)
        for path in (GDPR, f"/dashboard/approvals/{change.uid}/"):
            assert said in client.get(path).text


def test_what_is_foreseen_is_what_happens(
    requests: list[SubjectRequest], dina: User, dora: User
) -> None:
    value = kept(answer="10", answer_unit="days", target="9", target_unit="days")
    found = foreseen.recount("regime:gdpr", value, regime="gdpr")
    assert found == Recount(open=2, moved=2, late=1)
    assert store.current("regime:gdpr") is None, "nothing was written"
    change = changes.draft("regime", "gdpr", {
        "typed": typed(answer="10", answer_unit="days", target="9", target_unit="days")
    }, by=dina)  # fmt: skip
    changes.propose(change, by=dina)
    assert clock.recount_for_law() == found.moved
    late = [one.is_late(NOON.date()) for one in SubjectRequest.objects.order_by("pk")]
    assert late.count(True) == found.late


def test_what_is_late_already_is_not_counted_as_late_by_it(
    requests: list[SubjectRequest], time_machine: Any
) -> None:
    time_machine.move_to(NOON + timedelta(days=40), tick=False)
    value = kept(answer="10", answer_unit="days", target="9", target_unit="days")
    assert foreseen.recount("regime:gdpr", value, regime="gdpr").late == 0


def test_a_clock_that_stands_still_is_counted_with_its_pause(
    requests: list[SubjectRequest],
) -> None:
    Pause.objects.create(
        request=requests[0], reason="which_data", stops_clock=True,
        asked_at=NOON - timedelta(days=12),
    )  # fmt: skip
    value = kept(answer="10", answer_unit="days", target="9", target_unit="days")
    assert foreseen.recount("regime:gdpr", value, regime="gdpr").late == 0


def test_a_day_of_the_calendar_is_foreseen_too(requests: list[SubjectRequest], dina: User) -> None:
    due = requests[1].due_on
    draft = {"typed": {"is_closed": "yes", "name": "Fair"}}
    change = changes.draft("calendar", f"FR-{due.isoformat()}", draft, by=dina)
    client = Client()
    client.force_login(dina)
    page = client.get(f"/dashboard/approvals/{change.uid}/").text
    assert "2 open requests are counted anew. 1 gets another day." in page
    assert "late at once" not in page


def test_people_who_would_have_less_than_now_are_named(
    requests: list[SubjectRequest], dina: User, dora: User
) -> None:
    stricter = {"typed": typed(answer="10", answer_unit="days", target="9", target_unit="days")}
    change = changes.draft("regime", "gdpr", stricter, by=dina)
    changes.propose(change, by=dina)
    change = changes.draft("regime", "gdpr", {"reset": True}, by=dina)
    client = Client()
    client.force_login(dora)
    page = client.get(GDPR).text
    assert "People have less than now: Time to answer" in page


def test_many_that_are_alike_cost_no_more_questions(
    requests: list[SubjectRequest], open_request: Ask
) -> None:
    value = kept(answer="10", answer_unit="days", target="9", target_unit="days")
    with CaptureQueriesContext(connection) as few:
        foreseen.recount("regime:gdpr", value, regime="gdpr")
    for n in range(5):
        somebody = people.make(f"somebody-{n}@example.org")
        open_request(person=somebody, by=somebody)
    with CaptureQueriesContext(connection) as many:
        foreseen.recount("regime:gdpr", value, regime="gdpr")
    assert len(many) == len(few)
