"""What the schedule does at night: files without a row, copies past their date, kept things."""

import os
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone
from django.utils.module_loading import import_string

from accounts.models import User
from dsar import actions, tasks
from dsar.models import Package
from dsar.sources.base import registered
from portal.lib.models import OutgoingMail
from portal.schedules import PERIODIC
from tests.dsar.worlds import Ask, work

pytestmark = pytest.mark.django_db


def leave(name: str, files: Path, *, days: int) -> str:
    """Leave a file as a worker would that died so many days ago."""
    stored = default_storage.save(name, ContentFile(b"noise"))
    at = time.time() - days * 86400
    os.utime(files / stored, (at, at))
    return stored


def test_a_file_that_no_row_names_goes_when_it_is_old(open_request: Ask, files: Path) -> None:
    package = work(open_request()).package
    os.utime(files / package.name, (0, 0))
    old = [leave(f"{folder}/x/y.rows", files, days=2) for folder in ("parts", "packages")]
    young = leave("parts/x/z.rows", files, days=0)
    tasks.tidy()
    assert not any(default_storage.exists(name) for name in old)
    assert default_storage.exists(young)
    assert default_storage.exists(package.name)


def test_what_is_being_collected_stays(open_request: Ask, files: Path) -> None:
    request = open_request()
    step = request.steps.get(source="account")
    tasks.run_step(step.pk)
    step.refresh_from_db()
    for suffix in (".rows", ".files"):
        os.utime(files / (step.part + suffix), (0, 0))
    tasks.tidy()
    assert default_storage.exists(step.part + ".rows")
    assert work(request).outcome == "fulfilled"


def test_without_any_file_there_is_nothing_to_clear() -> None:
    tasks.tidy()


def test_copies_end_at_their_date(open_request: Ask) -> None:
    package = work(open_request()).package
    soon = timezone.now() + timedelta(days=1)
    Package.objects.filter(pk=package.pk).update(expires_at=soon)
    tasks.expire_packages()
    assert OutgoingMail.objects.filter(template="dsar/expiring").count() == 1
    Package.objects.filter(pk=package.pk).update(expires_at=timezone.now())
    tasks.expire_packages()
    package.refresh_from_db()
    assert package.key is None


def test_kept_things_end_by_themselves(open_request: Ask, sam: User, time_machine: Any) -> None:
    request = work(actions.approve(work(open_request("erasure")), by=sam))
    last = max(item.until for item in request.items.all() if item.until)
    tasks.end_what_is_due()
    assert not request.items.exclude(ended_at=None).exists()
    time_machine.move_to(f"{last} 12:00:00+00:00")
    tasks.end_what_is_due()
    assert not request.items.filter(decision="keep", ended_at=None).exists()


def test_a_source_that_cannot_end_a_thing_is_asked_again_the_next_night(
    open_request: Ask, sam: User, time_machine: Any, settings: Any
) -> None:
    request = work(actions.approve(work(open_request("erasure")), by=sam))
    request.items.filter(source="mail", decision="keep").update(source="gone")
    last = max(item.until for item in request.items.all() if item.until)
    time_machine.move_to(f"{last} 12:00:00+00:00")
    tasks.end_what_is_due()
    assert request.items.get(source="gone").ended_at is None
    assert request.items.get(source="requests", decision="keep").ended_at is not None


def test_who_is_nowhere_is_told_so(open_request: Ask, settings: Any) -> None:
    settings.DSAR_SOURCES = ["dsar.sources.portal.InboundSource"]
    registered.cache_clear()
    try:
        assert work(open_request()).outcome == "nothing_found"
    finally:
        registered.cache_clear()


def test_the_schedule_names_them() -> None:
    named = {task.path for task in PERIODIC}
    for task in (tasks.sweep, tasks.tidy, tasks.end_what_is_due, tasks.expire_packages):
        path = f"dsar.tasks.{task.__name__}"
        assert path in named
        assert import_string(path) is task
