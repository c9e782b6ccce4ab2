"""A few rounds of the storm (tests/faults): kill -9 at random points over a mixed load."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.consents.worlds import make_purpose
from tests.faults.storm import Storm, damage, lease_seconds
from tests.servers import Worker, subprocess_environment

pytestmark = pytest.mark.django_db(transaction=True)
KILLS = 3


@pytest.fixture
def worker(transactional_db: None, mailserver: Any, settings: Any, files: Path) -> Iterator[Worker]:
    """The real worker with a short lease and the test's file storage."""
    settings.STEP_LEASE_SECONDS = lease_seconds()
    more = {"STEP_LEASE_SECONDS": str(lease_seconds()), "FILES_DIR": str(files)}
    running = Worker(subprocess_environment(**more))
    running.start()
    yield running
    running.stop()


def test_nothing_is_lost_done_twice_or_stuck(worker: Worker) -> None:
    storm = Storm(worker, make_purpose(), at_once=3)
    storm.rage(KILLS)
    storm.calm(mails=False)
    assert len(storm.requests) >= 3
    assert not damage(storm), damage(storm)
