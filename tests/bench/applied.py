"""How long from a choice until every system has applied it, with the real worker.

    pytest tests/bench/applied.py -s -p no:randomly

Not part of ``make test``: figures depend on the machine, and no test has a time limit.
"""

import statistics
import time
from collections.abc import Iterator
from typing import Any

import pytest

from consents.models import Propagation
from tests.consents.receivers import Receiver, register
from tests.consents.worlds import World, make_person
from tests.servers import Worker, subprocess_environment, wait_until

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 20
SYSTEMS = 5


@pytest.fixture
def receivers(settings: Any) -> Iterator[list[Receiver]]:
    made = [Receiver() for _ in range(SYSTEMS)]
    settings.OUTGOING_ALLOWED_HOSTS = [one.host for one in made]
    yield made
    for one in made:
        one.stop()


@pytest.fixture
def worker(transactional_db: None, mailserver: Any, receivers: list[Receiver]) -> Iterator[Worker]:
    hosts = ",".join(one.host for one in receivers)
    running = Worker(subprocess_environment(OUTGOING_ALLOWED_HOSTS=hosts))
    running.start()
    yield running
    running.stop()


def test_from_the_choice_to_applied_everywhere(worker: Worker, receivers: list[Receiver]) -> None:
    world = World()
    for number, receiver in enumerate(receivers):
        register(receiver, f"system-{number}", world.purpose)
    took = []
    for number in range(ROUNDS):
        person = make_person(f"person{number}")
        start = time.monotonic()
        world.refuse(person)
        wait_until(lambda: not Propagation.objects.exclude(status="applied").exists())
        took.append(time.monotonic() - start)
    print(  # noqa: T201
        f"\nchoice → applied in {SYSTEMS} systems: median {statistics.median(took):.2f} s, "
        f"longest {max(took):.2f} s of {ROUNDS}"
    )
    assert max(took) < 5
