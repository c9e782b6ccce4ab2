"""What a choice about 500 documents costs: the preview, the act with its receipts, the undo.

    pytest tests/bench/five_hundred_choices_in_one_go.py -s -p no:randomly

Not part of ``make test``: figures depend on the machine, and no test has a time limit.
"""

import time
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from consents.actions.selections import MOST, Way, choose_for_each
from consents.actions.undoing import undo
from consents.models import Document, Party
from consents.queries.catalogue import catalogue
from consents.queries.selection import selection
from tests.consents.worlds import World

pytestmark = pytest.mark.django_db


def measured(name: str, work: Callable[[], Any]) -> Any:
    """Do it once, and print its time and its statements."""
    with CaptureQueriesContext(connection) as captured:
        started = time.perf_counter()
        result = work()
        spent = time.perf_counter() - started
    print(f"{name}: {spent * 1000:.0f} ms, {len(captured)} statements")  # noqa: T201
    return result


def test_five_hundred_documents() -> None:
    world = World()
    world.allow(world.ada)
    now = timezone.now()
    documents = Document.objects.bulk_create(
        Document(reference=f"b:{n}", status="completed", completed_at=now, state_at=now)
        for n in range(MOST)
    )
    address = world.ada.addresses.get()
    Party.objects.bulk_create(
        Party(document=one, address=address, role="signer") for one in documents
    )
    uids, batch = [str(one.uid) for one in documents], uuid4()
    who: dict[str, Any] = {"person": world.ada, "by": world.ada, "language": "en"}
    measured("preview of three ways", lambda: selection(
        world.ada, catalogue(now), uids, "ai-training", language="en"
    ))  # fmt: skip
    events = measured("refuse 500", lambda: choose_for_each(
        world.purpose, documents=documents, way=Way.REFUSE, batch=batch, **who
    ))  # fmt: skip
    assert len(events) == MOST
    assert len(measured("undo 500", lambda: undo(batch, **who))) == MOST
