"""How long the page of sources takes at a million requests, and whom a change touches at as many.

    pytest tests/bench/sources_at_a_million.py -s -p no:randomly

Not part of ``make test``: figures depend on the machine, and no test has a time limit. ``ROWS`` is
how many requests, steps (one each), documents, addresses and choices there are.
"""

import os
import statistics
import time
from collections.abc import Callable

import pytest
from django.db import connection

from consents.models import Purpose
from consents.queries.touched import touched
from dsar.sources import overview
from tests.bench.dashboard_at_a_million import FILL
from tests.consents.worlds import make_person, make_purpose

pytestmark = pytest.mark.django_db(transaction=True)
ROWS = int(os.environ.get("ROWS", "1000000"))
ROUNDS = 5
DOCUMENTS = """
    INSERT INTO accounts_address (uid, email, erased_hash, created_at)
    SELECT gen_random_uuid(), 'a' || n || '@example.org', '', now()
    FROM generate_series(1, %(rows)s) n;
    INSERT INTO consents_document (uid, reference, envelope, title, kind, status, listed_at,
        completed_at, state_at, sha256, file, special_category, involves_minor, refused_at_upload,
        created_at)
    SELECT gen_random_uuid(), 'd' || n, '', '', 'other', 'completed', now(), now(), now(), '', '',
        false, false, false, now()
    FROM generate_series(1, %(rows)s) n;
    INSERT INTO consents_party (document_id, address_id, role, name, is_minor, listed_at)
    SELECT d.id, a.id, 'signer', '', false, now()
    FROM (SELECT id, row_number() OVER (ORDER BY id) AS r FROM consents_document) d
    JOIN (SELECT id, row_number() OVER (ORDER BY id) AS r FROM accounts_address) a USING (r);
"""


def fill(purpose: Purpose) -> None:
    """Write the rows, with triggers at rest."""
    given = {
        "rows": ROWS, "requests": ROWS, "choices": ROWS, "customers": ROWS // 5, "open": 0.03,
        "days": 1000, "purpose": purpose.pk, "version": purpose.versions.get().pk,
        "person": make_person("ada").pk + 1,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        for name in ("customers", "requests", "steps", "choices", "standing"):
            cursor.execute(FILL[name], given)
        cursor.execute(DOCUMENTS, given)
        cursor.execute("SET session_replication_role = DEFAULT")
        cursor.execute("ANALYZE")


def timed(name: str, act: Callable[[], object]) -> None:
    """Print the median and the worst of some rounds, in milliseconds."""
    took = []
    for _n in range(ROUNDS):
        began = time.perf_counter()
        act()
        took.append(1000 * (time.perf_counter() - began))
    print(f"{name:36} {statistics.median(took):8.1f} ms   worst {max(took):8.1f} ms")  # noqa: T201


def test_pages_over_many_rows() -> None:
    purpose = make_purpose()
    fill(purpose)
    print(f"\n{ROWS} of each")  # noqa: T201
    timed("how every source is doing", overview.everything)
    timed("whom a change of a purpose touches", lambda: touched(purpose))
    purpose.by_document = False
    timed("the same, of a purpose by person", lambda: touched(purpose))
