"""One index of choices by time serves the log, newest first, and the figures of a day."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from consents.models import ChoiceEvent

pytestmark = pytest.mark.django_db
NOW = timezone.now()


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
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")
    plan = rows.explain()
    assert "choice_newest" in plan
    assert "Sort" not in plan
