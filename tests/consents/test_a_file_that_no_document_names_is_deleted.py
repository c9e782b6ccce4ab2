"""A report that is rolled back leaves the file it brought; the night takes it away."""

import os
import time
from datetime import UTC, datetime

import pytest
from django.db import transaction

from consents import files
from consents.actions.documents import register
from consents.models import Document
from consents.reports import DocumentReport
from portal import schedules

pytestmark = pytest.mark.django_db
AT = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def stored(settings, tmp_path):
    """Return a function that lists the stored files, in a directory of this test's own."""
    backend = "django.core.files.storage.FileSystemStorage"
    default = {"BACKEND": backend, "OPTIONS": {"location": str(tmp_path)}}
    settings.STORAGES = settings.STORAGES | {"default": default}
    return lambda: sorted(path for path in tmp_path.rglob("*") if path.is_file())


def tell(reference):
    status = Document.Status.SENT
    return register(DocumentReport(reference, status, AT, title="Lease", content=b"%PDF lease"))


def age(path, hours):
    then = time.time() - hours * 3600
    os.utime(path, (then, then))


def test_what_a_rollback_left_goes_after_a_day(stored):
    kept = tell("kept")
    with transaction.atomic():
        tell("lost")
        transaction.set_rollback(True)
    assert len(stored()) == 2
    for hours, left in ((23, 2), (25, 1)):
        for path in stored():
            age(path, hours)
        files.tidy()
        assert len(stored()) == left
    with kept.file.open() as file:
        assert file.read() == b"%PDF lease"


def test_without_any_file_there_is_nothing_to_do():
    files.tidy()


def test_the_clock_does_it_every_night():
    assert "consents.files.tidy" in {task.path for task in schedules.PERIODIC}
