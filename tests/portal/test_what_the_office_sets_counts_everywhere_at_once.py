"""A published value counts from the next request or job on, in every process, or not at all."""

import subprocess
import sys
from collections.abc import Iterator
from threading import Event, Thread
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client

from consents.office import NOTICE_DAYS
from portal.lib.models import OfficeVersion
from portal.lib.office import store
from portal.lib.office.contacts import CONTACTS, controller, last_known_controller
from tests.environment import ROOT
from tests.servers import subprocess_environment

KEY = NOTICE_DAYS.key
# Asks once for each line it reads, as a server does for each request.
CHILD = """
import os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "portal.settings"
import django; django.setup()
from consents.office import NOTICE_DAYS
from portal.lib.office import store
for _line in sys.stdin:
    store.begin()
    print(NOTICE_DAYS.now(), flush=True)
    store.end()
"""


@pytest.mark.django_db
def test_first_the_environment_counts_then_what_was_published(settings: Any) -> None:
    settings.PURPOSE_NOTICE_DAYS = 30
    assert NOTICE_DAYS.now() == 30
    store.publish(KEY, 45)
    assert NOTICE_DAYS.now() == 45
    settings.PURPOSE_NOTICE_DAYS = 60
    assert NOTICE_DAYS.now() == 45
    store.publish(KEY, None)
    assert NOTICE_DAYS.now() == 60
    assert list(OfficeVersion.objects.values_list("number", "value")) == [(1, 45), (2, None)]


@pytest.mark.django_db
def test_a_request_asks_once_and_keeps_to_what_it_found(django_assert_num_queries: Any) -> None:
    store.publish(KEY, 45)
    NOTICE_DAYS.now()
    store.begin()
    with django_assert_num_queries(1):
        assert [NOTICE_DAYS.now(), CONTACTS.now()["name"], NOTICE_DAYS.now()][0] == 45
    store.end()
    with django_assert_num_queries(2):
        assert NOTICE_DAYS.now() == NOTICE_DAYS.now() == 45


@pytest.mark.django_db
def test_what_is_rolled_back_has_never_counted(settings: Any) -> None:
    settings.PURPOSE_NOTICE_DAYS = 30
    store.begin()
    assert NOTICE_DAYS.now() == 30
    with transaction.atomic():
        store.publish(KEY, 45)
        assert NOTICE_DAYS.now() == 45
        transaction.set_rollback(True)
    assert NOTICE_DAYS.now() == 30
    store.end()


@pytest.mark.django_db
def test_versions_are_neither_changed_nor_deleted() -> None:
    version = store.publish(KEY, 45)
    for change in (
        lambda: OfficeVersion.objects.update(value=7),
        lambda: OfficeVersion.objects.all().delete(),
        version.delete,
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


@pytest.mark.django_db
def test_without_its_table_the_environment_counts(settings: Any, monkeypatch: Any) -> None:
    """So it is during the first ``migrate``, inside of its transactions too."""
    settings.PURPOSE_NOTICE_DAYS = 30
    monkeypatch.setattr(store._Process, "has_table", False)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE kernel_officeversion RENAME TO not_here_yet")
        assert NOTICE_DAYS.now() == 30
        assert not store._Process.has_table
        cursor.execute("ALTER TABLE not_here_yet RENAME TO kernel_officeversion")
    store.publish(KEY, 45)
    assert NOTICE_DAYS.now() == 45


@pytest.fixture
def other_process(transactional_db: None, mailserver: Any) -> Iterator[Any]:
    """A function that asks another process, which runs on, for the notice it knows of."""
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD], cwd=ROOT, env=subprocess_environment(), text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip

    def ask() -> int:
        assert child.stdin
        assert child.stdout
        child.stdin.write("\n")
        child.stdin.flush()
        return int(child.stdout.readline())

    yield ask
    child.communicate(timeout=60)


def test_it_takes_effect_in_another_process_as_soon_as_it_is_committed(other_process: Any) -> None:
    before = other_process()
    with transaction.atomic():
        store.publish(KEY, before + 1)
        assert other_process() == before
    assert other_process() == before + 1
    store.publish(KEY, before + 2)
    assert other_process() == before + 2
    store.publish(KEY, None)
    assert other_process() == before


@pytest.mark.django_db(transaction=True)
def test_of_two_who_publish_at_once_neither_hides_the_other() -> None:
    """The later one waits: a newer id is never seen before an older one."""
    wrote, go_on = Event(), Event()

    def slow() -> None:
        with transaction.atomic():
            store.publish(KEY, 41)
            wrote.set()
            go_on.wait(30)
        connection.close()

    def quick() -> None:
        store.publish("transparency_page", value=True)
        connection.close()

    first, second = Thread(target=slow), Thread(target=quick)
    first.start()
    assert wrote.wait(30)
    second.start()
    second.join(0.3)
    assert second.is_alive()
    assert store.current(KEY) is store.current("transparency_page") is None
    go_on.set()
    first.join()
    second.join()
    assert NOTICE_DAYS.now() == 41
    order = OfficeVersion.objects.order_by("pk").values_list("key", flat=True)
    assert list(order) == [KEY, "transparency_page"]


@pytest.mark.django_db
def test_contact_details_are_new_on_each_page_and_for_machines(client: Client) -> None:
    told = CONTACTS.now() | {
        "name": "Signaro <Nord>",
        "email": "security@nord.example",
        "dpo_email": "officer@nord.example",
    }
    store.publish(CONTACTS.key, told)
    page = client.get("/help/").text
    assert "Signaro &lt;Nord&gt;" in page
    assert "officer@nord.example" in page
    machines = client.get("/.well-known/security.txt").text
    assert "Contact: mailto:security@nord.example" in machines
    assert controller()["country"] == "FR"
    assert last_known_controller()["dpo_email"] == "officer@nord.example"
