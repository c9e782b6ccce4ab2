"""Invariant 8: no request is fulfilled while a source was skipped or failed."""

import logging
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone

from accounts.models import User
from dsar import actions, rules, tasks
from dsar.actions import steps
from dsar.grounds import Cause
from dsar.models import Step
from dsar.sources.base import Declined, SourceError
from dsar.sources.portal import MailSource, OrganisationSource
from portal.lib.models import OutgoingMail
from tests.dsar.worlds import Ask, make_life, unpack, work

pytestmark = pytest.mark.django_db


def break_it(monkeypatch: Any, error: Any, source: Any = OrganisationSource) -> Any:
    def broken(self: Any, person: User) -> Any:
        raise error

    monkeypatch.setattr(source, "collect", broken)


def test_it_is_tried_again_later_and_nothing_else_waits_for_it(
    monkeypatch: Any, open_request: Ask, settings: Any
) -> None:
    settings.STEP_BACKOFF_SECONDS = [60, 120]
    break_it(monkeypatch, SourceError(Cause.UNAVAILABLE))
    before = timezone.now()
    request = work(open_request())
    assert request.status == "searching"
    broken = request.steps.get(source="organisations")
    assert (broken.status, broken.cause, broken.next_action) == ("waiting", "unavailable", "wait")
    again = broken.waits_until()
    assert again is not None
    assert again > before + timedelta(seconds=50)
    others = request.steps.exclude(pk=broken.pk)
    assert set(others.values_list("status", flat=True)) == {"finished"}


def test_after_the_last_attempt_a_person_looks_at_it(
    monkeypatch: Any, open_request: Ask, settings: Any, sam: User
) -> None:
    settings.STEP_BACKOFF_SECONDS = [0]
    break_it(monkeypatch, SourceError(Cause.REFUSED))
    request = work(open_request())
    assert request.status == "review"
    failed = request.steps.get(outcome="failed")
    assert (failed.cause, failed.next_action, failed.failures) == ("refused", "check_access", 2)
    assert not hasattr(request, "package")
    with pytest.raises(rules.HasGaps):
        actions.approve(request, by=sam)


def test_what_goes_out_without_it_says_so_everywhere(
    monkeypatch: Any, open_request: Ask, settings: Any, sam: User, alice: User, bob: User
) -> None:
    settings.STEP_BACKOFF_SECONDS = []
    make_life(alice, bob)
    break_it(monkeypatch, SourceError(Cause.UNAVAILABLE))
    request = work(actions.approve(work(open_request()), by=sam, accept_gaps=True))
    assert (request.status, request.outcome) == ("answered", "with_gaps")
    assert request.events.get(code="answered").data["gaps"] == ["organisations"]
    page = unpack(request).read("index.html").decode()
    assert "“Your organisations” could not be searched" in page
    assert "could not be searched" in OutgoingMail.objects.get(template="dsar/ready").text


def test_a_source_asked_again_closes_its_gap(
    monkeypatch: Any, open_request: Ask, settings: Any, sam: User
) -> None:
    settings.STEP_BACKOFF_SECONDS = []
    with monkeypatch.context() as patch:
        break_it(patch, SourceError(Cause.UNAVAILABLE))
        request = work(open_request())
    actions.retry(request.steps.get(outcome="failed"), by=sam)
    request = work(request)
    assert (request.status, request.outcome) == ("answered", "fulfilled")


def test_only_what_failed_is_asked_again(open_request: Ask, sam: User) -> None:
    request = open_request("erasure")
    work(request)
    with pytest.raises(rules.NothingToRetry):
        actions.retry(request.steps.all()[0], by=sam)


def test_a_source_that_declines_is_a_gap_too(
    monkeypatch: Any, open_request: Ask, sam: User
) -> None:
    break_it(monkeypatch, Declined())
    request = work(open_request())
    assert request.status == "review"
    assert request.steps.get(source="organisations").outcome == "exception"
    assert work(actions.approve(request, by=sam, accept_gaps=True)).outcome == "with_gaps"


def test_a_file_the_storage_lost_is_named_and_the_rest_is_given(
    open_request: Ask, sam: User, alice: User, bob: User
) -> None:
    documents = make_life(alice, bob)
    lost = documents["own"].file
    lost.storage.delete(str(lost.name))
    request = work(open_request())
    step = request.steps.get(source="documents")
    assert (request.status, step.outcome, step.cause) == ("review", "exception", "file_missing")
    answered = work(actions.approve(request, by=sam, accept_gaps=True))
    assert answered.outcome == "with_gaps"
    copy = unpack(answered)
    assert "files of “Your documents” could not be found" in copy.read("index.html").decode()
    assert copy.read("data/documents.json").count(b'"files"') == len(documents) - 1


def test_a_file_put_back_closes_the_gap(
    open_request: Ask, sam: User, alice: User, bob: User
) -> None:
    lost = make_life(alice, bob)["own"].file
    lost.storage.delete(str(lost.name))
    request = work(open_request())
    lost.storage.save(str(lost.name), ContentFile(b"found again"))
    actions.retry(request.steps.get(source="documents"), by=sam)
    assert work(request).outcome == "fulfilled"


def test_a_source_that_is_taken_out_of_the_settings_is_not_skipped(
    monkeypatch: Any, open_request: Ask, settings: Any
) -> None:
    settings.STEP_BACKOFF_SECONDS = []
    request = open_request()
    Step.objects.filter(source="organisations").update(source="an-old-archive")
    request = work(request)
    assert request.status == "review"
    failed = request.steps.get(source="an-old-archive")
    assert (failed.cause, failed.next_action) == ("not_configured", "configure")


def test_an_error_nobody_foresaw_is_one_step_and_repeats_nobodys_data(
    monkeypatch: Any, open_request: Ask, settings: Any, caplog: Any
) -> None:
    settings.STEP_BACKOFF_SECONDS = []
    break_it(monkeypatch, ZeroDivisionError("alice@example.org"), MailSource)
    with caplog.at_level(logging.WARNING):
        request = work(open_request())
    assert request.steps.get(outcome="failed").cause == "unexpected"
    assert "ZeroDivisionError" in caplog.text
    assert "alice" not in caplog.text


def test_the_answer_itself_cannot_be_a_gap(
    monkeypatch: Any, open_request: Ask, settings: Any, sam: User
) -> None:
    settings.STEP_BACKOFF_SECONDS = []
    with monkeypatch.context() as patch:
        patch.setitem(tasks.WORK, "package", lambda held: 1 / 0)
        request = work(open_request())
    assert request.status == "review"
    with pytest.raises(rules.HasGaps):
        actions.approve(request, by=sam, accept_gaps=True)
    actions.retry(request.steps.get(kind="package"), by=sam)
    assert work(request).outcome == "fulfilled"


def test_a_step_at_which_every_worker_dies_is_given_up(open_request: Ask) -> None:
    request = open_request()
    step = request.steps.get(source="organisations")
    past = timezone.now() - timedelta(hours=1)
    Step.objects.filter(pk=step.pk).update(attempts=steps.MOST_ATTEMPTS, queued_at=past)
    steps.sweep()
    step.refresh_from_db()
    assert (step.outcome, step.cause) == ("failed", "lost")
    assert work(request).status == "review"


def test_the_operator_can_have_every_copy_looked_at(
    open_request: Ask, settings: Any, sam: User
) -> None:
    settings.REVIEW_EVERY_COPY = True
    request = work(open_request())
    assert request.status == "review"
    assert work(actions.approve(request, by=sam)).outcome == "fulfilled"
