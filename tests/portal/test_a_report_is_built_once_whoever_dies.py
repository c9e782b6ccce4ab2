"""A report is built by a worker that may die at any moment, once, and stands as it was made."""

import hashlib
import json
import logging
import os
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.db import DatabaseError, connections, transaction
from django.test import override_settings
from django.utils import timezone
from django_q.models import OrmQ

from accounts.models import User
from portal.dashboard.models.reports import Report, ReportFile
from portal.dashboard.periods import month_of, year_of
from portal.dashboard.reports import building, comparing, files, tasks
from portal.dashboard.reports.building import STAGES, Asked
from tests.accounts import people
from tests.portal.reporting import OCTOBER, Reported
from tests.servers import Worker, subprocess_environment, wait_until

TODAY = date(2026, 1, 15)
ASKED = Asked(Report.Kind.MONTHLY, OCTOBER, "en")


@pytest.fixture(autouse=True)
def storage(tmp_path: Path) -> Iterator[Path]:
    """Files lie in a folder of the test's own."""
    here = {"BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path)}}  # fmt: skip
    from django.conf import settings

    with override_settings(STORAGES={**settings.STORAGES, "default": here}):
        yield tmp_path


@pytest.fixture
def worker(transactional_db: None, mailserver: Any, storage: Path) -> Iterator[Worker]:
    """The real worker, with the storage of the test."""
    running = Worker(subprocess_environment(FILES_DIR=str(storage)))
    running.start()
    yield running
    running.stop()


@pytest.fixture
def dina(db: None) -> User:
    return people.make("dina@regard.example", name="Dina", role="dpo", language="en")


def asked(by: User | None, what: Asked = ASKED) -> Report:
    return building.ask(what, by=by, today=TODAY)[0]


def built(by: User | None, what: Asked = ASKED) -> Report:
    report = asked(by, what)
    tasks.build(report.pk)
    return Report.objects.get(pk=report.pk)


@pytest.mark.django_db
def test_it_is_built_with_all_its_files_and_their_hashes(dina: User) -> None:
    report = built(dina)
    assert (report.state, report.stage, report.lease) == ("done", STAGES, None)
    assert report.keep_until == date(2031, 1, 15)
    assert set(report.files.values_list("format", flat=True)) == {"json", "csv", "xlsx", "pdf"}
    for file in report.files.all():
        with default_storage.open(file.stored) as stored:
            content = stored.read()
        assert hashlib.sha256(content).hexdigest() == file.sha256
        assert len(content) == file.size


@pytest.mark.django_db
def test_a_running_period_is_provisional(dina: User) -> None:
    this_year = Asked(Report.Kind.YEARLY, year_of(timezone.localdate().year), "en")
    assert built(dina, this_year).is_provisional
    assert not built(dina).is_provisional


@pytest.mark.django_db
def test_asked_for_twice_while_it_is_being_built_it_is_one(dina: User) -> None:
    first, is_new = building.ask(ASKED, by=dina, today=TODAY)
    second, is_new_again = building.ask(ASKED, by=dina, today=TODAY)
    assert (first, is_new, is_new_again) == (second, True, False)
    tasks.build(first.pk)
    assert building.ask(ASKED, by=dina, today=TODAY)[1], "a finished one is made anew"


@pytest.mark.django_db(transaction=True)
def test_two_jobs_at_once_make_one_report(dina: User) -> None:
    report = asked(dina)

    def job(_n: int) -> None:
        tasks.build(report.pk)
        connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(job, range(2)))
    report.refresh_from_db()
    assert (report.state, report.attempts) == ("done", 1)
    assert report.files.count() == len(building.FORMATS)


@pytest.mark.django_db
@pytest.mark.parametrize("stage", range(STAGES))
def test_a_report_whose_worker_died_goes_on_where_it_stopped(
    dina: User, stage: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Death at each stage: nothing is counted or written twice."""
    report = asked(dina)
    do: Callable[..., None] = building._do
    done: list[int] = []

    class Killed(BaseException):
        """What no handler takes: as if the process were gone."""

    def mortal(at: int, *rest: Any) -> None:
        if at == stage and stage not in done:
            done.append(at)
            raise Killed
        do(at, *rest)
        done.append(at)

    monkeypatch.setattr(building, "_do", mortal)
    with pytest.raises(Killed):
        tasks.build(report.pk)
    tasks.build(report.pk)
    report.refresh_from_db()
    assert (report.state, report.stage) == ("running", stage), "its lease is not over yet"
    Report.objects.filter(pk=report.pk).update(leased_until=timezone.now() - timedelta(seconds=1))
    OrmQ.objects.all().delete()
    tasks.sweep()
    assert OrmQ.objects.count() == 1
    tasks.build(report.pk)
    report.refresh_from_db()
    assert (report.state, report.attempts) == ("done", 2)
    assert sorted(done) == sorted([stage, *range(STAGES)]), "each other stage was done once"
    assert report.files.count() == len(building.FORMATS)


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_in_the_middle_is_made_up_for(worker: Worker, dina: User) -> None:
    """The real thing: a process is killed with -9 while it holds the report."""
    report = asked(dina)
    reader, writer = os.pipe()
    connections.close_all()  # each process opens its own: one that is shared, the child would end
    if (child := os.fork()) == 0:  # the worker that dies
        try:
            building._claim(report.pk)
            os.write(writer, b"held")
            signal.pause()
        finally:
            os._exit(1)
    os.close(writer)  # a child that fails says nothing, and is not waited for
    assert os.read(reader, 4) == b"held"
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    assert Report.objects.get(pk=report.pk).state == "running"
    Report.objects.filter(pk=report.pk).update(leased_until=timezone.now() - timedelta(seconds=1))
    tasks.sweep()
    wait_until(lambda: Report.objects.get(pk=report.pk).state == "done", seconds=60)


@pytest.mark.django_db
def test_a_worker_that_was_thought_dead_writes_nothing(
    dina: User, monkeypatch: pytest.MonkeyPatch, storage: Path
) -> None:
    report = asked(dina)
    write = building._write

    def slow(found: Report, *rest: Any) -> None:
        """Before it writes, somebody else takes the report up and finishes it."""
        monkeypatch.setattr(building, "_write", write)
        past = timezone.now() - timedelta(seconds=1)
        Report.objects.filter(pk=report.pk).update(leased_until=past)
        tasks.build(report.pk)
        write(found, *rest)

    monkeypatch.setattr(building, "_write", slow)
    tasks.build(report.pk)
    report.refresh_from_db()
    assert report.state == "done"
    named = {storage / file.stored for file in report.files.all()}
    assert {path for path in storage.rglob("*") if path.is_file()} == named


@pytest.mark.django_db
def test_a_storage_that_takes_nothing_is_a_cause_and_can_be_tried_again(
    dina: User, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    report = asked(dina)

    def full(*_args: Any) -> str:
        raise OSError("disk of /srv/secret is full")

    with monkeypatch.context() as patch, caplog.at_level(logging.ERROR):
        patch.setattr(default_storage, "save", full)
        tasks.build(report.pk)
    report.refresh_from_db()
    assert (report.state, report.cause, report.stage) == ("failed", "storage", 1)
    assert "/srv/secret" not in caplog.text
    building.retry(report)
    tasks.build(report.pk)
    report.refresh_from_db()
    assert (report.state, report.cause) == ("done", "")
    with pytest.raises(building.NotFailed):
        building.retry(report)


@pytest.mark.django_db
def test_after_too_many_deaths_it_has_failed(dina: User) -> None:
    report = asked(dina)
    building._claim(report.pk)
    past = timezone.now() - timedelta(seconds=1)
    Report.objects.filter(pk=report.pk).update(leased_until=past, attempts=building.MOST_ATTEMPTS)
    tasks.sweep()
    report.refresh_from_db()
    assert (report.state, report.cause) == ("failed", "interrupted")


@pytest.mark.django_db
def test_once_done_nothing_of_it_changes_until_its_time_is_over(dina: User) -> None:
    report = built(dina)
    for change in (
        lambda: Report.objects.filter(pk=report.pk).update(figures={}),
        lambda: report.files.update(sha256="0" * 64),
        lambda: Report.objects.filter(pk=report.pk).delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    tasks.clear_away()
    assert ReportFile.objects.filter(report=report).count() == len(building.FORMATS)


@pytest.mark.django_db
def test_when_its_time_is_over_it_goes_with_its_files(dina: User, storage: Path) -> None:
    report = asked(dina)
    Report.objects.filter(pk=report.pk).update(keep_until=date(2020, 1, 1))
    tasks.build(report.pk)
    names = [storage / file.stored for file in report.files.all()]
    for name in names:
        os.utime(name, (0, 0))
    tasks.clear_away()
    assert not Report.objects.exists()
    assert not [name for name in names if name.exists()]


@pytest.mark.django_db
def test_the_calendar_makes_each_report_once_and_tells_the_officers(dina: User) -> None:
    Reported()
    people.make("denis@regard.example", name="Denis", role="dpo", language="fr")
    for _n in range(3):
        tasks.by_the_calendar()
    made = Report.objects.order_by("kind", "language").values_list("kind", "language")
    assert list(made) == [(kind, lang) for kind in ("monthly", "yearly") for lang in ("en", "fr")]
    for report in Report.objects.all():
        tasks.build(report.pk)
        tasks.build(report.pk)
    assert len(people.mails("dina@regard.example")) == 2
    assert len(people.mails("denis@regard.example")) == 2
    told = "".join(one.text for one in people.mails("denis@regard.example"))
    for report in Report.objects.filter(language="fr"):
        assert told.count(f"/dashboard/reports/{report.uid}/") == 1
    tasks.by_the_calendar()
    assert Report.objects.count() == 4


@pytest.mark.django_db
def test_before_there_was_a_purpose_the_calendar_reports_nothing(dina: User) -> None:
    tasks.by_the_calendar()
    assert not Report.objects.exists()


@pytest.mark.django_db
def test_same_parameters_same_figures_and_what_moved_is_shown(dina: User) -> None:
    world = Reported()
    first, french = built(dina), built(dina, Asked(Report.Kind.MONTHLY, OCTOBER, "fr"))
    (found,) = comparing.others(first)
    assert found.is_same
    assert first.fingerprint == french.fingerprint
    world.request("access", "2025-10-30")
    later = built(dina)
    assert later.fingerprint != first.fingerprint
    compared = {one.other.pk: one for one in comparing.others(later)}
    moved = {(one.where, one.line): (one.then, one.now) for one in compared[first.pk].moved}
    by_kind = ("How many requests came in?: By what was asked", "Copy of my data, This period")
    assert moved[by_kind] == ("6", "7")
    first.refresh_from_db()
    assert files.make(first, "csv") == files.make(Report.objects.get(pk=first.pk), "csv")


@pytest.mark.django_db
def test_the_data_says_what_was_asked_and_names_nobody(dina: User) -> None:
    Reported()
    report = built(dina)
    found = json.loads(files.make(report, "json"))
    assert (found["first"], found["fingerprint"]) == ("2025-10-01", report.fingerprint)
    assert found["figures"]["now"]["received"]["total"] == 18
    for format in building.FORMATS[:2]:
        content = files.make(report, format).decode()
        assert "rosa@example.org" not in content
        assert "R-2025-0001-TEST" not in content


def test_a_month_ends_when_the_controllers_day_does() -> None:
    assert month_of(date(2025, 10, 9)).end.isoformat() == "2025-11-01T00:00:00+01:00"
    assert month_of(date(2025, 10, 9)).start.isoformat() == "2025-10-01T00:00:00+02:00"
