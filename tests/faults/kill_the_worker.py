"""kill -9 of the worker at random points: nothing lost, nothing twice, nothing stuck.

    KILLS=200 pytest tests/faults/kill_the_worker.py -s -p no:randomly

The load is mixed: copies, copies to take along, erasures. ``SEED`` draws other moments.
"""

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dsar.models import Step, SubjectRequest
from tests.consents.worlds import make_purpose
from tests.dsar.conftest import files as files  # the file storage of the test
from tests.faults.storm import Storm, damage, lease_seconds
from tests.servers import MailServer, Worker, subprocess_environment

pytestmark = pytest.mark.django_db(transaction=True)
KILLS = int(os.environ.get("KILLS", "200"))
SEED = int(os.environ.get("SEED", "1182"))


@pytest.fixture
def worker(transactional_db: None, mailserver: Any, settings: Any, files: Path) -> Iterator[Worker]:
    """The real worker, as in production but for a short lease and where files lie."""
    settings.STEP_LEASE_SECONDS = lease_seconds()
    more = {"STEP_LEASE_SECONDS": str(lease_seconds()), "FILES_DIR": str(files)}
    running = Worker(subprocess_environment(**more))
    running.start()
    yield running
    running.stop()


def test_killed_at_random(worker: Worker, mailserver: MailServer) -> None:
    storm = Storm(worker, make_purpose(), seed=SEED)
    start = time.monotonic()
    storm.rage(KILLS)
    storm.calm()
    found = damage(storm)
    attempts = Step.objects.filter(request__in=storm.requests, attempts__gt=1)
    copies = [mail["Message-ID"] for mail in mailserver.messages]
    print(  # noqa: T201
        f"\n{storm.kills} kills in {time.monotonic() - start:.0f} s over"
        f" {SubjectRequest.objects.count()} requests; {attempts.count()} steps were begun again,"
        f" the most tried took {max(Step.objects.values_list('attempts', flat=True))} attempts;"
        f" {len(copies) - len(set(copies))} mails left twice with the same Message-ID."
    )
    assert not found, found
