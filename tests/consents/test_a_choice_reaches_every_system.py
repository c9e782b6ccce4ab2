"""Saved and applied: a message for each system, made with the choice, sent until it is done."""

import json
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection, transaction
from django.db.models import F
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django_q.models import OrmQ

from consents.actions import choices, delivery, propagation, systems
from consents.models import ChoiceEvent, Propagation, System, SystemEvent
from consents.models.propagation import Propagation as Message
from tests.consents.receivers import Receiver, register
from tests.consents.worlds import World, make_person, make_purpose

pytestmark = pytest.mark.django_db
Status = Propagation.Status


@pytest.fixture
def world(db: None) -> World:
    return World()


@pytest.fixture
def receiver(settings: Any) -> Iterator[Receiver]:
    made = Receiver()
    settings.OUTGOING_ALLOWED_HOSTS = [made.host]
    yield made
    made.stop()


@pytest.fixture
def index(receiver: Receiver, world: World) -> System:
    """A system that obeys AI training and answers 204."""
    return register(receiver, "search-index", world.purpose)


def the_one() -> Message:
    return Propagation.objects.get()


def due_again() -> None:
    """Let the time of waiting pass, for messages and for systems that are left alone."""
    Propagation.objects.update(due_at=timezone.now() - timedelta(seconds=1))
    System.objects.update(closed_until=None)


def test_each_system_that_obeys_the_purpose_is_told_once(
    world: World, receiver: Receiver, index: System
) -> None:
    other = make_purpose("marketing")
    register(receiver, "mailer", other)
    System.objects.create(slug="silent", name="Silent").obeys.add(world.purpose)
    world.refuse(world.ada)
    world.refuse(world.ada)
    row = the_one()
    assert (row.system, row.status) == (index, Status.WAITING)
    assert row.expected_by == row.created_at + timedelta(seconds=600)
    assert OrmQ.objects.count() == 1


def test_without_the_choice_there_is_no_message_and_without_the_message_no_choice(
    world: World, index: System, monkeypatch: Any
) -> None:
    def broken(*args: Any) -> None:
        raise RuntimeError("the queue is full")

    monkeypatch.setattr(propagation, "enqueue", broken)
    with pytest.raises(RuntimeError), transaction.atomic():
        world.refuse(world.ada)
    assert not ChoiceEvent.objects.exists()
    assert not Propagation.objects.exists()


def test_a_message_is_signed_names_nobody_and_says_where_to_ask(
    world: World, receiver: Receiver, index: System
) -> None:
    world.refuse(world.ada, document=world.documents[0])
    delivery.deliver(index.pk)
    [body], [headers] = receiver.bodies, receiver.headers
    event = ChoiceEvent.objects.get()
    assert headers["webhook-id"] == str(the_one().uid)
    assert body["type"] == "choice.changed"
    assert body["data"] == {
        "choice": str(event.uid),
        "sequence": event.pk,
        "at": event.at.isoformat(),
        "purpose": "ai-training",
        "direction": "refuse",
        "scope": "document",
        "document": "org:members",
        "url": "http://localhost/api/v1/permits/?document=org%3Amembers&purpose=ai-training",
    }
    assert not re.search(r"\bada\b", json.dumps(body), re.IGNORECASE)
    assert str(world.ada.uid) not in json.dumps(body)


def test_any_2xx_but_202_means_applied(world: World, receiver: Receiver, index: System) -> None:
    receiver.answers = [200]
    world.refuse(world.ada)
    delivery.deliver(index.pk)
    row = the_one()
    assert row.status == Status.APPLIED
    assert row.applied_at == row.received_at is not None
    assert (row.attempts, row.lease, row.error) == (1, None, "")


def test_202_means_received_and_the_system_confirms_by_the_api(
    world: World, receiver: Receiver, index: System, machine: Callable[..., Client]
) -> None:
    receiver.answers = [202]
    world.refuse(world.ada)
    delivery.deliver(index.pk)
    row = the_one()
    assert (row.status, row.applied_at) == (Status.RECEIVED, None)
    client = machine("choices:obey")
    first = client.post(f"/api/v1/propagations/{row.uid}/applied/")
    again = client.post(f"/api/v1/propagations/{row.uid}/applied/")
    assert first.status_code == again.status_code == 200
    assert first.json() == again.json()
    assert first.json()["status"] == "applied"
    assert the_one().status == Status.APPLIED


def test_who_may_obey_may_do_nothing_else_and_others_may_not(
    world: World, index: System, machine: Callable[..., Client]
) -> None:
    world.refuse(world.ada)
    address = f"/api/v1/propagations/{the_one().uid}/applied/"
    assert machine("permits:read", "uses:write").post(address).status_code == 403
    assert machine("choices:obey").get("/api/v1/permits/?document=a&purpose=b").status_code == 403
    assert Client().post(address).status_code == 401
    missing = "/api/v1/propagations/00000000-0000-0000-0000-000000000000/applied/"
    assert machine("choices:obey").post(missing).status_code == 404
    assert the_one().status == Status.WAITING


@pytest.mark.parametrize("status", [302, 400, 404, 429, 500, 503])
def test_every_other_answer_is_tried_again_later_each_time(
    world: World, receiver: Receiver, index: System, settings: Any, status: int
) -> None:
    settings.DELIVERY_BACKOFF_SECONDS = [30, 120]
    receiver.answers = [status] * 3
    world.refuse(world.ada)
    for attempt, wait in ((1, 30), (2, 120)):
        before = timezone.now()
        delivery.deliver(index.pk)
        row = the_one()
        assert (row.status, row.error, row.attempts) == (Status.WAITING, f"http_{status}", attempt)
        assert timedelta(seconds=0.8 * wait) <= row.due_at - before
        assert row.due_at - timezone.now() <= timedelta(seconds=1.2 * wait)
        due_again()
    delivery.deliver(index.pk)
    assert the_one().status == Status.DEAD
    assert set(receiver.ids()) == {str(row.uid)}, "the number is the same at every attempt"
    assert len(receiver.bodies) == 3, "a redirect is not followed"


def test_gone_is_given_up_at_once(world: World, receiver: Receiver, index: System) -> None:
    receiver.answers = [410]
    world.refuse(world.ada)
    delivery.deliver(index.pk)
    assert (the_one().status, the_one().error) == (Status.DEAD, "http_410")


def test_nobody_there_is_an_error_with_a_code(
    world: World, receiver: Receiver, index: System
) -> None:
    receiver.stop()
    world.refuse(world.ada)
    delivery.deliver(index.pk)
    assert (the_one().status, the_one().error) == (Status.WAITING, "no_connection")


def test_an_address_that_turned_inwards_is_not_called(
    world: World, receiver: Receiver, index: System, settings: Any
) -> None:
    settings.OUTGOING_ALLOWED_HOSTS = []
    System.objects.update(webhook_url="https://127.0.0.1/hook")
    world.refuse(world.ada)
    delivery.deliver(index.pk)
    assert the_one().error == "blocked_address"
    assert receiver.bodies == []


def test_an_old_yes_that_did_not_get_through_never_overtakes_the_no(
    world: World, receiver: Receiver, index: System
) -> None:
    receiver.answers = [500]
    world.allow(world.ada)
    delivery.deliver(index.pk)
    world.refuse(world.ada)
    due_again()
    delivery.deliver(index.pk)
    old, new = Propagation.objects.order_by("pk")
    assert (old.status, new.status) == (Status.REPLACED, Status.APPLIED)
    assert [body["data"]["direction"] for body in receiver.bodies] == ["allow", "refuse"]


def test_an_older_message_under_way_is_waited_for(
    world: World, receiver: Receiver, index: System
) -> None:
    world.allow(world.ada)
    held = delivery.claim(index.pk)
    assert held is not None
    world.refuse(world.ada)
    assert delivery.claim(index.pk) is None
    delivery.settle(held, delivery.Outcome(Status.APPLIED))
    old, new = Propagation.objects.order_by("pk")
    assert (old.status, old.applied_at) == (Status.REPLACED, None)
    delivery.deliver(index.pk)
    new.refresh_from_db()
    assert new.status == Status.APPLIED


def test_a_choice_about_something_else_replaces_nothing(
    world: World, receiver: Receiver, index: System
) -> None:
    world.refuse(world.ada)
    world.refuse(world.ada, document=world.documents[0])
    world.refuse(world.ben)
    assert Propagation.objects.filter(status=Status.WAITING).count() == 3
    delivery.deliver(index.pk)
    assert [body["data"]["scope"] for body in receiver.bodies] == [
        "everything", "document", "everything",
    ]  # fmt: skip


def test_a_system_that_fails_again_and_again_is_left_alone_and_the_others_are_not(
    world: World, receiver: Receiver, index: System, settings: Any
) -> None:
    broken = Receiver()
    settings.OUTGOING_ALLOWED_HOSTS.append(broken.host)
    down = register(broken, "archive", world.purpose)
    broken.stop()
    people = [make_person(f"person{number}") for number in range(6)]
    for person in people:
        world.refuse(person)
    delivery.deliver(down.pk)
    delivery.deliver(index.pk)
    down.refresh_from_db()
    waiting = Propagation.objects.filter(system=down)
    assert down.failures == delivery.PATIENCE
    assert down.closed_until is not None
    assert sum(row.attempts for row in waiting) == delivery.PATIENCE, "the others wait untouched"
    assert Propagation.objects.filter(system=index, status=Status.APPLIED).count() == 6
    delivery.deliver(down.pk)
    assert sum(row.attempts for row in waiting.all()) == delivery.PATIENCE
    # After the pause a single one is tried, and the pause is twice as long.
    pause = down.closed_until - timezone.now()
    System.objects.filter(pk=down.pk).update(closed_until=timezone.now())
    delivery.deliver(down.pk)
    down.refresh_from_db()
    assert down.closed_until is not None
    assert sum(row.attempts for row in waiting.all()) == delivery.PATIENCE + 1
    assert down.closed_until - timezone.now() > pause


def test_the_first_success_ends_the_pause(world: World, receiver: Receiver, index: System) -> None:
    System.objects.update(failures=9, closed_until=timezone.now())
    world.refuse(world.ada)
    delivery.deliver(index.pk)
    index.refresh_from_db()
    assert (index.failures, index.closed_until) == (0, None)


def test_the_sweep_takes_up_what_a_dead_worker_left(
    world: World, receiver: Receiver, index: System
) -> None:
    world.refuse(world.ada)
    assert delivery.claim(index.pk) is not None
    OrmQ.objects.all().delete()
    assert delivery.claim(index.pk) is None
    Propagation.objects.update(leased_until=timezone.now() - timedelta(seconds=1))
    assert delivery.sweep() == 1
    assert OrmQ.objects.count() == 1
    delivery.deliver(index.pk)
    assert the_one().status == Status.APPLIED


def test_who_lost_the_lease_changes_nothing(
    world: World, receiver: Receiver, index: System
) -> None:
    world.refuse(world.ada)
    late = delivery.claim(index.pk)
    assert late is not None
    Propagation.objects.update(leased_until=timezone.now() - timedelta(seconds=1))
    delivery.deliver(index.pk)
    delivery.settle(late, delivery.Outcome(Status.WAITING, "timeout"))
    assert the_one().status == Status.APPLIED


def test_the_system_may_confirm_before_its_answer_arrives(
    world: World, receiver: Receiver, index: System
) -> None:
    world.refuse(world.ada)
    held = delivery.claim(index.pk)
    assert held is not None
    propagation.acknowledge(held.row.uid)
    delivery.settle(held, delivery.Outcome(Status.WAITING, "timeout"))
    assert the_one().status == Status.APPLIED


def test_an_imported_choice_is_told_as_what_holds_now(
    world: World, receiver: Receiver, index: System
) -> None:
    then = timezone.now() - timedelta(days=300)
    choices.refuse(world.purpose, person=world.ada, by=world.ada, language="en", at=then)
    row = the_one()
    assert row.event.at == then
    assert row.expected_by > timezone.now()


def test_what_was_given_up_is_sent_again_with_the_same_number(
    world: World, receiver: Receiver, index: System
) -> None:
    receiver.answers = [410]
    world.refuse(world.ada)
    delivery.deliver(index.pk)
    propagation.resend(the_one(), by=world.ben)
    delivery.deliver(index.pk)
    row = the_one()
    assert (row.status, row.attempts, row.resent_by) == (Status.APPLIED, 1, world.ben)
    assert len(set(receiver.ids())) == 1
    assert SystemEvent.objects.filter(kind="resent", by=world.ben, data={"messages": 1}).exists()
    with pytest.raises(propagation.NotToBeResent):
        propagation.resend(row, by=world.ben)


def test_all_of_a_system_are_sent_again(world: World, receiver: Receiver, index: System) -> None:
    receiver.answers = [410, 410]
    world.refuse(world.ada)
    world.refuse(world.ben)
    delivery.deliver(index.pk)
    assert propagation.resend_all(index, by=world.ben) == 2
    delivery.deliver(index.pk)
    assert set(Propagation.objects.values_list("status", flat=True)) == {Status.APPLIED}
    assert propagation.resend_all(index, by=world.ben) == 0


def test_a_new_secret_signs_at_once_and_the_former_for_a_day(
    world: World, receiver: Receiver, index: System
) -> None:
    former = receiver.secret
    index.refresh_from_db()
    mark = systems.mark(index)
    new = systems.renew_secret(index, instead_of=mark, by=world.ben)
    with pytest.raises(systems.SecretReplacedAlready):
        systems.renew_secret(index, instead_of=mark, by=world.ben)
    for person, secret in ((world.ada, former), (world.ben, new)):
        receiver.secret = secret
        world.refuse(person)
        delivery.deliver(index.pk)
    assert receiver.refused == 0
    System.objects.update(former_until=timezone.now())
    receiver.secret = former
    world.refuse(world.cleo)
    delivery.deliver(index.pk)
    assert receiver.refused == 1


def test_the_secret_is_not_readable_in_the_database(receiver: Receiver, index: System) -> None:
    index.refresh_from_db()
    assert receiver.secret.encode() not in bytes(index.webhook_secret)
    assert SystemEvent.objects.get().data["obeys"] == [[], ["ai-training"]]
    assert "whsec_" not in str(SystemEvent.objects.values_list("data", flat=True))


def test_a_secret_that_no_key_opens_is_an_error_with_a_code(
    world: World, receiver: Receiver, index: System
) -> None:
    System.objects.update(webhook_secret=b"0" * 60)
    world.refuse(world.ada)
    delivery.deliver(index.pk)
    assert (the_one().status, the_one().error) == (Status.WAITING, "no_secret")


def test_history_that_a_clock_makes_old_does_not_change_the_order(
    world: World, receiver: Receiver, index: System
) -> None:
    with time_machine.travel(timezone.now() - timedelta(days=3), tick=False):
        world.refuse(world.ada)
    world.refuse(world.ben)
    delivery.deliver(index.pk)
    at = [body["data"]["at"] for body in receiver.bodies]
    assert at == sorted(at)
    late = Propagation.objects.filter(applied_at__gt=F("expected_by"))
    assert late.count() == 1


def test_fifty_choices_at_once_take_as_many_queries_as_one(world: World, index: System) -> None:
    def told(*names: str) -> int:
        events = ChoiceEvent.objects.bulk_create(
            ChoiceEvent(
                purpose=world.purpose, person=person, by=person, act="consent_refused",
                source="portal", version=world.purpose.versions.get(), language="en",
                text_sha256="0" * 64,
            )
            for person in map(make_person, names)
        )  # fmt: skip
        with CaptureQueriesContext(connection) as queries:
            propagation.tell(*events)
        return len(queries)

    assert told("one") == told(*(f"person{number}" for number in range(50)))
    assert Propagation.objects.count() == 51
    assert OrmQ.objects.count() == 2
