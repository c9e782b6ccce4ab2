"""Invariants 8 and 9 where something changes in the middle: a hold, the settings, a second try."""

import json
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone
from sqlalchemy.dialects import mysql, sqlite

from accounts.models import User
from dsar import actions, answers, rules, rules_desk
from dsar.actions import approvals, grace, outside, owners, resolving
from dsar.grounds import Cause, RefusalGround
from dsar.models import Approval, OutsideTask
from dsar.models.requests import Kind
from dsar.sources import base
from dsar.sources.base import SourceError
from dsar.sources.portal import OrganisationSource
from dsar.states import IllegalMove, Outcome
from tests.dsar.outside_worlds import describe
from tests.dsar.worlds import Ask, make_document, work

pytestmark = pytest.mark.django_db
OWNER = """
owner: archive@example.org
what_to_do: {en: Look into the blue folders., fr: Voir les classeurs bleus.}
"""


def broken(*_args: Any) -> Any:
    raise SourceError(Cause.UNAVAILABLE, final=True)


def hold(person: User, by: User) -> Any:
    review = timezone.localdate() + timedelta(days=90)
    return actions.place_hold(person, by=by, reason="a dispute", review_on=review)


@pytest.fixture
def paper(settings: Any, tmp_path: Any) -> Any:
    settings.STEP_BACKOFF_SECONDS = [0]
    yield describe(settings, tmp_path / "sources", "human", OWNER, slug="paper")
    base.registered.cache_clear()


def answer(task: OutsideTask, **given: Any) -> None:
    body = owners._body(task, given)
    raw = json.dumps(body).encode()
    outside.accept(task, raw, answers.parse(raw, action=task.action, id=str(task.uid)))


def test_nobody_outside_is_asked_to_erase_what_a_hold_keeps(
    paper: Any, open_request: Ask, sam: User, dina: User, alice: User, settings: Any
) -> None:
    settings.ERASURE_GRACE_HOURS = 24
    request = actions.approve(work(open_request("erasure")), by=sam)
    hold(alice, dina)
    grace.do_not_wait(request, by=alice)
    request = work(request)
    item = request.items.get()
    assert (item.decision, item.sentence) == ("restrict", "held")
    assert request.status == "preparing"  # the owner is asked to lock it away
    answer(OutsideTask.objects.get(step__request=request), outcome="restricted")
    request = work(request)
    item.refresh_from_db()
    assert (request.status, item.sentence, item.decision) == ("answered", "held", "restrict")
    assert owners.ask_about_ends(item.until or timezone.localdate()) == 0


def test_a_hold_reaches_who_was_asked_to_erase_and_what_went_is_not_called_kept(
    paper: Any, open_request: Ask, sam: User, dina: User, alice: User, settings: Any
) -> None:
    settings.ERASURE_GRACE_HOURS = 0
    request = work(actions.approve(work(open_request("erasure")), by=sam))
    task = OutsideTask.objects.get(step__request=request)
    hold(alice, dina)
    assert request.items.get().sentence == "held"
    answer(task, outcome="erased")  # the page was open, or it was done already
    request = work(request)
    item = request.items.get()
    assert (item.decision, item.sentence) == ("erase", "elsewhere_erased")


def test_an_owner_is_asked_to_end_nothing_under_a_hold_and_anew_after_silence(
    paper: Any, open_request: Ask, sam: User, dina: User, alice: User, settings: Any
) -> None:
    settings.ERASURE_GRACE_HOURS = 0
    request = work(actions.approve(work(open_request("erasure")), by=sam))
    day = timezone.localdate() + timedelta(days=9)
    kept = {"outcome": "kept", "ground": "legal_claims", "until": day}
    answer(OutsideTask.objects.get(step__request=request), **kept)
    assert work(request).status == "answered"
    placed = hold(alice, dina)
    assert owners.ask_about_ends(day) == 0
    actions.lift_hold(placed, by=dina)
    assert owners.ask_about_ends(day) == 1
    first = OutsideTask.objects.get(item__request=request)
    with time_machine.travel(first.due_at + timedelta(days=2), tick=False):
        assert owners.ask_about_ends(timezone.localdate()) == 1
    assert OutsideTask.objects.get(item__request=request).uid != first.uid


def test_a_source_taken_out_of_the_settings_is_a_gap(
    open_request: Ask, sam: User, alice: User, settings: Any
) -> None:
    settings.STEP_BACKOFF_SECONDS, settings.ERASURE_GRACE_HOURS = [0], 0
    make_document("own", alice, status="draft", completed_at=None)
    request = work(open_request("erasure"))
    paths = [path for path in settings.DSAR_SOURCES if "DocumentSource" not in path]
    assert len(paths) == len(settings.DSAR_SOURCES) - 1
    settings.DSAR_SOURCES = paths
    base.registered.cache_clear()
    try:
        request = work(actions.approve(request, by=sam))
    finally:
        base.registered.cache_clear()
    assert request.status == "review"
    assert request.steps.get(kind="erase", source="documents").cause == "not_configured"


def test_a_copy_under_way_takes_in_no_further_source(
    open_request: Ask, sam: User, monkeypatch: Any
) -> None:
    monkeypatch.setattr(OrganisationSource, "collect", broken)
    request = work(open_request())
    actions.approve(request, by=sam, accept_gaps=True)
    gap = request.steps.get(kind="collect", outcome="failed")
    with pytest.raises(IllegalMove):
        actions.retry(gap, by=sam)
    assert work(request).outcome == "with_gaps"


def test_a_gap_of_an_answered_copy_is_not_filled_without_a_new_copy(
    open_request: Ask, sam: User, alice: User, monkeypatch: Any
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(OrganisationSource, "collect", broken)
        request = work(open_request())
        request = work(actions.approve(request, by=sam, accept_gaps=True))
    actions.write_message(request, by=alice, text="And the rest?")
    with pytest.raises(IllegalMove):
        actions.retry(request.steps.get(outcome="failed"), by=sam)
    request.refresh_from_db()
    old = request.package.pk
    request = work(actions.search_again(request, by=sam))
    assert request.outcome == "fulfilled"
    assert type(request).objects.get(pk=request.pk).package.pk != old


@pytest.mark.parametrize("kind", ["access", "erasure"])
def test_what_was_refused_is_not_called_done_in_words(
    kind: str, open_request: Ask, sam: User, alice: User
) -> None:
    request = open_request(kind)
    actions.refuse(request, by=sam, ground=RefusalGround.EXCESSIVE, evidence="The tenth.")
    actions.write_message(request, by=alice, text="It is the first.")
    with pytest.raises(resolving.WrongOutcome):
        resolving.resolve(request, by=sam, outcome=Outcome.FULFILLED, text="Done.")


def test_a_copy_asked_for_in_the_time_to_take_back_comes_first(
    open_request: Ask, sam: User, alice: User, settings: Any
) -> None:
    settings.ERASURE_GRACE_HOURS = 24
    make_document("own", alice, status="draft", completed_at=None)
    request = actions.approve(work(open_request("erasure")), by=sam)
    copy = open_request("access")
    request = grace.do_not_wait(request, by=alice)
    assert (request.status, request.items.filter(done_at__isnull=False).exists()) == (
        "review",
        False,
    )
    assert work(copy).status == "answered"
    actions.approve(request, by=sam)
    assert work(grace.do_not_wait(request, by=alice)).status == "answered"


def test_who_decided_the_first_request_is_no_second_person_for_its_appeal(
    open_request: Ask, sam: User, dina: User, alice: User, two_persons: None
) -> None:
    first = open_request()
    asked = approvals.ask(
        first, "refuse", by=sam, ground=RefusalGround.EXCESSIVE, evidence="The tenth."
    )
    approvals.agree(asked, by=dina)
    appeal = actions.open_request(Kind.APPEAL, person=alice, by=alice, language="en", parent=first)
    second = Approval(request=appeal, act="refuse", asked_by=sam)
    with pytest.raises(rules.SameHand):
        rules_desk.may_decide(second, dina)


def test_a_letter_with_an_accent_is_another_persons_address() -> None:
    from sqlalchemy import column

    from dsar.sources.sql.selecting import lowered

    found = lowered(column("email")).in_(["jose@example.org"])
    assert str(found.compile(dialect=mysql.dialect())).startswith(
        "CAST(CONVERT(lower(email) USING utf8mb4) AS BINARY) IN "
    )
    assert str(found.compile(dialect=sqlite.dialect())).startswith("lower(email) IN ")
