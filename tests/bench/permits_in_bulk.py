"""What 100,000 permits cost by the real server, beside the bare SQL; and its memory meanwhile.

    pytest tests/bench/permits_in_bulk.py -s -p no:randomly

Not part of ``make test``: figures depend on the machine, and no test has a time limit.
"""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.models import Address
from consents import permits
from consents.actions.documents import register_all
from consents.models import Document, Party, PermitChange
from consents.reports import DocumentReport, PartyReport
from tests.consents.conftest import machine as machine  # a client with a token
from tests.consents.worlds import World
from tests.environment import ROOT
from tests.ports import free_port
from tests.servers import subprocess_environment, wait_until

pytestmark = pytest.mark.django_db(transaction=True)
MANY = int(os.environ.get("MANY", "100000"))
PEOPLE = 2000


def fill(world: World) -> list[str]:
    """Make many documents of two parties each; some people refuse, some allow everything."""
    now = timezone.now()
    addresses = Address.objects.bulk_create(
        Address(email=f"p{n}@example.org") for n in range(PEOPLE)
    )
    documents = Document.objects.bulk_create(
        (
            Document(reference=f"doc-{n:06}", status="completed", completed_at=now, state_at=now)
            for n in range(MANY)
        ),
        batch_size=5000,
    )
    own = list(Address.objects.filter(person__isnull=False))
    Party.objects.bulk_create(
        (
            Party(document=document, address=address, role="signer")
            for n, document in enumerate(documents)
            for address in (addresses[n % PEOPLE], own[n % len(own)])
        ),
        batch_size=5000,
    )
    world.refuse(world.cleo)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return [one.reference for one in documents]


@pytest.fixture
def server(transactional_db: None) -> Iterator[tuple[str, Callable[[], float]]]:
    """A gunicorn of one process on the test database, and the memory it took at most (MB)."""
    port = free_port()
    environment = subprocess_environment(BIND=f"127.0.0.1:{port}", WEB_CONCURRENCY="1")
    process = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "-c", "portal/gunicorn.py"], cwd=ROOT, env=environment
    )
    url = f"http://127.0.0.1:{port}"

    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")

    def peak() -> float:
        status = Path(f"/proc/{children.read_text().split()[0]}/status").read_text()
        return int(next(one for one in status.splitlines() if "VmHWM" in one).split()[1]) / 1024

    try:
        wait_until(lambda: _answers(port))
        yield url, peak
    finally:
        process.terminate()
        process.wait()


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def ask(url: str, token: str, body: bytes | None = None) -> tuple[float, bytes]:
    headers = {"Authorization": token, "Content-Type": "application/x-ndjson"}
    start = time.monotonic()
    request = urllib.request.Request(url, body, headers)  # noqa: S310
    with urllib.request.urlopen(request) as answer:  # noqa: S310
        whole: bytes = answer.read()
    return time.monotonic() - start, whole


def bare(references: list[str]) -> float:
    """Run the rule as it is, once, for all of them, and fetch what it says."""
    parameters: dict[str, Any] = {
        "references": references,
        "purpose": "ai-training",
        "now": timezone.now(),
    }
    start = time.monotonic()
    with connection.cursor() as cursor:
        cursor.execute(permits.RULE, parameters)
        cursor.fetchall()
    return time.monotonic() - start


def test_a_hundred_thousand_permits(
    machine: Callable[..., Client], server: tuple[str, Callable[[], float]]
) -> None:
    references = fill(World("objection"))
    (url, peak), client = server, machine("permits:read")
    token = str(client.defaults["HTTP_AUTHORIZATION"])
    body = "".join(json.dumps({"document": one}) + "\n" for one in references).encode()
    query = f"{url}/api/v1/permits/query?purpose=ai-training"
    ask(query, token, body[:20])  # imports, connection
    before = peak()
    times, answer = [], b""
    for _round in range(3):
        sql = bare(references)
        whole, answer = ask(query, token, body)
        times.append(whole / sql)
        print(f"\n{MANY} permits: bare SQL {sql:.2f} s, by HTTP {whole:.2f} s")  # noqa: T201
    assert answer.count(b"\n") == MANY
    print(f"ratio, best {min(times):.2f}; memory {before:.0f} MB, at most {peak():.0f} MB")  # noqa: T201
    snapshot = f"{url}/api/v1/permits/snapshot?purpose=ai-training"
    for form in ("ndjson", "csv", "parquet"):
        seconds, file = ask(f"{snapshot}&format={form}", token)
        print(f"{form}: {seconds:.2f} s, {len(file)} bytes, memory {peak():.0f} MB")  # noqa: T201


def test_what_the_feed_costs_those_who_write(transactional_db: None) -> None:
    """The import of documents with and without the triggers that tell of changes."""
    World()
    now = timezone.now()

    def reports(name: str) -> Iterator[list[DocumentReport]]:
        for batch in range(10):
            yield [
                DocumentReport(
                    reference=f"{name}-{batch}-{n}", status=Document.Status.COMPLETED,
                    state_at=now, completed_at=now, title="Lease",
                    parties=(PartyReport(role=Party.Role.SIGNER, email=f"{name}{n}@example.org"),),
                )
                for n in range(1000)
            ]  # fmt: skip

    def run(name: str, *, told: bool) -> float:
        with connection.cursor() as cursor:
            for table in ("consents_document", "consents_party"):
                for event in ("insert", "update"):
                    act = "ENABLE" if told else "DISABLE"
                    cursor.execute(f"ALTER TABLE {table} {act} TRIGGER {table}_tells_{event}")
        start = time.monotonic()
        for some in reports(name):
            register_all(some)
        return time.monotonic() - start

    run("warm", told=True)
    for turn in range(2):
        without, with_feed = run(f"a{turn}", told=False), run(f"b{turn}", told=True)
        print(f"\n10,000 documents: {without:.2f} s without triggers, {with_feed:.2f} s with")  # noqa: T201
    print(f"{PermitChange.objects.count()} rows of the feed")  # noqa: T201
