"""What a manifest of 100,000 documents costs, and looking back with as many in twenty runs.

    pytest tests/bench/training_of_a_large_customer.py -s -p no:randomly

Not part of ``make test``: figures depend on the machine, and no test has a time limit.
``BENCH_DOCUMENTS`` sets another number of documents.
"""

import json
import os
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from consents.actions.closing import manifest_hash
from consents.models import Document, Party, System, TrainingRun, Use
from tests.consents.conftest import machine as machine  # a client with a token
from tests.consents.pages.conftest import Shop
from tests.consents.pages.conftest import signed_in as signed_in
from tests.consents.runs import RUNS

pytestmark = pytest.mark.django_db(transaction=True)
MANY = int(os.environ.get("BENCH_DOCUMENTS", "100000"))
OTHERS = 2 * MANY
TRAININGS = 20


def fill(shop: Shop) -> list[str]:
    """Give Ada many documents among many more of Ben's."""
    own = {"ada": shop.ada.addresses.get().pk, "ben": shop.ben.addresses.get().pk}
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO consents_document (uid, reference, envelope, title, kind, status,"
            " listed_at, state_at, completed_at, sha256, file, special_category, involves_minor,"
            " refused_at_upload, created_at) SELECT gen_random_uuid(), 'big:' || i, '', 'Bail',"
            " 'lease', 'completed', now() - interval '1 year', now(), now() - interval '1 year',"
            " '', '', false, false, false, now() FROM generate_series(1, %s) i",
            [MANY + OTHERS],
        )
        cursor.execute(
            "INSERT INTO consents_party (document_id, address_id, role, name, is_minor, listed_at)"
            " SELECT id, CASE WHEN id %% 3 = 0 THEN %s ELSE %s END, 'signer', '', false,"
            " now() - interval '1 year' FROM consents_document",
            [own["ada"], own["ben"]],
        )
        cursor.execute("ANALYZE")
    mine = Party.objects.filter(address=own["ada"]).values("document")
    return list(Document.objects.filter(pk__in=mine).values_list("reference", flat=True))


def timed(what: str, act: Callable[[], Any]) -> Any:
    """Do it, and say how long it took."""
    start = time.perf_counter()
    done = act()
    print(f"{what}: {time.perf_counter() - start:.2f} s", flush=True)  # noqa: T201
    return done


def lines(references: list[str]) -> bytes:
    return "".join(json.dumps({"document": one}) + "\n" for one in references).encode()


def test_a_manifest_and_a_look_back(machine: Any, signed_in: Any) -> None:
    shop = Shop("objection")
    mine = fill(shop)
    client = machine("runs:write")
    slug = System.objects.order_by("pk").values_list("slug", flat=True)[0]
    client.post(RUNS, {"reference": "r", "model": "M", "system": slug}, "application/json")
    body = lines(mine)
    url, kind = f"{RUNS}r/manifest/", "application/x-ndjson"
    answer = timed(f"propose {MANY:,}", lambda: client.post(url, body, content_type=kind))
    assert answer.getvalue() == b""
    ends = {"manifest_sha256": manifest_hash(mine)}
    answer = timed("close", lambda: client.post(f"{RUNS}r/close/", ends, "application/json"))
    assert answer.json()["documents"] == MANY
    assert Use.objects.count() == MANY
    _train(slug)
    shop.refuse(shop.ada)
    browser = signed_in(shop.ada)
    run = TrainingRun.objects.get(reference="r")
    for path in ("/training/", "/", f"/training/{run.uid}/"):
        browser.get(path)
        with CaptureQueriesContext(connection) as asked:
            timed(path, lambda path=path: browser.get(path))  # type: ignore[misc]
        slowest = max(asked.captured_queries, key=lambda one: float(one["time"]))
        print(f"  {len(asked)} queries, the slowest {slowest['time']} s")  # noqa: T201
    timed("CSV", lambda: sum(map(len, browser.get("/training/documents.csv"))))


def _train(slug: str) -> None:
    """Let everybody's documents have been in many runs."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO consents_trainingrun (uid, reference, model_name, system_id, started_at,"
            " closed_at, remedy, manifest_sha256, opened_by) SELECT gen_random_uuid(), 'run-' || i,"
            " 'Model ' || i, (SELECT id FROM consents_system WHERE slug = %s),"
            " now() - i * interval '9 days', now(), 'none', '', '' FROM generate_series(1, %s) i",
            [slug, TRAININGS],
        )
        cursor.execute(
            "INSERT INTO consents_manifestline (run_id, document_id, excluded, checked_at, used_at)"
            " SELECT r.id, d.id, '', r.started_at, r.started_at FROM consents_trainingrun r,"
            " consents_document d WHERE r.reference LIKE 'run-%' AND (d.id + r.id) % 2 = 0"
        )
        cursor.execute("ANALYZE")
