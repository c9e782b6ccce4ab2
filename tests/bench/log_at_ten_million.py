"""How long a page of the log takes with millions of events in each of the large ledgers.

    pytest tests/bench/log_at_ten_million.py -s -p no:randomly

Not part of ``make test``: figures depend on the machine, and no test has a time limit. ``EVENTS``
is how many rows each of the four large tables gets (looks, events of requests, choices, answers).
"""

import os
import statistics
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import Model
from django.utils import timezone

from accounts.actions import claim_address
from accounts.models import AccessEvent, Address, User
from accounts.roles import Role
from consents.models import ChoiceEvent, PermitAnswer, Purpose, System
from dsar import actions
from dsar.models import RequestEvent
from dsar.models.requests import Kind
from portal.dashboard.log import activity, search
from portal.dashboard.log.wanted import EVERYTHING, Wanted
from tests.accounts import people
from tests.consents.worlds import make_document, make_person, make_purpose

pytestmark = pytest.mark.django_db(transaction=True)
EVENTS = int(os.environ.get("EVENTS", "2500000"))
PEOPLE, STAFF, REQUESTS, ROUNDS = 5000, 12, 2000, 5
DOCUMENTS, ADDRESSES = EVENTS // 10, 500

FILL = """
    INSERT INTO accounts_accessevent (person_id, by_id, kind, reference, reason, at)
    SELECT p.id, s.id,
        CASE WHEN n %% 1000 = 0 THEN 'identity_revealed' ELSE 'request_viewed' END,
        'R-2026-' || lpad((n %% 9000)::text, 4, '0') || '-AAAA', '',
        now() - n * interval '30 seconds'
    FROM generate_series(1, %(n)s) n
    JOIN (SELECT id, row_number() OVER (ORDER BY id) - 1 AS r FROM accounts_user
        WHERE role = 'customer') p ON p.r = n %% %(people)s
    JOIN (SELECT id, row_number() OVER (ORDER BY id) - 1 AS r FROM accounts_user
        WHERE role <> 'customer') s ON s.r = n %% %(staff)s;
    INSERT INTO dsar_requestevent (request_id, at, by_id, code, old_status, new_status, data)
    SELECT q.id, now() - n * interval '31 seconds',
        CASE WHEN n %% 3 = 0 THEN q.person_id END,
        CASE WHEN n %% 5000 = 0 THEN 'replayed' ELSE 'step_finished' END, '', '', '{}'
    FROM generate_series(1, %(n)s) n
    JOIN (SELECT id, person_id, row_number() OVER (ORDER BY id) - 1 AS r
        FROM dsar_subjectrequest) q ON q.r = n %% %(requests)s;
    INSERT INTO consents_choiceevent (uid, at, act, version_id, text_sha256, language, source,
        person_id, by_id, purpose_id, document_id)
    SELECT gen_random_uuid(), now() - n * interval '32 seconds', 'consent_refused', %(version)s,
        'x', 'en', 'portal', p.id, p.id, %(purpose)s, NULL
    FROM generate_series(1, %(n)s) n
    JOIN (SELECT id, row_number() OVER (ORDER BY id) - 1 AS r FROM accounts_user
        WHERE role = 'customer') p ON p.r = n %% %(people)s;
    INSERT INTO consents_permitanswer (at, client, document_id, purpose_id, allowed, reason, state)
    SELECT now() - n * interval '10 seconds', 'pipeline',
        CASE WHEN n %% 100000 = 0 THEN %(document)s END, %(purpose)s, false, 'refused', 's'
    FROM generate_series(1, %(n)s) n;
    INSERT INTO consents_document (uid, reference, envelope, title, kind, status, listed_at,
        completed_at, state_at, sha256, file, special_category, involves_minor, refused_at_upload,
        created_at)
    SELECT gen_random_uuid(), 'd' || n, '', '', 'other', 'completed', now(), now(), now(), '', '',
        false, false, false, now()
    FROM generate_series(1, %(documents)s) n;
    -- The first address is in half of all documents, the others share the rest.
    INSERT INTO consents_party (document_id, address_id, role, name, is_minor, listed_at)
    SELECT d.id, a.id, 'signer', '', false, now()
    FROM (SELECT id, row_number() OVER (ORDER BY id) AS r FROM consents_document) d
    JOIN (SELECT id, row_number() OVER (ORDER BY id) - 1 AS r FROM accounts_address) a
        ON a.r = CASE WHEN d.r %% 2 = 0 THEN 0 ELSE d.r %% %(addresses)s END;
    INSERT INTO consents_use (at, document_id, version_id, system_id, recorded_at)
    SELECT now() - n * interval '3 seconds', d.id, %(version)s, %(system)s, now()
    FROM generate_series(1, %(n)s) n
    JOIN (SELECT id, row_number() OVER (ORDER BY id) - 1 AS r FROM consents_document) d
        ON d.r = n %% %(documents)s;
    INSERT INTO consents_permitanswer (at, client, document_id, purpose_id, allowed, reason, state)
    SELECT now() - n * interval '3 seconds', 'pipeline', d.id, %(purpose)s, false, 'refused', 's'
    FROM generate_series(1, %(n)s) n
    JOIN (SELECT id, row_number() OVER (ORDER BY id) - 1 AS r FROM consents_document) d
        ON d.r = n %% %(documents)s;
    ANALYZE;
"""


def fill() -> tuple[User, User, str, Purpose]:
    """Make the world; return a person, a member of staff, a reference and the purpose."""
    staff = [people.make(f"s{n}@regard.example", role=Role.SUPPORT) for n in range(STAFF)]
    User.objects.bulk_create(User(email=f"p{n}@example.org") for n in range(PEOPLE))
    persons = list(User.objects.filter(role=Role.CUSTOMER)[:REQUESTS])
    asked = [
        actions.open_request(Kind.RECTIFICATION, person=one, by=one, language="en")
        for one in persons[:20]
    ]
    purpose, document = make_purpose(), make_document("bench", make_person("ada"))
    addresses = [Address.objects.create(email=f"a{n}@example.org") for n in range(ADDRESSES)]
    for one, person in zip(addresses, persons, strict=False):
        claim_address(str(one.email), person=person)
    given = {
        "documents": DOCUMENTS, "addresses": ADDRESSES, "system": _system().pk,
        "n": EVENTS, "people": PEOPLE, "staff": STAFF, "requests": len(asked),
        "purpose": purpose.pk, "version": purpose.versions.get().pk, "document": document.pk,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(FILL, given)
    return persons[7], staff[3], asked[5].reference, purpose


def _system() -> System:
    return System.objects.create(slug="bench", name="Bench")


def timed(name: str, act: Callable[[], object]) -> None:
    """Print the median and the worst of some rounds, in milliseconds."""
    took = []
    for _n in range(ROUNDS):
        began = time.perf_counter()
        act()
        took.append(1000 * (time.perf_counter() - began))
    print(f"{name:36} {statistics.median(took):8.1f} ms   worst {max(took):8.1f} ms")  # noqa: T201


def test_pages_of_a_large_log() -> None:
    person, staff, reference, purpose = fill()
    tables: list[type[Model]] = [AccessEvent, RequestEvent, ChoiceEvent, PermitAnswer]
    print(f"\n{sum(one._default_manager.count() for one in tables)} events")  # noqa: T201
    now = timezone.now()
    deep = Wanted(what=EVERYTHING, until=now - timedelta(days=600))
    searches = {
        "the first page": Wanted(),
        "everything": Wanted(what=EVERYTHING),
        "a page far back": deep,
        "one person": Wanted(person=person),
        "one member of staff": Wanted(staff=staff),
        "one request": Wanted(request=reference),
        "one document": Wanted(document="bench"),
        "one purpose": Wanted(purpose=purpose.slug),
        "a rare kind": Wanted(what="looks.identity_revealed"),
        "a rarer kind": Wanted(what="requests.replayed"),
        "a kind that never happened": Wanted(what="requests.spam"),
        "a person and a month": Wanted(
            person=person, since=now - timedelta(days=90), until=now - timedelta(days=60)
        ),
    }
    quarter: dict[str, Any] = {"what": EVERYTHING, "since": now - timedelta(days=90)}
    everybody = list(
        User.objects.filter(addresses__parties__isnull=False).order_by("pk").distinct()
    )
    of_machines = {
        "uses of who is in half of all": everybody[0],
        "uses of somebody else": everybody[7],
    }
    for name, one in of_machines.items():
        searches[name] = Wanted(person=one, **quarter)
    searches["uses of a person, one month"] = Wanted(
        person=everybody[7], what="uses", since=now - timedelta(days=60),
        until=now - timedelta(days=30),
    )  # fmt: skip
    for name, wanted in searches.items():
        timed(name, lambda wanted=wanted: search.page(wanted))  # type: ignore[misc]
    month = (now - timedelta(days=30), now)
    timed("activity of staff, a month", lambda: activity.activity(*month))
    timed("activity of staff, ten years", lambda: activity.activity(now - timedelta(3650), now))
