"""Two connections: a refusal before the moment of closing is heard, a later one comes after it."""

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection, connections, transaction

from consents.actions import closing, runs, uses
from consents.actions.closing import Busy, Refused, manifest_hash
from consents.models import ChoiceEvent, System, TrainingRun, Use
from tests.consents.worlds import World

pytestmark = pytest.mark.django_db(transaction=True)
DOCUMENTS = ["org:members", "org:shared", "private"]


@pytest.fixture
def world() -> World:
    world = World()
    for person in world.people:
        world.allow(person)
    return world


@pytest.fixture
def run(world: World) -> TrainingRun:
    system = System.objects.create(slug="pipeline", name="Pipeline")
    run, _new = runs.start("run", model="M", system=system, started_at=None, client="c")
    runs.propose(run, DOCUMENTS, client="c", tell=lambda _gone: None)
    return run


class Elsewhere:
    """Something done on another connection; ``result`` waits for it."""

    def __init__(self, act: Callable[[], object]) -> None:
        self.error: BaseException | None = None
        self._act = act
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        try:
            self._act()
        except Exception as error:  # noqa: BLE001 - told to the test
            self.error = error
        finally:
            connections.close_all()

    @property
    def runs(self) -> bool:
        return self._thread.is_alive()

    def result(self) -> BaseException | None:
        self._thread.join(120)
        return self.error


def close(run: TrainingRun) -> TrainingRun:
    return closing.close(run, manifest_sha256=manifest_hash(DOCUMENTS), client="c")


@pytest.fixture
def half_refused(world: World) -> Iterator[Callable[[], None]]:
    """A refusal that is written and not committed; calling it commits."""
    written, may_end = threading.Event(), threading.Event()

    def refuse() -> None:
        with transaction.atomic():
            world.refuse(world.dan)
            written.set()
            may_end.wait(120)

    other = Elsewhere(refuse)
    assert written.wait(120)

    def commit() -> None:
        may_end.set()
        assert other.result() is None

    yield commit
    commit()


def test_a_refusal_that_is_still_being_written_is_waited_for(
    run: TrainingRun, half_refused: Callable[[], None]
) -> None:
    closes = Elsewhere(lambda: close(run))
    time.sleep(0.3)
    assert closes.runs
    half_refused()
    assert isinstance(closes.result(), Refused)
    assert not Use.objects.exists()
    assert [one.reference for one in runs.exclusions(run)] == ["private"]


def test_a_refusal_that_does_not_end_keeps_the_run_open(
    run: TrainingRun, half_refused: Callable[[], None], monkeypatch: Any
) -> None:
    monkeypatch.setattr(closing, "PATIENCE", 0.1)
    with pytest.raises(Busy):
        close(run)
    assert not Use.objects.exists()


def test_refusals_at_the_time_of_closing_are_heard_or_come_after_the_use(
    world: World, run: TrainingRun
) -> None:
    start = threading.Barrier(2)

    def refuse() -> None:
        start.wait(120)
        world.refuse(world.dan)

    def end() -> None:
        start.wait(120)
        close(run)

    refuses, closes = Elsewhere(refuse), Elsewhere(end)
    assert refuses.result() is None
    refused_at = ChoiceEvent.objects.get(act="consent_withdrawn").at
    if isinstance(closes.result(), Refused):
        assert not Use.objects.exists()
    else:
        assert closes.error is None
        assert Use.objects.get(document__reference="private").at <= refused_at


def test_closing_holds_no_refusal_up(world: World, run: TrainingRun) -> None:
    with transaction.atomic():
        TrainingRun.objects.select_for_update(no_key=True).get(pk=run.pk)
        refuses = Elsewhere(lambda: world.refuse(world.dan))
        assert refuses.result() is None


def test_two_who_close_at_once_record_it_once(run: TrainingRun) -> None:
    start = threading.Barrier(2)

    def end() -> None:
        start.wait(120)
        close(run)

    both = [Elsewhere(end), Elsewhere(end)]
    assert [one.result() for one in both] == [None, None]
    assert Use.objects.count() == 3


def test_what_fails_in_the_middle_leaves_nothing(run: TrainingRun, monkeypatch: Any) -> None:
    record = uses.record

    def fail(reports: Any) -> Any:
        record(reports)
        raise RuntimeError

    monkeypatch.setattr(uses, "record", fail)
    with pytest.raises(RuntimeError):
        close(run)
    monkeypatch.undo()
    assert not Use.objects.exists()
    run.refresh_from_db()
    assert run.closed_at is None
    assert close(run).closed_at
    assert connection.in_atomic_block is False
