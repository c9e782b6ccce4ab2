"""What the pages of documents cost a customer with 100,000 of them, among a million.

    pytest tests/bench/documents_of_a_large_customer.py -s -p no:randomly

Not part of ``make test``: figures depend on the machine, and no test has a time limit. What must
hold on every machine is asserted: a page costs as many queries as for fifty documents, and no plan
reads a whole large table. ``BENCH_DOCUMENTS`` sets another number of documents.
"""

import os
import re
import statistics
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.actions import claim_address
from accounts.models import User
from consents.models import PurposeVersion, System
from tests.consents.pages.conftest import Shop
from tests.consents.pages.conftest import signed_in as signed_in  # a fixture

pytestmark = pytest.mark.django_db(transaction=True)
DOCUMENTS = int(os.environ.get("BENCH_DOCUMENTS", "1000000"))
SHARE = 10  # every tenth has the customer in it
ROUNDS = 5
WHOLE = re.compile(r"Seq Scan on (consents_\w+)")
LARGE = 5_000  # rows; to read a smaller table as a whole is the fastest way
# What is asked, as the form sends it; the place "older" stands for the last page but one.
ASKED: dict[str, dict[str, str]] = {
    "everything": {},
    "a word that is everywhere": {"q": "rue"},
    "a word of one document": {"q": str(DOCUMENTS // 2)},
    "a word of none": {"q": "nowhere"},
    "a name": {"party": "curie 77"},
    "kind and days": {"kind": "lease", "since": "2020-01-01", "until": "2030-01-01"},
    "used for a purpose": {"purpose": "delivery"},
    "used for training": {"training": "used"},
    "never used for training": {"training": "never"},
    "may be used now": {"training": "allowed"},
    "may not be used now": {"training": "closed"},
    "all at once": {"q": "bail", "party": "marie", "kind": "lease", "training": "closed",
                    "purpose": "delivery", "since": "2020-01-01"},
}  # fmt: skip


def seed(person: User) -> None:
    """Fill the tables by hand: through the actions it would take hours."""
    first, second = (claim_address(f"big{n}@example.org", person=person).pk for n in (1, 2))
    versions = dict(PurposeVersion.objects.values_list("purpose__slug", "pk"))
    system = System.objects.order_by("pk")[0].pk
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        for statement in STATEMENTS:
            cursor.execute(statement.format(
                n=DOCUMENTS, share=SHARE, first=first, second=second, system=system,
                delivery=versions["delivery"], training=versions["ai-training"],
            ))  # fmt: skip
        cursor.execute("SET session_replication_role = DEFAULT")
        cursor.execute("ANALYZE")


STATEMENTS = (
    "INSERT INTO accounts_address (uid, email, erased_hash, created_at)"
    " SELECT gen_random_uuid(), 'p' || i || '@x.example', '', now()"
    " FROM generate_series(1, {n} / 5) i",
    "INSERT INTO consents_document (uid, reference, envelope, title, kind, status, listed_at,"
    " state_at, completed_at, sha256, file, special_category, involves_minor, refused_at_upload,"
    " created_at)"
    " SELECT gen_random_uuid(), 'big:' || i, '', (array['Bail', 'Contrat', 'Devis', 'Mandat'])"
    " [1 + i / {share} % 4] || ' ' || i || ' rue des Lilas', (array['lease', 'contract', 'quote',"
    " 'mandate'])[1 + i / {share} % 4], 'completed', now() - i * interval '1 minute', now(),"
    " now(), '', '', false, false, false, now() FROM generate_series(1, {n}) i",
    "INSERT INTO consents_party (document_id, address_id, role, name, is_minor, listed_at)"
    " SELECT id, CASE WHEN id % (3 * {share}) = 0 THEN {second} WHEN id % {share} = 0 THEN {first}"
    " ELSE (SELECT min(id) FROM accounts_address WHERE email LIKE 'p%@x.example')"
    " + id * 7919 % ({n} / 5) END, 'sender', 'Somebody', false, listed_at FROM consents_document",
    "INSERT INTO consents_party (document_id, address_id, role, name, is_minor, listed_at)"
    " SELECT id, (SELECT min(id) FROM accounts_address WHERE email LIKE 'p%@x.example')"
    " + id * 104729 % ({n} / 5), 'signer', 'Marie Curie ' || id % 1000, false, listed_at"
    " FROM consents_document",
    "SELECT consents_use_partition((now() - m * interval '1 month')::date)"
    " FROM generate_series(0, 36) m",
    "INSERT INTO consents_use (at, document_id, version_id, system_id, recorded_at)"
    " SELECT listed_at - k * interval '29 days', id, {delivery}, {system}, now()"
    " FROM consents_document, generate_series(0, 2) k",
    "INSERT INTO consents_use (at, document_id, version_id, system_id, recorded_at)"
    " SELECT now() - interval '200 days', id, {training}, {system}, now()"
    " FROM consents_document WHERE id / {share} % 700 = 0",
)


def page_of(client: Client, path: str, sent: dict[str, str]) -> str:
    """Send the search and return the address it leads to."""
    return str(client.post(path, sent)["Location"]) if sent else path


def measure(client: Client, address: str) -> tuple[float, int, set[str]]:
    """Return the median seconds, the number of queries, and the large tables read as a whole."""
    taken = []
    for _round in range(ROUNDS):
        start = time.perf_counter()
        assert client.get(address).status_code == 200
        taken.append(time.perf_counter() - start)
    with CaptureQueriesContext(connection) as asked:
        client.get(address)
    read: set[str] = set()
    with connection.cursor() as cursor:
        for query in asked.captured_queries:
            if query["sql"].startswith("SELECT"):
                cursor.execute("EXPLAIN " + query["sql"])
                read |= set(WHOLE.findall("\n".join(row[0] for row in cursor.fetchall())))
        cursor.execute("SELECT relname FROM pg_class WHERE reltuples > %s", [LARGE])
        large = {name for (name,) in cursor.fetchall()}
    return statistics.median(taken), len(asked), read & large


def last_but_one(client: Client, person: User) -> str:
    """Return the query of a page at the far end of the list."""
    from consents.queries import documents, shelf
    from consents.queries.wanted import Wanted

    addresses = documents.own_addresses(person)
    everything, _end = shelf._look(
        addresses, Wanted(), shelf.Walk(forward=True), limit=2 * shelf.PAGE
    )
    return f"?older={shelf.uid_of(everything[-1])}"


def test_pages_of_a_customer_with_very_many_documents(
    signed_in: Callable[..., Client],
) -> None:
    shop = Shop()
    for i in range(50):
        shop.document(f"Lease {i}", shop.cleo, shop.ben)
    few = signed_in(shop.cleo)
    start = time.perf_counter()
    seed(shop.ada)
    print(f"\nseeded {DOCUMENTS} documents in {time.perf_counter() - start:.0f} s")  # noqa: T201
    many = signed_in(shop.ada)
    read: dict[str, Any] = {}
    addresses = {
        f"{path} {what}": page_of(many, path, sent)
        for path in ("/documents/", "/documents/by-purpose/")
        for what, sent in ASKED.items()
    }
    addresses["far end"] = "/documents/" + last_but_one(many, shop.ada)
    addresses["home"] = "/"
    for what, address in addresses.items():
        seconds, queries, whole = measure(many, address)
        print(f"{what:50} {seconds * 1000:6.0f} ms {queries:4} queries {whole or ''}")  # noqa: T201
        read |= {what: whole} if whole else {}
    for path in ("/documents/", "/documents/by-purpose/"):
        # One more at most: the second address is a branch of the same query, the count its own.
        assert measure(many, path)[1] <= measure(few, path)[1] + 1
    assert read == {}
