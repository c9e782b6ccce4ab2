"""How long a yearly report and the public figures take at a million requests.

    REQUESTS=1000000 pytest tests/bench/report_at_a_million.py -s -p no:randomly

Not part of ``make test``: figures depend on the machine, and no test has a time limit.
"""

import os
import time
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.db import connection

from portal.dashboard.models.reports import Report
from portal.dashboard.periods import year_of
from portal.dashboard.reports import counting, metrics, publishing
from tests.portal.reporting import Reported

pytestmark = pytest.mark.django_db(transaction=True)
REQUESTS = int(os.environ.get("REQUESTS", "1000000"))
NOW = datetime(2026, 3, 1, tzinfo=UTC)

FILL = """
INSERT INTO dsar_subjectrequest (uid, reference, kind, person_id, channel, language, country,
    region, regime, about, asked_because, contact, details, identity, identity_doubt, status,
    received_at, received_on, due_on, target_on, extension_reason, extension_note, outcome,
    resolution, refusal_ground, refusal_evidence, closed_at, unread_by_staff, unread_by_person)
SELECT gen_random_uuid(), 'M-' || n, (ARRAY['rectification', 'restriction', 'objection',
        'human_review'])[1 + n %% 4], %(person)s, 'portal', 'en', 'FR', '',
    (ARRAY['gdpr', 'ccpa', 'uk_gdpr'])[1 + n %% 3], '', '', '', '{}', 'proven', '', 'answered', at,
    (at AT TIME ZONE 'Europe/Paris')::date, (at + interval '30 days')::date, at::date, '', '',
    'fulfilled', '', '', '', at + make_interval(days => (n %% 40)::int), false, false
FROM (SELECT n, timestamptz '2024-01-02' + n * interval '2 years' / %(many)s AS at
    FROM generate_series(1, %(many)s) AS n) AS r
"""


def took(what: str, call: Callable[[], object]) -> None:
    begun = time.monotonic()
    call()
    print(f"\n{what}: {time.monotonic() - begun:.2f} s")  # noqa: T201


def test_a_year_at_a_million() -> None:
    world = Reported()
    with connection.cursor() as cursor:
        cursor.execute(FILL, {"person": world.person.pk, "many": REQUESTS})
        cursor.execute("ANALYZE")
    took("yearly report and the year before", lambda: counting.gather(year_of(2025), NOW))
    took("metrics of § 7102", lambda: metrics.gather(2025, Report.Scope.ALL, NOW))
    took("public figures of a year", lambda: publishing.count(2025, NOW.date()))
