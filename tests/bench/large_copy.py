"""A copy of 1 GB: how long it takes, and how much memory, in a process of its own.

    pytest tests/bench/large_copy.py -s -p no:randomly

Not part of ``make test``: figures depend on the machine, and no test has a time limit. The memory
is bounded all the same: 150 MB of RSS for the whole process, wherever it runs.
"""

import gc
import os
import time
from pathlib import Path
from typing import Any

import pytest

from consents.models import Document
from dsar import actions, packages, tasks
from dsar.actions import downloads
from dsar.models.requests import Kind
from tests.consents.worlds import make_person, make_purpose
from tests.dsar.conftest import files as files  # the file storage of the test
from tests.dsar.worlds import make_document, use

pytestmark = pytest.mark.django_db
MEGABYTE = 1024 * 1024
DOCUMENTS = int(os.environ.get("COPY_DOCUMENTS", "10"))  # of 100 MB each
USES = int(os.environ.get("COPY_USES", "100000"))
MOST_GROWTH = 150  # MB


def test_a_large_copy_takes_little_memory(files: Path, settings: Any) -> None:
    """1 GB of files and 100,000 rows: collected, packed with its word index, and handed out."""
    purpose = make_purpose()
    alice = make_person("alice")
    use(make_document("first", alice), purpose, times=USES)
    for number in range(DOCUMENTS):
        make_large(make_document(f"large-{number}", alice))
    request = actions.open_request(Kind.ACCESS, person=alice, by=alice, language="en")
    before, start = forget_peak(), time.monotonic()
    while step := request.steps.filter(status="waiting").first():
        tasks.run_step(step.pk)
    request.refresh_from_db()
    assert request.status == "answered"
    made, peak = time.monotonic() - start, most()
    start = time.monotonic()
    package = downloads.redeem(downloads.new_link(request.package, by=alice), by=alice)
    size = sum(len(chunk) for chunk in packages.open_stream(package))
    assert size == package.size
    print(  # noqa: T201
        f"\n{package.size / MEGABYTE:.0f} MB, {package.files} files, {USES} rows:"
        f" made in {made:.0f} s, handed out in {time.monotonic() - start:.0f} s;"
        f" memory {before:.0f} MB before, {peak:.0f} MB at most while it was made,"
        f" {most():.0f} MB with handing out"
    )
    assert most() - before < MOST_GROWTH


def make_large(document: Document) -> None:
    """Give the document a file of 100 MB that cannot be packed any smaller."""
    with Path(document.file.path).open("wb") as file:
        for _ in range(100):
            file.write(os.urandom(MEGABYTE))


def most() -> float:
    """Return the most memory this process had since the peak was forgotten, in MB (Linux)."""
    status = Path("/proc/self/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


def forget_peak() -> float:
    """Let the peak be counted from now; return the memory used now, in MB."""
    gc.collect()
    Path("/proc/self/clear_refs").write_text("5")
    return most()
