"""kill -9 of the real worker, at every kind of step: nothing is lost, no effect comes twice."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
from django.db import connection, transaction

from accounts.models import User
from dsar import actions, tasks
from dsar.actions import steps
from dsar.models import ErasureItem, Package, Step, SubjectRequest
from dsar.sources.base import registered
from tests.dsar.worlds import Ask, make_life, unpack
from tests.servers import MailServer, Worker, subprocess_environment, wait_until

pytestmark = pytest.mark.django_db(transaction=True)
SOURCE = "tests.dsar.slow_source.SlowSource"
LEASE = 2
NO_REQUEST = "SELECT 1 FROM dsar_subjectrequest FOR UPDATE"
NO_PACKAGE = "LOCK TABLE dsar_package IN EXCLUSIVE MODE"
NO_CERTIFICATE = "LOCK TABLE dsar_certificate IN EXCLUSIVE MODE"


@pytest.fixture
def gates(tmp_path_factory: Any, monkeypatch: Any) -> Path:
    """The directory through which the test stops the slow source."""
    path: Path = tmp_path_factory.mktemp("gates")
    monkeypatch.setenv("DSAR_GATES", str(path))
    return path


@pytest.fixture
def worker(
    transactional_db: None, mailserver: Any, settings: Any, files: Path, gates: Path
) -> Iterator[Worker]:
    """The real worker, with the slow source, a short lease, and the test's file storage."""
    settings.STEP_LEASE_SECONDS = LEASE
    settings.DSAR_SOURCES = [*settings.DSAR_SOURCES, SOURCE]
    registered.cache_clear()
    running = Worker(
        subprocess_environment(
            EXTRA_SOURCES=SOURCE, STEP_LEASE_SECONDS=str(LEASE), FILES_DIR=str(files)
        )
    )
    running.start()
    yield running
    running.stop()
    registered.cache_clear()


def until_closed(request: SubjectRequest, status: str = "answered") -> SubjectRequest:
    """Do what the schedule does each minute, more often, until the request is there."""

    def there() -> bool:
        request.refresh_from_db()
        return request.status == status

    wait_until(swept(there))
    return request


def swept(condition: Callable[[], bool]) -> Callable[[], bool]:
    """Return the condition, asked after a sweep."""

    def ask() -> bool:
        tasks.sweep()
        return condition()

    return ask


@contextmanager
def held_back(lock: str) -> Iterator[None]:
    """Hold a lock: a worker does its work and cannot record it."""
    locked, release = Event(), Event()

    def hold() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(lock)
            locked.set()
            release.wait()
        connection.close()

    thread = Thread(target=hold)
    thread.start()
    locked.wait()
    try:
        yield
    finally:
        release.set()
        thread.join()


def _waiting_for_a_lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND wait_event_type = 'Lock'"
        )
        return bool(cursor.fetchone()[0])


def kill_at_gate(worker: Worker, gates: Path, name: str) -> None:
    """Let the worker come to a gate, kill it there, open the gate and start another."""
    wait_until(swept((gates / f"{name}.reached").exists))
    worker.kill9()
    (gates / f"{name}.shut").unlink()
    worker.start()


def kill_before_record(worker: Worker, lock: str) -> None:
    """Kill the worker when it has done its work and waits to write that down; start another."""
    with held_back(lock):
        wait_until(swept(_waiting_for_a_lock))
        worker.kill9()
    worker.start()


def finished_once(request: SubjectRequest) -> None:
    """Assert that each step has one end, and each is on the timeline once."""
    steps = list(request.steps.all())
    assert {step.status for step in steps} == {"finished"}
    ends = request.events.filter(code="step_finished")
    seen = Counter((event.data["kind"], event.data["source"]) for event in ends)
    assert seen == Counter((step.kind, step.source) for step in steps)
    assert request.events.filter(code="answered").count() == 1


def test_a_copy_is_made_once(
    worker: Worker,
    gates: Path,
    mailserver: MailServer,
    alice: User,
    bob: User,
    open_request: Ask,
    files: Path,
) -> None:
    make_life(alice, bob)
    (gates / "collect.shut").touch()
    request = open_request()
    kill_at_gate(worker, gates, "collect")  # in the middle of reading a source
    kill_before_record(worker, NO_PACKAGE)  # the file is stored, no row names it

    until_closed(request)
    assert request.outcome == "fulfilled"
    finished_once(request)
    package = Package.objects.get()
    assert request.events.filter(code="packaged").count() == 1
    assert b"three" in unpack(request).read("data/things.csv")
    assert request.steps.get(kind="package").attempts > 1
    wait_until(lambda: len(mailserver.to("alice@example.org")) >= 2)
    subjects = [mail["Subject"] for mail in mailserver.to("alice@example.org")]
    assert sorted(subjects) == sorted(set(subjects))
    assert sum("is ready" in subject for subject in subjects) == 1
    # What the dead workers left behind is noise without a key, and is swept up.
    stored = set(files.glob("packages/*/*"))
    assert files / package.name in stored


def test_a_search_whose_end_was_not_recorded_is_done_again(
    worker: Worker, gates: Path, alice: User, bob: User, open_request: Ask
) -> None:
    make_life(alice, bob)
    (gates / "collect.shut").touch()
    request = open_request()
    wait_until((gates / "collect.reached").exists)
    with held_back(NO_REQUEST):
        (gates / "collect.open").touch()
        wait_until(_waiting_for_a_lock)
        worker.kill9()
    worker.start()
    until_closed(request)
    assert request.outcome == "fulfilled"
    finished_once(request)
    assert request.steps.get(source="slow").attempts > 1


def test_each_thing_is_erased_once_and_the_person_hears_of_it_once(
    worker: Worker,
    gates: Path,
    mailserver: MailServer,
    alice: User,
    bob: User,
    sam: User,
    open_request: Ask,
) -> None:
    make_life(alice, bob)
    (gates / "plan.shut").touch()
    (gates / "erase.shut").touch()
    (gates / "prove.shut").touch()
    request = open_request("erasure")
    kill_at_gate(worker, gates, "plan")
    until_closed(request, "review")
    assert request.items.filter(source="slow").count() == 3

    actions.approve(request, by=sam)
    kill_at_gate(worker, gates, "erase")  # inside the transaction of the second thing
    kill_at_gate(worker, gates, "prove")
    kill_before_record(worker, NO_CERTIFICATE)

    until_closed(request)
    assert request.outcome == "fulfilled"
    finished_once(request)
    assert not ErasureItem.objects.filter(request=request, proven_at=None).exists()
    for code in ("item_erased", "item_proven"):
        seen = Counter(e.data["item"] for e in request.events.filter(code=code))
        assert set(seen.values()) == {1}
        assert len(seen) == request.items.count()
    # The thing at which the worker died was begun twice; those done before it were not.
    begun = Counter((gates / "erased.log").read_text().split())
    assert begun == {"one": 1, "two": 2, "three": 1}
    alice.refresh_from_db()
    assert alice.erased_at is not None
    wait_until(lambda: any("erased" in m["Subject"] for m in mailserver.messages))
    told = [m for m in mailserver.messages if "Your data is erased" in m["Subject"]]
    assert len(told) == 1


def test_a_broken_step_does_not_hold_up_other_requests(
    worker: Worker, gates: Path, alice: User, bob: User, open_request: Ask
) -> None:
    (gates / "collect.shut").touch()
    slow = open_request()
    wait_until((gates / "collect.reached").exists)
    Step.objects.filter(request=slow, source="slow").update(attempts=steps.MOST_ATTEMPTS - 1)
    worker.kill9()
    worker.start()
    wait_until(swept(slow.steps.filter(outcome="failed").exists))
    (gates / "collect.shut").unlink()
    (gates / "collect.open").touch()
    other = open_request(person=bob, by=bob)
    until_closed(other)
    until_closed(slow, "review")
    assert slow.steps.get(outcome="failed").cause == "lost"
