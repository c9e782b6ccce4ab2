"""From the choice to "applied" through the real worker, also when that is killed; and replays."""

import re
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from consents.actions import delivery
from consents.models import Propagation
from tests.consents.receivers import Receiver, as_sent, register
from tests.consents.worlds import World
from tests.environment import ROOT
from tests.servers import PATIENCE, Worker, subprocess_environment, wait_until

Status = Propagation.Status
worked = pytest.mark.django_db(transaction=True)


@pytest.fixture
def receiver(settings: Any) -> Iterator[Receiver]:
    made = Receiver()
    settings.OUTGOING_ALLOWED_HOSTS = [made.host]
    yield made
    made.stop()


@pytest.fixture
def worker(transactional_db: None, mailserver: Any, receiver: Receiver) -> Iterator[Worker]:
    """The real worker, which may call the receiver."""
    running = Worker(subprocess_environment(OUTGOING_ALLOWED_HOSTS=receiver.host))
    running.start()
    yield running
    running.stop()


def everything_is(status: str) -> Callable[[], bool]:
    """Return whether there are messages and all are in this state."""
    return lambda: set(Propagation.objects.values_list("status", flat=True)) == {status}


@worked
def test_a_choice_is_applied_by_the_worker(worker: Worker, receiver: Receiver) -> None:
    world = World()
    register(receiver, "index", world.purpose)
    world.refuse(world.ada)
    wait_until(everything_is(Status.APPLIED))
    [body] = receiver.bodies
    assert body["data"]["direction"] == "refuse"
    assert receiver.ids() == [str(Propagation.objects.get().uid)]


@worked
def test_a_worker_killed_in_the_middle_of_a_call_loses_nothing(
    worker: Worker, receiver: Receiver
) -> None:
    world = World()
    register(receiver, "index", world.purpose)
    reached, release = threading.Event(), threading.Event()

    def stop_once() -> None:
        if not reached.is_set():
            reached.set()
            release.wait(60)

    receiver.before = stop_once
    world.refuse(world.ada)
    assert reached.wait(PATIENCE)
    worker.kill9()
    release.set()
    assert Propagation.objects.get().status == Status.WAITING
    # The minute of the lease is over; the sweep of each minute takes it up.
    Propagation.objects.update(leased_until=timezone.now() - timedelta(seconds=1))
    worker.start()
    delivery.sweep()
    wait_until(everything_is(Status.APPLIED))
    assert len(set(receiver.ids())) == 1, "the second attempt bears the same number"


@worked
def test_the_demo_may_be_down_and_comes_back(worker: Worker, receiver: Receiver) -> None:
    world = World()
    register(receiver, "index", world.purpose)
    receiver.answers = [503]
    world.refuse(world.ada)
    wait_until(Propagation.objects.filter(error="http_503").exists)
    Propagation.objects.update(due_at=timezone.now())
    delivery.sweep()
    wait_until(everything_is(Status.APPLIED))


def documented() -> Iterator[Callable[..., bool]]:
    """Return both checks that docs/integrators.md prints."""
    page = (ROOT / "docs" / "integrators.md").read_text("utf-8")
    for name in ("is_genuine", "is_genuine_by_hand"):
        [block] = [
            found
            for found in re.findall(r"```python\n(.*?)```", page, re.DOTALL)
            if f"def {name}(" in found
        ]
        space: dict[str, Any] = {}
        exec(block, space)  # noqa: S102 - our own page
        yield space[name]


@pytest.mark.django_db
@pytest.mark.parametrize("genuine", list(documented()), ids=["library", "by hand"])
def test_the_documented_checks_take_ours_and_nothing_else(
    genuine: Callable[..., bool], receiver: Receiver
) -> None:
    world = World()
    system = register(receiver, "index", world.purpose)
    world.refuse(world.ada)
    delivery.deliver(system.pk)
    sent = {k: v for k, v in receiver.headers[0].items() if k.startswith("webhook-")}
    body = as_sent(receiver.headers[0], receiver.bodies[0])
    assert genuine(receiver.secret, sent, body)
    assert not genuine(receiver.secret, sent, body.replace(b"refuse", b"allow "))
    assert not genuine("whsec_" + "A" * 43 + "=", sent, body)
    assert not genuine(receiver.secret, sent | {"webhook-id": "another"}, body)
    assert not genuine(receiver.secret, sent | {"webhook-signature": "nonsense"}, body)
    old = str(int(time.time()) - 3600)
    assert not genuine(receiver.secret, sent | {"webhook-timestamp": old}, body)
    assert not genuine(receiver.secret, sent | {"webhook-timestamp": "soon"}, body)
