"""How long from asking to the copy, and how much memory a large copy takes, with the real worker.

    pytest tests/bench/requests_carried_out.py -s -p no:randomly

Not part of ``make test``: figures depend on the machine, and no test has a time limit.
"""

import gc
import os
import statistics
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from consents.models import Document
from dsar import actions, tasks
from dsar.models import SubjectRequest
from dsar.models.requests import Kind
from tests.consents.worlds import make_person, make_purpose
from tests.dsar.conftest import files as files  # the file storage of the test
from tests.dsar.worlds import make_document, make_staff, use
from tests.servers import Worker, subprocess_environment, wait_until

pytestmark = pytest.mark.django_db(transaction=True)
MEGABYTE = 1024 * 1024
ROUNDS = 10
LARGE = 10  # documents of 100 MB


@pytest.fixture
def worker(transactional_db: None, mailserver: Any, files: Path) -> Iterator[Worker]:
    """The real worker, with the settings of production but for where files lie."""
    running = Worker(subprocess_environment(FILES_DIR=str(files)))
    running.start()
    yield running
    running.stop()


def seconds_until(request: SubjectRequest, status: str) -> float:
    start = time.monotonic()

    def there() -> bool:
        request.refresh_from_db()
        return request.status == status

    wait_until(there, seconds=600)
    return time.monotonic() - start


def test_from_asking_to_the_answer(worker: Worker) -> None:
    make_purpose()
    sam = make_staff("sam")
    copies, plans, erasures = [], [], []
    for number in range(ROUNDS):
        person, other = make_person(f"p{number}"), make_person(f"o{number}")
        make_document(f"doc-{number}", other, person)
        asking = {"person": person, "by": person, "language": "fr"}
        request = actions.open_request(Kind.ACCESS, **asking)  # type: ignore[arg-type]
        copies.append(seconds_until(request, "answered"))
        request = actions.open_request(Kind.ERASURE, **asking)  # type: ignore[arg-type]
        plans.append(seconds_until(request, "review"))
        actions.approve(request, by=sam)
        erasures.append(seconds_until(request, "answered"))
    for name, times in (("copy", copies), ("plan", plans), ("erasure", erasures)):
        print(f"\n{name}: median {statistics.median(times):.2f} s, most {max(times):.2f} s")  # noqa: T201


def test_a_large_copy_takes_little_memory(purpose_and_alice: Any, files: Path) -> None:
    """1 GB of files and 50,000 uses, in this process, so that its memory can be read."""
    alice, purpose = purpose_and_alice
    use(make_document("first", alice), purpose, times=50_000)
    for number in range(LARGE):
        _make_large(make_document(f"large-{number}", alice))
    request = actions.open_request(Kind.ACCESS, person=alice, by=alice, language="en")
    before, start = _forget_peak(), time.monotonic()
    while step := request.steps.filter(status="waiting").first():
        tasks.run_step(step.pk)
    request.refresh_from_db()
    assert request.status == "answered"
    print(  # noqa: T201
        f"\n{request.package.size / MEGABYTE:.0f} MB zip in {time.monotonic() - start:.0f} s;"
        f" memory {before:.0f} MB before, {_peak():.0f} MB at most"
    )


def _make_large(document: Document) -> None:
    with Path(document.file.path).open("wb") as file:
        for _ in range(100):
            file.write(os.urandom(MEGABYTE))


def _peak() -> float:
    """Return the most memory this process had since the peak was forgotten, in MB (Linux)."""
    status = Path("/proc/self/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


def _forget_peak() -> float:
    """Let the peak be counted from now; return the memory used now, in MB."""
    gc.collect()
    Path("/proc/self/clear_refs").write_text("5")
    return _peak()


@pytest.fixture
def purpose_and_alice(transactional_db: None) -> Any:
    """A purpose in force and a person."""
    purpose = make_purpose()
    return make_person("alice"), purpose
