"""A step may run twice; its effect counts once."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import User
from dsar import actions, tasks
from dsar.actions import steps
from dsar.models import Step
from tests.dsar.worlds import Ask, work

pytestmark = pytest.mark.django_db


@pytest.fixture
def step(open_request: Ask) -> Any:
    return open_request().steps.get(source="account")


def take(step: Step) -> steps.Claim:
    held = steps.claim(step.pk)
    assert held is not None
    return held


def test_it_is_taken_once(step: Step) -> None:
    assert steps.claim(step.pk) is not None
    assert steps.claim(step.pk) is None


def test_when_the_lease_runs_out_another_takes_it_up(step: Step, time_machine: Any) -> None:
    first = take(step)
    time_machine.move_to(timezone.now() + steps.lease() + timedelta(seconds=1), tick=False)
    second = take(step)
    with pytest.raises(steps.LeaseLost):
        steps.settle(first, Step.Outcome.DONE)
    steps.settle(second, Step.Outcome.DONE)
    step.refresh_from_db()
    assert (step.status, step.attempts) == ("finished", 2)
    assert step.request.events.filter(code="step_finished").count() == 1


def test_long_work_keeps_its_lease(step: Step, time_machine: Any) -> None:
    held = take(step)
    for _ in range(5):
        time_machine.move_to(timezone.now() + steps.lease() * 0.8, tick=False)
        held.renew()
        assert steps.claim(step.pk) is None
    steps.settle(held, Step.Outcome.DONE)


def test_who_lost_the_lease_learns_it_while_working(step: Step, time_machine: Any) -> None:
    held = take(step)
    time_machine.move_to(timezone.now() + steps.lease() * 1.5, tick=False)
    assert steps.claim(step.pk) is not None
    with pytest.raises(steps.LeaseLost):
        held.renew()


def test_a_finished_step_is_not_done_again(step: Step) -> None:
    request = work(step.request)
    events = request.events.count()
    for done in request.steps.all():
        tasks.run_step(done.pk)
    assert request.events.count() == events


def test_the_sweep_queues_what_a_dead_worker_left(step: Step, time_machine: Any) -> None:
    steps.claim(step.pk)
    assert steps.sweep() == 0
    time_machine.move_to(timezone.now() + steps.lease() + timedelta(seconds=1), tick=False)
    assert steps.sweep() == 1
    assert steps.sweep() == 0  # queued already: not again each minute


def test_the_sweep_queues_anew_what_the_queue_lost(step: Step, time_machine: Any) -> None:
    assert steps.sweep() == 0
    time_machine.move_to(timezone.now() + steps.lease() * 6, tick=False)
    assert steps.sweep() == step.request.steps.count()


def test_the_sweep_leaves_closed_requests_alone(step: Step, alice: User, time_machine: Any) -> None:
    actions.withdraw(step.request, by=alice)
    time_machine.move_to(timezone.now() + steps.lease() * 6, tick=False)
    assert steps.sweep() == 0
