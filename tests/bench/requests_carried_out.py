"""How long from asking to the copy, and how much memory a large copy takes, with the real worker.

    pytest tests/bench/requests_carried_out.py -s -p no:randomly

Not part of ``make test``: figures depend on the machine, and no test has a time limit.
"""

import os
import statistics
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from consents.models import Document
from dsar import actions
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


def test_a_large_copy_takes_little_memory(
    worker: Worker, purpose_and_alice: Any, files: Path
) -> None:
    """1 GB of files and 50,000 uses, by the real worker: the peak of its largest process."""
    alice, purpose = purpose_and_alice
    use(make_document("first", alice), purpose, times=50_000)
    for number in range(LARGE):
        _make_large(make_document(f"large-{number}", alice))
    before, start = max(_peaks(worker)), time.monotonic()
    request = actions.open_request(Kind.ACCESS, person=alice, by=alice, language="en")
    seconds_until(request, "answered")
    print(  # noqa: T201
        f"\n{request.package.size / MEGABYTE:.0f} MB zip in {time.monotonic() - start:.0f} s; the"
        f" largest process of the worker: {before:.0f} MB of RSS before, {max(_peaks(worker)):.0f}"
        " MB at most"
    )


def _make_large(document: Document) -> None:
    with Path(document.file.path).open("wb") as file:
        for _ in range(100):
            file.write(os.urandom(MEGABYTE))


def _peaks(worker: Worker) -> list[float]:
    """Return the most memory (RSS) that each process of the worker has ever had, in MB (Linux)."""
    found = []
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            if os.getpgid(int(status.parent.name)) != worker.group:
                continue
            peak = next(line for line in status.read_text().splitlines() if "VmHWM" in line)
        except (OSError, StopIteration):  # it has ended, or is none of ours
            continue
        found.append(int(peak.split()[1]) / 1024)
    return found


@pytest.fixture
def purpose_and_alice(transactional_db: None) -> Any:
    """A purpose in force and a person."""
    purpose = make_purpose()
    return make_person("alice"), purpose
