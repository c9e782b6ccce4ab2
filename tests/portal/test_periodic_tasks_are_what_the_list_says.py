"""The scheduler's rows are made from ``portal/schedules.py``, and from nothing else."""

import pytest
from croniter import croniter
from django.core.management import call_command
from django.utils import timezone
from django.utils.module_loading import import_string
from django_q.models import OrmQ, Schedule

from consents.models import RetentionRun
from consents.register.jobs import JOBS
from portal import schedules, tasks
from portal.lib import mail
from portal.lib.models import OutgoingMail

pytestmark = pytest.mark.django_db


def test_rows_follow_the_list_and_strangers_are_removed() -> None:
    Schedule.objects.create(name="forgotten", func="portal.tasks.beat", schedule_type="D")
    call_command("sync_schedules", verbosity=0)
    call_command("sync_schedules", verbosity=0)
    rows = {row.name: (row.func, row.args, row.cron) for row in Schedule.objects.all()}
    assert rows == {task.name: (task.func, task.args, task.cron) for task in schedules.PERIODIC}


def test_health_is_known_soon_after_the_start() -> None:
    call_command("sync_schedules", verbosity=0)
    assert OrmQ.objects.get().func() == "portal.tasks.beat"


def test_every_task_is_due_at_once_also_the_first_time() -> None:
    call_command("sync_schedules", verbosity=0)
    assert not Schedule.objects.filter(next_run__gt=timezone.now()).exists()


def test_every_task_that_erases_is_on_the_list() -> None:
    assert JOBS.keys() <= {task.name for task in schedules.PERIODIC}


def test_a_task_that_erases_leaves_a_record_of_what_it_did() -> None:
    OutgoingMail.objects.create(key="old", template="x", to="a@example.org", language="en")
    OutgoingMail.objects.update(created_at=timezone.now() - 2 * mail.KEPT)
    tasks.erase("old-mail")
    run = RetentionRun.objects.get()
    assert (run.task, run.erased, run.failed) == ("old-mail", 1, False)


def test_a_task_that_fails_leaves_a_record_of_that(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise OSError("no disk")

    monkeypatch.setattr("dsar.tasks.expire_packages", fail)
    with pytest.raises(OSError, match="no disk"):
        tasks.erase("copies")
    run = RetentionRun.objects.get()
    assert (run.task, run.erased, run.failed) == ("copies", None, True)


@pytest.mark.parametrize("name", sorted(JOBS))
def test_every_task_that_erases_counts_what_it_erased(name: str) -> None:
    tasks.erase(name)
    assert RetentionRun.objects.get().erased == 0


@pytest.mark.parametrize("task", schedules.PERIODIC, ids=lambda task: task.name)
def test_every_task_exists_has_a_time_and_a_reason(task: schedules.Periodic) -> None:
    assert callable(import_string(task.path))
    assert croniter.is_valid(task.cron)
    assert task.why
