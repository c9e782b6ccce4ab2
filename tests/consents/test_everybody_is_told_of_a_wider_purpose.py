"""Everybody concerned is told of a wider purpose, once, whatever happens to the worker."""

import threading
from datetime import timedelta
from typing import Any
from unittest import mock

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django_q.models import OrmQ

from accounts.actions import claim_address
from accounts.models import Address, User
from consents.actions import announcements, notices
from consents.models import Announcement, Announcing, Canary, Document, PurposeVersion, Standing
from portal.lib import mail
from portal.lib.models import OutgoingMail
from portal.lib.tasks import enqueue
from tests.consents.announced import announce
from tests.consents.worlds import World, make_document, make_person
from tests.servers import Worker, wait_until

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def version(world: World) -> PurposeVersion:
    return announce(world.purpose)


def tell_all() -> None:
    """Do what the worker does, until there is nobody left."""
    announcing = Announcing.objects.get()
    while announcing.finished_at is None:
        announcements.carry_on(announcing.pk)
        announcing.refresh_from_db()


def told() -> list[str]:
    return sorted(OutgoingMail.objects.values_list("to", flat=True))


def test_a_job_is_queued_with_the_publication_or_not_at_all(version: PurposeVersion) -> None:
    assert Announcing.objects.get().version == version
    assert OrmQ.objects.count() == 1


def test_every_account_and_every_address_in_a_document_is_told(version: PurposeVersion) -> None:
    tell_all()
    names = ("ada", "ben", "cleo", "dan", "signer")
    assert told() == [f"{name}@example.org" for name in names]
    assert Announcement.objects.filter(address__isnull=False).count() == 1
    assert Announcing.objects.get().found == 5


def test_nobody_is_told_twice_however_often_it_runs(version: PurposeVersion) -> None:
    tell_all()
    for _ in range(3):
        Announcing.objects.update(
            finished_at=timezone.now() - timedelta(hours=2), after_person=0, after_address=0
        )
        announcements.sweep()
        tell_all()
    assert Announcement.objects.count() == OutgoingMail.objects.count() == 5


def test_who_is_new_before_the_day_is_found_by_the_next_round(version: PurposeVersion) -> None:
    tell_all()
    make_person("eve")
    make_document("later", Address.objects.create(email="frank@example.org"))
    Announcing.objects.update(finished_at=timezone.now() - timedelta(hours=2))
    announcements.sweep()
    tell_all()
    assert {"eve@example.org", "frank@example.org"} < set(told())
    assert Announcing.objects.get().found == 7


def test_after_the_day_nobody_is_looked_for_any_more(world: World) -> None:
    announce(world.purpose)
    tell_all()
    Announcing.objects.update(finished_at=timezone.now() - timedelta(hours=2))
    with mock.patch.object(timezone, "now", return_value=timezone.now() + timedelta(days=31)):
        announcements.sweep()
    assert Announcing.objects.get().finished_at is not None


def test_whom_it_does_not_concern_is_not_told(world: World) -> None:
    for name, status in (("gone", "deleted"), ("draft", "draft"), ("watch", "completed")):
        address = Address.objects.create(email=f"{name}@example.org")
        document = make_document(name, address)
        Document.objects.filter(pk=document.pk).update(status=status)
    Canary.objects.create(document=document, kind="special")
    Address.objects.create(email="nowhere@example.org")
    User.objects.create_user("unverified@example.org")
    User.objects.filter(pk=world.ben.pk).update(is_active=False)
    staff, busy = make_person("staff"), make_person("busy")
    User.objects.filter(pk__in=[staff.pk, busy.pk]).update(role="support")
    make_document("of-staff", busy)
    announce(world.purpose)
    tell_all()
    names = ("ada", "busy", "cleo", "dan", "signer")
    assert told() == [f"{name}@example.org" for name in names]


def test_who_was_told_by_mail_and_makes_an_account_is_not_told_again(
    world: World, version: PurposeVersion
) -> None:
    tell_all()
    person = User.objects.create_user("signer@example.org")
    claim_address("signer@example.org", person=person)
    Announcing.objects.update(finished_at=timezone.now() - timedelta(hours=2))
    announcements.sweep()
    tell_all()
    assert Announcement.objects.count() == 5
    assert notices.told(person)


def test_a_batch_is_told_whole_or_not_at_all(version: PurposeVersion) -> None:
    class Killed(BaseException):
        """As if the process were killed in the middle of the batch."""

    wrote = mail.send

    def die(*args: Any, **kwargs: Any) -> OutgoingMail:
        if OutgoingMail.objects.count() == 2:
            raise Killed
        return wrote(*args, **kwargs)

    before = OrmQ.objects.count()
    with mock.patch.object(mail, "send", die), pytest.raises(Killed):
        announcements.carry_on(Announcing.objects.get().pk)
    assert Announcement.objects.count() == OutgoingMail.objects.count() == 0
    assert OrmQ.objects.count() == before
    Announcing.objects.update(leased_until=timezone.now() - timedelta(seconds=1))
    announcements.sweep()
    assert OrmQ.objects.count() == before + 1, "it is taken up"
    tell_all()
    assert len(told()) == 5


def test_a_batch_at_work_is_not_taken_up_by_another(version: PurposeVersion) -> None:
    announcements.sweep()
    queued = OrmQ.objects.count()
    announcements.sweep()
    assert OrmQ.objects.count() == queued


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_tell_everybody_once() -> None:
    announce(World().purpose)
    for number in range(40):
        make_person(f"person{number}")
    start = threading.Barrier(2)

    def work() -> None:
        start.wait()
        try:
            tell_all()
        finally:
            connection.close()

    with mock.patch.object(announcements, "BATCH", 7):
        workers = [threading.Thread(target=work) for _ in range(2)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
    assert Announcement.objects.count() == OutgoingMail.objects.count() == 45


def make_many(count: int) -> None:
    people = [User(email=f"p{n}@example.org", password="!") for n in range(count)]
    User.objects.bulk_create(people)
    Address.objects.bulk_create(
        Address(email=one.email, person=one, claimed_at=timezone.now()) for one in people
    )


def test_every_batch_costs_the_same_among_ten_thousand_people(world: World) -> None:
    make_many(10_000)
    announce(world.purpose)
    announcing = Announcing.objects.get()
    announcements.carry_on(announcing.pk)
    costs = []
    for place in (0, 5_000, 9_800):
        people = User.objects.order_by("pk").values_list("pk", flat=True)
        Announcing.objects.update(after_person=people[place + 200])
        with CaptureQueriesContext(
            connection,
        ) as queries:
            announcements.carry_on(announcing.pk)
        costs.append(len(queries))
    assert costs[0] == costs[1] >= costs[2]
    assert Announcement.objects.count() <= 4 * announcements.BATCH


def test_what_became_of_each_mail_is_noted(version: PurposeVersion) -> None:
    tell_all()
    first, second, *_rest = OutgoingMail.objects.order_by("pk")
    now = timezone.now()
    OutgoingMail.objects.filter(pk=first.pk).update(
        status="sent", sent_at=now, subject="", text="", html=""
    )
    OutgoingMail.objects.filter(pk=second.pk).update(status="failed", error="smtp_550")
    assert announcements.copy_deliveries() == 2
    assert announcements.copy_deliveries() == 0
    by_key = {announcements.mail_key(one): one for one in Announcement.objects.all()}
    assert by_key[first.key].sent_at == now
    assert by_key[second.key].failed_at
    assert announcements.resend_failed(version) == 1
    announcements.resend_some(version.pk, 0)
    second.refresh_from_db()
    assert second.status == "waiting"
    announcements.copy_deliveries()
    assert not Announcement.objects.filter(failed_at__isnull=False).exists()


def test_telling_switches_nothing_on(world: World, version: PurposeVersion) -> None:
    world.allow(world.ada)
    world.refuse(world.ben)
    before = list(Standing.objects.order_by("pk").values())
    tell_all()
    announcements.copy_deliveries()
    for one in Announcement.objects.all():
        notices.read_by_link(one)
    assert list(Standing.objects.order_by("pk").values()) == before


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_is_killed_loses_nobody_and_tells_nobody_twice(worker: Worker) -> None:
    world = World()
    make_many(250)
    announce(world.purpose)
    wait_until(Announcement.objects.exists)
    worker.kill9()
    assert Announcement.objects.count() == OutgoingMail.objects.count()
    Announcing.objects.update(leased_until=timezone.now() - timedelta(seconds=1))
    OrmQ.objects.filter(lock__isnull=False).delete()  # the killed one's jobs never come back
    worker.start()
    with transaction.atomic():
        enqueue("consents.actions.announcements.sweep")
    wait_until(lambda: Announcing.objects.get().finished_at is not None)
    assert Announcement.objects.count() == OutgoingMail.objects.count() == 255
    assert len(set(told())) == 255
