"""Two real connections at the same time: one document, each party once, nobody is turned away."""

import json
import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import Address
from consents.actions import envelopes, uses
from consents.actions.documents import Result, register_all
from consents.models import Document, InboundEvent, Party, System, TrainingRun, Use
from consents.reports import DocumentReport, PartyReport, UseReport
from tests.consents.envelopes import bare, completed
from tests.consents.worlds import make_document, make_purpose

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 5, 3, tzinfo=UTC)


def at_once(*works):
    """Run the functions in threads that start together; return results, raise errors."""
    barrier = threading.Barrier(len(works))
    results: list[Any] = [None] * len(works)

    def run(place, work):
        try:
            barrier.wait(120)
            results[place] = work()
        except Exception as error:  # noqa: BLE001 - raised again below, in the test's own thread
            results[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(place, work)) for place, work in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for result in results:
        if isinstance(result, Exception):
            raise result
    return results


def forget_months():
    """Drop the partitions, so that both have to make them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT inhrelid::regclass::text FROM pg_inherits"
            " WHERE inhparent = 'consents_use'::regclass"
            " AND inhrelid <> 'consents_use_default'::regclass"
        )
        for (name,) in cursor.fetchall():
            cursor.execute(f"DROP TABLE {name}")


def report(number, minute, title):
    parties = [
        PartyReport(Party.Role.SIGNER, f"signer{n}@courriel.example")
        for n in range(number, number + 3)
    ]
    return DocumentReport(
        f"doc-{number}", Document.Status.SENT, NOW + timedelta(minutes=minute), title=title,
        parties=(*parties, PartyReport(Party.Role.SIGNER, None, "Ben")),
    )  # fmt: skip


@pytest.mark.parametrize("turn", range(5))
def test_two_batches_in_opposite_order_do_not_block_each_other(turn):
    numbers = list(range(40))
    first = [report(n, 1, "first") for n in numbers]
    second = [report(n, 2, "second") for n in reversed(numbers)]
    outcomes = at_once(lambda: register_all(first), lambda: register_all(second))
    created = [one for batch in outcomes for one in batch if one.result == Result.CREATED]
    assert len(created) == Document.objects.count() == 40
    assert set(Document.objects.values_list("title", flat=True)) == {"second"}
    assert Party.objects.count() == 160
    assert Address.objects.count() == 42


def test_a_report_waits_for_one_that_is_not_committed_yet():
    started = threading.Event()

    def slow():
        with transaction.atomic():
            register_all([report(1, 1, "slow")])
            started.set()
            threading.Event().wait(0.5)

    def quick():
        started.wait(120)
        return register_all([report(1, 2, "quick")])[0].result

    _, result = at_once(slow, quick)
    assert result == Result.UPDATED
    assert Document.objects.get().title == "quick"


@pytest.mark.parametrize("turn", range(5))
def test_a_deletion_and_its_envelope_at_once_end_deleted(turn):
    gone = bare("envelope-deleted", "2026-10-15T00:00:00Z")
    works = [
        (lambda event=event: envelopes.receive(json.dumps(event).encode(), event))
        for event in (gone, completed(), completed(), gone)
    ]
    at_once(*works)
    assert list(Document.objects.values_list("status", flat=True)) == ["deleted", "deleted"]
    assert not InboundEvent.objects.filter(status__in=envelopes.OPEN).exists()
    assert Party.objects.count() == 8


@pytest.mark.parametrize("turn", range(4))
def test_the_same_uses_at_once_are_recorded_once(turn):
    forget_months()
    make_purpose("ai-training")
    System.objects.create(slug="trainer", name="Trainer")
    make_document("doc-1")
    now = timezone.now()
    Document.objects.update(completed_at=now - timedelta(days=200))
    reports = [
        UseReport("doc-1", "ai-training", now - timedelta(days=n), "trainer", f"run-{n % 3}")
        for n in range(1, 150)
    ]
    one, two = at_once(lambda: uses.record(reports), lambda: uses.record(reports[::-1]))
    assert one.recorded + two.recorded == Use.objects.count() == 149
    assert one.duplicate + two.duplicate == 149
    assert not one.faults
    assert not two.faults
    assert TrainingRun.objects.count() == 3
