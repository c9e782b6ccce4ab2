"""One index of choices by time serves the log, newest first, and the figures of a day."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from consents.models import ChoiceEvent

pytestmark = pytest.mark.django_db
NOW = timezone.now()
# Rows of nobody, as many as make one index better than another; the triggers are at rest.
MANY = """
    SET LOCAL session_replication_role = replica;
    INSERT INTO consents_choiceevent (uid, at, act, version_id, text_sha256, language, source,
        person_id, by_id, purpose_id)
    SELECT gen_random_uuid(), now() - n * interval '1 hour', 'consent_refused', 1, 'x', 'en',
        'portal', n % 500, n % 500, n % 5
    FROM generate_series(1, 5000) AS n;
    SET LOCAL session_replication_role = origin;
    ANALYZE consents_choiceevent;
    SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off
"""


@pytest.mark.parametrize(
    "rows",
    [
        ChoiceEvent.objects.order_by("-at", "-id")[:51],
        ChoiceEvent.objects.filter(at__lte=NOW).order_by("-at", "-id")[:51],
        ChoiceEvent.objects.filter(at__gte=NOW).order_by("at", "id")[:51],
        ChoiceEvent.objects.filter(at__gte=NOW - timedelta(days=1), at__lt=NOW),
    ],
    ids=["first page", "older", "newer", "a day"],
)
def test_it_is_read_and_nothing_is_sorted(rows) -> None:
    with connection.cursor() as cursor:
        cursor.execute(MANY)
    plan = rows.explain()
    assert "choice_newest" in plan
    assert "Sort" not in plan
