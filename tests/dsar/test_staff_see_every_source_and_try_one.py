"""The page of sources: what each holds, how it is doing, what is wrong with its file."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.models import AccessEvent, User
from dsar import tasks
from dsar.models import SubjectRequest
from dsar.sources import base, overview
from tests.accounts import people
from tests.dsar.billing import Billing, describe
from tests.dsar.worlds import Ask

pytestmark = pytest.mark.django_db
ALICE = "alice@example.org"


@pytest.fixture
def billing(tmp_path: Path, monkeypatch: Any, settings: Any) -> Iterator[Billing]:
    made = Billing("sqlite", tmp_path, monkeypatch)
    made.customer(1, ALICE, "Alice")
    made.invoice(1, 1, "2024-01-02")
    settings.SOURCES_DIR = str(tmp_path / "sources")
    settings.DSAR_SOURCES = ["dsar.sources.portal.AccountSource"]
    (tmp_path / "sources").mkdir()
    describe(tmp_path / "sources")
    base.registered.cache_clear()
    yield made
    base.registered.cache_clear()


def desk(role: str) -> Client:
    email = f"{role}@staff.example.org"
    return people.sign_in(Client(), people.with_app(people.make(email, name=role, role=role)))


def test_support_reads_what_each_source_holds_and_cannot_try(
    billing: Billing, open_request: Ask
) -> None:
    for step in open_request().steps.all():
        tasks.run_step(step.pk)
    client = desk("support")
    text = client.get("/staff/sources/").text
    assert "Every source answers" in text
    assert "Invoices and questions about them." in text
    page = client.get("/staff/sources/billing/").text
    assert "billing.yaml" in page
    assert "Try the connection" not in page
    assert client.post("/staff/sources/billing/try/").status_code == 404
    assert client.post("/staff/sources/billing/search/").status_code == 404
    assert people.sign_in(Client(), people.make("c@example.org")).get(
        "/staff/sources/"
    ).status_code == 404  # fmt: skip


def test_the_dpo_tries_a_source_and_nothing_changes(billing: Billing, alice: User) -> None:
    client = desk("dpo")
    assert "its description fits" in client.post("/staff/sources/billing/try/").text
    fields = {"email": ALICE.upper(), "reason": "she asked whether we hold invoices"}
    text = client.post("/staff/sources/billing/search/", fields).text
    assert "Nothing has been changed" in text
    assert "A••••" in text
    assert "kept ten years for the tax office" in text
    seen = AccessEvent.objects.get(person=alice)
    assert (seen.reference, seen.reason) == ("source:billing", fields["reason"])
    assert billing.run("SELECT name FROM customers") == [("Alice",)]


@pytest.mark.parametrize(
    ("email", "reason", "said"),
    [
        ("nobody@example.org", "a question", "Nobody is known here by this address"),
        ("no address", "a question", "valid email"),
        (ALICE, "", "required"),
        (ALICE, f"{ALICE} wrote", "without the name or an address"),
        (f"{ALICE}\0", "x", "Null characters"),
    ],
)
def test_a_dry_run_needs_a_known_person_and_a_reason(
    billing: Billing, alice: User, email: str, reason: str, said: str
) -> None:
    answer = desk("dpo").post("/staff/sources/billing/search/", {"email": email, "reason": reason})
    assert answer.status_code == 422
    assert said.lower() in answer.text.lower()
    assert not AccessEvent.objects.exists()


def test_a_broken_file_is_shown_with_its_lines(billing: Billing, settings: Any) -> None:
    (Path(settings.SOURCES_DIR) / "shop.yaml").write_text("type: sql\nslug: shop\nsurprise: 1\n")
    client = desk("dpo")
    assert "1 source</strong> needs a look" in client.get("/staff/sources/").text
    page = client.get("/staff/sources/shop/").text
    assert "Line 3: “surprise” is not known here" in page
    assert client.post("/staff/sources/shop/try/").status_code == 404
    assert client.get("/staff/sources/nothing/").status_code == 404


def test_a_source_that_is_down_says_so(billing: Billing) -> None:
    billing.file.unlink()
    text = desk("dpo").post("/staff/sources/billing/try/").text
    assert "It could not be tried" in text
    assert "The source does not answer." in text


def test_all_sources_are_read_in_few_queries(
    billing: Billing, django_assert_max_num_queries: Any
) -> None:
    client = desk("support")
    client.get("/staff/sources/")
    with django_assert_max_num_queries(11):
        client.get("/staff/sources/")


def test_how_a_source_is_doing_counts_its_newest_and_its_open_steps(open_request: Ask) -> None:
    request = open_request()
    steps = request.steps.filter(source="account")
    now = timezone.now()

    def ended(outcome: str, days: int) -> datetime:
        at = now - timedelta(days=days)
        steps.update(status="finished", outcome=outcome, finished_at=at, cause="unavailable")
        return at

    def doing() -> overview.Doing:
        found = overview.one("account")
        assert found is not None
        return found.doing

    assert doing() == overview.Doing(None, None, 1, 0)
    for outcome in ("done", "not_found"):
        answered_at = ended(outcome, 3)
        assert doing() == overview.Doing(answered_at, None, 0, 0)
    failed_at = ended("failed", 2)
    assert doing() == overview.Doing(None, failed_at, 0, 1)
    steps.update(accepted_at=now)
    assert doing() == overview.Doing(None, failed_at, 0, 0)
    steps.update(accepted_at=None)
    SubjectRequest.objects.filter(pk=request.pk).update(status="withdrawn", closed_at=now)
    assert doing() == overview.Doing(None, failed_at, 0, 0)


# Steps of no request, as many as make one index better than another; the triggers are at rest.
MANY = """
    SET LOCAL session_replication_role = replica;
    INSERT INTO dsar_step (request_id, kind, source, position, status, attempts, failures,
        not_before, queued_at, finished_at, outcome, cause, next_action, awaits, records, files,
        volume, tables, part)
    SELECT 1000000 + n, 'collect', CASE WHEN n % 3 = 0 THEN 'account' ELSE 'documents' END, 1,
        'finished', 1, 0, now(), now(), now() - n * interval '1 hour',
        (ARRAY['done', 'not_found', 'failed', 'exception'])[1 + n % 4],
        CASE n % 4 WHEN 2 THEN 'unavailable' ELSE '' END, '', '', 0, 0, 0, '[]', ''
    FROM generate_series(1, 5000) AS n;
    SET LOCAL session_replication_role = origin;
    ANALYZE dsar_step;
    SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off
"""


def test_the_newest_steps_are_read_from_an_index_however_many_there_are(
    open_request: Ask, django_assert_num_queries: Any
) -> None:
    open_request()
    with django_assert_num_queries(2):
        overview.everything()
    asked: dict[str, Any] = {
        "sources": ["account"],
        "good": ["done", "not_found"],
        "failed": "failed",
    }
    with connection.cursor() as cursor:
        cursor.execute(MANY)
        cursor.execute(f"EXPLAIN {overview.NEWEST}", asked)
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert plan.count("step_newest_of_source") == 2
    assert plan.count("Limit") == 2, plan
