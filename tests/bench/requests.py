"""How many requests two workers carry out, how soon one is ready, and how long the list takes.

    pytest tests/bench/requests.py -s -p no:randomly

Not part of ``make test``: figures depend on the machine, and no test has a time limit. ``QUEUED``
and ``LISTED`` make them smaller.
"""

import os
import statistics
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from dsar import actions, queries
from dsar.models import SubjectRequest
from dsar.models.requests import Kind
from tests.accounts import people
from tests.consents.worlds import make_person, make_purpose
from tests.dsar.conftest import files as files  # the file storage of the test
from tests.dsar.worlds import make_document, use
from tests.servers import Worker, subprocess_environment, wait_until

pytestmark = pytest.mark.django_db(transaction=True)
QUEUED = int(os.environ.get("QUEUED", "500"))
LISTED = int(os.environ.get("LISTED", "200000"))
ROUNDS = 10
DOCUMENTS, USES = 5, 4  # an ordinary account, and how often each document was used


@pytest.fixture
def worker(transactional_db: None, mailserver: Any, files: Path) -> Iterator[Worker]:
    """The real worker (two processes), with the settings of production but for where files lie."""
    running = Worker(subprocess_environment(FILES_DIR=str(files)))
    running.start()
    yield running
    running.stop()


def make_account(number: int, purpose: Any) -> User:
    """Make an ordinary account: some documents of several parties, each used a few times."""
    person, other = make_person(f"p{number}"), make_person(f"o{number}")
    for n in range(DOCUMENTS):
        use(make_document(f"d-{number}-{n}", other, person), purpose, times=USES)
    return person


def ask(person: User) -> SubjectRequest:
    """File the person's request for a copy."""
    return actions.open_request(Kind.ACCESS, person=person, by=person, language="en")


def test_five_hundred_in_a_row(worker: Worker) -> None:
    """From the first filed to the last answered, all being filed as fast as they can be."""
    purpose = make_purpose()
    accounts = [make_account(number, purpose) for number in range(QUEUED)]
    start = time.monotonic()
    for person in accounts:
        ask(person)
    filed = time.monotonic() - start
    wait_until(lambda: not SubjectRequest.objects.open().exists(), seconds=3600)
    took = time.monotonic() - start
    fulfilled = SubjectRequest.objects.filter(outcome="fulfilled").count()
    print(  # noqa: T201
        f"\n{fulfilled} of {QUEUED} copies fulfilled in {took:.0f} s (filed in {filed:.0f} s):"
        f" {QUEUED / took:.1f} a second, {QUEUED / took * 3600:.0f} an hour"
    )


def test_one_on_its_own(worker: Worker) -> None:
    purpose, times = make_purpose(), []
    for number in range(ROUNDS):
        person = make_account(number, purpose)
        start = time.monotonic()
        request = ask(person)
        wait_until(_is_answered(request))
        times.append(time.monotonic() - start)
    print(  # noqa: T201
        f"\nfiled to ready: median {statistics.median(times):.2f} s, most {max(times):.2f} s"
    )


def _is_answered(request: SubjectRequest) -> Any:
    def there() -> bool:
        request.refresh_from_db()
        return request.status == "answered"

    return there


def test_a_list_of_fifty_among_very_many(client: Client, monkeypatch: Any, purpose: None) -> None:
    """The same pages among few and among very many: as many questions, and about as long."""
    monkeypatch.setattr(queries, "PAGE", 50)
    sam = people.make("sam@staff.example.org", name="Sam", role="support")
    browser = people.sign_in(client, people.with_app(sam))
    person = make_person("alice")
    for many in (100, LISTED):
        _fill(person.pk, many)
        for path in ("/staff/", "/staff/?when=answered", "/staff/?kind=erasure&when=open"):
            print(f"\n{many} requests, {path}: {_measured(browser, path)}")  # noqa: T201


def _measured(browser: Client, path: str) -> str:
    browser.get(path)
    times = []
    for _ in range(5):
        with CaptureQueriesContext(connection) as asked:
            start = time.monotonic()
            response = browser.get(path)
            times.append(time.monotonic() - start)
        assert response.status_code == 200
    slowest = max(float(query["time"]) for query in asked)
    return (
        f"{len(asked)} questions, {statistics.median(times) * 1000:.0f} ms,"
        f" the slowest question {slowest * 1000:.0f} ms"
    )


@pytest.fixture
def purpose(transactional_db: None) -> None:
    """A purpose in force, without which nobody can sign in to anything."""
    make_purpose()


def _fill(person: int, many: int) -> None:
    """Have so many requests of one person, one in ten of them open, over two years."""
    now = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM dsar_subjectrequest")
        (had,) = cursor.fetchone()
        rows = [_row(person, number, now) for number in range(had, many)]
    SubjectRequest.objects.bulk_create(rows, batch_size=5000)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE dsar_subjectrequest")


def _row(person: int, number: int, now: Any) -> SubjectRequest:
    received = now - timedelta(days=number % 730)
    is_open = number % 10 == 0
    closed = received + timedelta(days=20, seconds=number)
    ended = {} if is_open else {"outcome": "fulfilled", "closed_at": closed}
    return SubjectRequest(
        person_id=person,
        # One open request of a kind that searches is allowed to each person; these need no search.
        kind=Kind.RECTIFICATION if is_open else (Kind.ACCESS, Kind.ERASURE)[number % 2],
        status="review" if is_open else "answered",
        country="FR",
        language="en",
        received_at=received,
        received_on=received.date(),
        due_on=received.date() + timedelta(days=30),
        target_on=received.date() + timedelta(days=21),
        **ended,
    )
