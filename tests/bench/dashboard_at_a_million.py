"""How long the dashboard's pages and kept figures take with a million requests and many uses.

    pytest tests/bench/dashboard_at_a_million.py -s -p no:randomly

Not part of ``make test``: figures depend on the machine, and no test has a time limit.
``REQUESTS``, ``CHOICES``, ``USES`` and ``ANSWERS`` (of the gate) make it smaller or larger. The
rows are written by SQL with triggers at rest; counting the kept figures anew is measured first.
"""

import os
import statistics
import time
from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from consents import months
from consents.models import System
from portal.dashboard.cards import rollups
from portal.dashboard.models import Touched
from tests.accounts import people
from tests.consents.worlds import make_document, make_person, make_purpose

pytestmark = pytest.mark.django_db
REQUESTS = int(os.environ.get("REQUESTS", "1000000"))
CHOICES = int(os.environ.get("CHOICES", "1000000"))
USES = int(os.environ.get("USES", "5000000"))
ANSWERS = int(os.environ.get("ANSWERS", "2000000"))
CUSTOMERS = 200_000
OPEN = 0.03  # of the requests
YEARS = 3
ROUNDS, SLOW = 5, 0.03
PAGES = [
    "/dashboard/", "/dashboard/trends/", "/dashboard/trends/?span=month",
    "/dashboard/trends/?since=2020-01-01", "/dashboard/trends/?regime=ccpa",
    "/dashboard/trends/choices/?purpose=ai-training&act=opt-outs",
    "/dashboard/trends/uses/?purpose=ai-training", "/dashboard/trends/gate/?answer=denied",
    "/staff/?when=late", "/staff/?when=forecast", "/staff/?when=packaged",
    "/staff/?when=any&kind=access&received_from=2026-01-01&received_to=2026-06-30",
    "/staff/?when=decided&regime=gdpr&closed_from=2026-01-01&took_from=26&took_to=30",
    "/staff/?when=answered&outcome=with_gaps&closed_from=2026-01-01&closed_to=2026-06-30",
]  # fmt: skip

FILL = {
    "customers": """
        INSERT INTO accounts_user (uid, email, name, password, role, language, time_zone, country,
            is_active, date_joined)
        SELECT gen_random_uuid(), 'c' || n || '@example.org', '', '!', 'customer', 'en', '', 'FR',
            TRUE, now()
        FROM generate_series(1, %(customers)s) n
    """,
    "requests": """
        INSERT INTO dsar_subjectrequest (uid, reference, kind, person_id, channel, language,
            country, region, regime, about, asked_because, contact, details, identity,
            identity_doubt, status, received_at, received_on, due_on, target_on, extension_reason,
            extension_note, outcome, resolution, refusal_ground, refusal_evidence, closed_at,
            unread_by_staff, unread_by_person)
        SELECT gen_random_uuid(), 'R-' || lpad(n::text, 12, '0'),
            (ARRAY['access', 'erasure', 'objection', 'rectification'])[1 + n %% 4],
            %(person)s + n %% %(customers)s,
            (ARRAY['portal', 'portal', 'form', 'email', 'api'])[1 + n %% 5], 'en', 'FR', '',
            (ARRAY['gdpr', 'gdpr', 'gdpr', 'ccpa', 'uk_gdpr', 'fadp'])[1 + n %% 6], '', '', '',
            '{}', 'proven', '', s.status, at, at::date, at::date + 31, at::date + 25, '', '',
            CASE s.status WHEN 'answered' THEN
                (ARRAY['fulfilled', 'with_gaps', 'partly'])[1 + n %% 3] ELSE '' END, '',
            CASE s.status WHEN 'refused' THEN 'excessive' ELSE '' END,
            CASE s.status WHEN 'refused' THEN 'x' ELSE '' END,
            CASE WHEN s.is_open THEN NULL ELSE least(at + (n %% 47) * interval '1 day', now()) END,
            FALSE, FALSE
        FROM (
            SELECT n, n > %(requests)s * (1 - %(open)s) AS is_open,
                now() - (%(requests)s - n) * (%(days)s::float / %(requests)s)
                    * interval '1 day' AS at
            FROM generate_series(1, %(requests)s) n
        ) r, LATERAL (SELECT is_open, CASE
            WHEN is_open THEN (ARRAY['searching', 'review', 'received', 'identity'])[1 + n %% 4]
            ELSE (ARRAY['answered', 'answered', 'answered', 'refused', 'withdrawn'])[1 + n %% 5]
        END AS status) s
    """,
    "steps": """
        INSERT INTO dsar_step (request_id, kind, source, position, status, attempts, failures,
            not_before, queued_at, finished_at, outcome, cause, next_action, awaits, records,
            files, volume, tables, part)
        SELECT r.id, 'collect', 'documents', 1, 'finished', 1, 0, r.received_at, r.received_at,
            r.received_at, CASE WHEN r.id %% 50 = 0 THEN 'failed' WHEN r.id %% 20 = 0
                THEN 'exception' ELSE 'done' END,
            CASE WHEN r.id %% 50 = 0 THEN 'unavailable' ELSE '' END, '', '', 0, 0, 0, '[]', ''
        FROM dsar_subjectrequest r
    """,
    "choices": """
        INSERT INTO consents_choiceevent (uid, at, act, text_sha256, language, source, person_id,
            by_id, purpose_id, version_id)
        SELECT gen_random_uuid(), now() - n * (%(days)s::float / %(choices)s) * interval '1 day',
            (ARRAY['consent_given', 'consent_withdrawn', 'objection_lodged'])[1 + n %% 3], '0',
            'en', (ARRAY['portal', 'api', 'gpc'])[1 + n %% 3], %(person)s + n %% %(customers)s,
            %(person)s + n %% %(customers)s, %(purpose)s, %(version)s
        FROM generate_series(1, %(choices)s) n
    """,
    "standing": """
        INSERT INTO consents_standing (person_id, purpose_id, event_id, allowed, since)
        SELECT DISTINCT ON (person_id) person_id, purpose_id, id, id %% 2 = 0, at
        FROM consents_choiceevent
    """,
    "uses": """
        INSERT INTO consents_use (id, at, document_id, version_id, system_id, recorded_at)
        SELECT n, now() - n * (365::float / %(uses)s) * interval '1 day', %(document)s,
            %(version)s, %(system)s, now()
        FROM generate_series(1, %(uses)s) n
    """,
    "answers": """
        INSERT INTO consents_permitanswer (at, client, document_id, purpose_id, allowed, reason,
            state)
        SELECT now() - n * (365::float / %(answers)s) * interval '1 day', 'pipeline',
            %(document)s, %(purpose)s, n %% 3 = 0,
            CASE WHEN n %% 3 = 0 THEN 'consented' ELSE 'party_refused' END, ''
        FROM generate_series(1, %(answers)s) n
    """,
}


@pytest.fixture
def browser() -> Client:
    """Fill the database, count the figures, and give the browser of a data protection officer."""
    purpose = make_purpose()
    document = make_document("one", make_person("ada"))
    system = System.objects.create(slug="search", name="Search")
    today = timezone.localdate()
    months.ensure(date(today.year - 1 + (today.month + n) // 12, (today.month + n) % 12 + 1, 1)
                  for n in range(-1, 12))  # fmt: skip
    last = User.objects.latest("pk").pk
    given = {
        "customers": CUSTOMERS, "requests": REQUESTS, "choices": CHOICES, "uses": USES,
        "answers": ANSWERS, "open": OPEN, "days": YEARS * 365, "person": last + 1,
        "purpose": purpose.pk, "version": purpose.versions.get().pk, "document": document.pk,
        "system": system.pk,
    }  # fmt: skip
    Touched.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        for what, sql in FILL.items():
            begun = time.monotonic()
            cursor.execute(sql, given)
            say(f"filled {what}: {cursor.rowcount:,} rows in {time.monotonic() - begun:.0f} s")
        cursor.execute("SET session_replication_role = origin")
        cursor.execute("ANALYZE")
    client = Client()
    client.force_login(people.make("dina@staff.example.org", role="dpo"))
    return client


def say(text: str) -> None:
    print(text)  # noqa: T201


def test_pages_and_kept_figures(browser: Client, settings: object) -> None:
    settings.MIDDLEWARE = [  # type: ignore[attr-defined]
        one
        for one in settings.MIDDLEWARE  # type: ignore[attr-defined]
        if "SecondFactor" not in one
    ]
    for name, one in rollups.ROLLUPS.items():
        begun = time.monotonic()
        rollups._touch_what_no_trigger_sees(one)
        while rollups._count_some(one):
            pass
        say(f"all days of {name}: {time.monotonic() - begun:.1f} s")
    begun = time.monotonic()
    Touched.objects.bulk_create(
        Touched(what=name, day=timezone.localdate()) for name in rollups.ROLLUPS
    )
    rollups.refresh()
    say(f"one day of each: {1000 * (time.monotonic() - begun):.0f} ms")
    for page in PAGES:
        times = [_timed(browser, page) for _round in range(ROUNDS)]
        say(f"{page}: median {1000 * statistics.median(times):.0f} ms")
        with CaptureQueriesContext(
            connection,
        ) as caught:
            browser.get(page)
        for query in caught.captured_queries:
            if float(query["time"]) > SLOW:
                say(f"    {query['time']} s  {' '.join(query['sql'].split())[:300]}")


def _timed(browser: Client, page: str) -> float:
    begun = time.monotonic()
    assert browser.get(page).status_code == 200, page
    return time.monotonic() - begun
