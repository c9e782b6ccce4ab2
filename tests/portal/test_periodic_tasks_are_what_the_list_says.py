"""The scheduler's rows are made from ``portal/schedules.py``, and from nothing else."""

import pytest
from croniter import croniter
from django.core.management import call_command
from django.utils import timezone
from django.utils.module_loading import import_string
from django_q.models import OrmQ, Schedule

from portal import schedules

pytestmark = pytest.mark.django_db


def test_rows_follow_the_list_and_strangers_are_removed() -> None:
    Schedule.objects.create(name="forgotten", func="portal.tasks.beat", schedule_type="D")
    call_command("sync_schedules", verbosity=0)
    call_command("sync_schedules", verbosity=0)
    rows = {row.name: (row.func, row.cron) for row in Schedule.objects.all()}
    assert rows == {task.name: (task.path, task.cron) for task in schedules.PERIODIC}


def test_health_is_known_soon_after_the_start() -> None:
    call_command("sync_schedules", verbosity=0)
    assert OrmQ.objects.get().func() == "portal.tasks.beat"


def test_every_task_is_due_at_once_also_the_first_time() -> None:
    call_command("sync_schedules", verbosity=0)
    assert not Schedule.objects.filter(next_run__gt=timezone.now()).exists()


@pytest.mark.parametrize("task", schedules.PERIODIC, ids=lambda task: task.name)
def test_every_task_exists_has_a_time_and_a_reason(task: schedules.Periodic) -> None:
    assert callable(import_string(task.path))
    assert croniter.is_valid(task.cron)
    assert task.why
