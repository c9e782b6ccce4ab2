"""A database described by a mapping, of three makers: found, copied, erased, proven."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, strategies
from hypothesis import settings as laws

from accounts.models import User
from dsar import actions, erasure
from dsar.models import ErasureItem, SourceTrail, Step, SubjectRequest
from dsar.sources import base
from dsar.sources.sql import trails
from dsar.sources.sql.selecting import Known
from tests.dsar.billing import Billing, describe, source
from tests.dsar.mariadb import DATABASES
from tests.dsar.worlds import Ask, unpack, verify, work

pytestmark = pytest.mark.django_db


@pytest.fixture(params=DATABASES)
def billing(request: Any, tmp_path: Path, monkeypatch: Any, db: None) -> Iterator[Billing]:
    made = Billing(request.param, tmp_path, monkeypatch)
    yield made
    made.drop()


@pytest.fixture
def registry(tmp_path: Path, settings: Any) -> Iterator[Path]:
    folder = tmp_path / "sources"
    folder.mkdir()
    describe(folder)
    settings.SOURCES_DIR = str(folder)
    settings.DSAR_SOURCES = ["dsar.sources.portal.AccountSource"]
    base.registered.cache_clear()
    yield folder
    base.registered.cache_clear()


def fill(billing: Billing) -> None:
    billing.customer(1, "Alice@Example.org", "Alice")
    billing.customer(2, "bob@example.org", "Bob")
    billing.invoice(1, 1, "2020-05-04")
    billing.invoice(2, 1, "2010-01-01")
    billing.invoice(3, 2, "2020-05-04")
    billing.ticket(1, 1, words="mine", state="open", helper_id=2)
    billing.ticket(2, 2, words="an answer", state="open", parent_id=1)
    billing.ticket(3, None, words="by mail", state=None, email="ALICE@example.org")
    billing.ticket(4, 2, words="helped", state="open", helper_id=1)
    billing.ticket(5, 1, words="advertising", state="spam")


def test_only_the_persons_rows_are_found_by_whichever_way(
    billing: Billing, tmp_path: Path, alice: User
) -> None:
    fill(billing)
    found = {
        table.slug: [dict(row.values) for row in table.rows]
        for table in source(tmp_path).collect(alice)
    }
    assert [row["name"] for row in found["customers"]] == ["Alice"]
    assert sorted(row["number"] for row in found["invoices"]) == [1, 2]
    assert len(found["lines"]) == 2
    assert sorted(row["words"] for row in found["tickets"]) == ["by mail", "mine"]
    assert source(tmp_path).find(alice) == 7


def erased(open_request: Ask, by: User) -> SubjectRequest:
    request = work(open_request("erasure"))
    assert request.status == "review", list(request.steps.values_list("source", "cause"))
    return work(actions.approve(request, by=by))


def test_a_request_goes_through_the_whole_database_until_what_was_kept_ends(
    billing: Billing, registry: Path, open_request: Ask, alice: User, sam: User
) -> None:
    fill(billing)
    request = erased(open_request, sam)
    assert (request.status, request.outcome) == ("answered", "fulfilled")
    ((email, name, iban, order),) = billing.run(
        'SELECT email, name, iban, "Order" FROM customers WHERE id = 1'
    )
    assert email.startswith("erased-")
    assert (name, iban, order) == ("", None, "none")
    assert billing.run("SELECT number FROM invoices ORDER BY number") == [(1,), (3,)]
    assert billing.count("lines") == 2
    rows = billing.run("SELECT id, helper_id, parent_id FROM tickets ORDER BY id")
    assert rows == [(2, None, None), (4, 1, None), (5, None, None)]
    items = {item.key: item for item in request.items.filter(source="billing")}
    kept = items["invoices:2030-05-04"]
    assert (kept.decision, kept.until, kept.amount) == ("keep", date(2030, 5, 4), 1)
    assert "tax office" in kept.label
    assert all(item.proven_at for item in items.values())
    assert items["tickets"].label == ""
    alice.addresses.update(email=None)
    assert trails.tidy() == 0, "what is kept could not be found again"
    erasure.end_what_is_due(date(2030, 5, 3))
    assert billing.count("invoices") == 2
    erasure.end_what_is_due(date(2030, 5, 4))
    assert billing.run("SELECT number FROM invoices") == [(3,)]
    assert billing.count("lines") == 1
    ended = request.items.filter(source="billing", decision="keep")
    assert all(item.ended_at for item in ended)
    assert trails.tidy() > 0
    assert not SourceTrail.objects.exists()


def items_of(request: SubjectRequest, made: Any, person: User) -> list[ErasureItem]:
    made.ready(Step(request=request, kind=Step.Kind.ERASE))
    return [
        ErasureItem.objects.get_or_create(
            request=request,
            source="billing",
            key=one.key,
            defaults={
                "decision": one.decision,
                "sentence": one.sentence,
                "ground": one.ground,
                "until": one.until,
                "amount": one.amount,
            },
        )[0]
        for one in made.plan(person, request)
    ]


def test_what_came_in_since_is_found_and_goes_too(
    billing: Billing, tmp_path: Path, open_request: Ask, alice: User
) -> None:
    fill(billing)
    request, made = open_request("erasure"), source(tmp_path)
    items = items_of(request, made, alice)
    billing.ticket(9, 1, words="new, after the plan", state="open")
    for item in items:
        made.erase(alice, item)
    billing.ticket(10, 1, words="newer, hangs on a row that names nobody now", state="open")
    tickets = next(item for item in items if item.key == "tickets")
    assert made.find(alice) == 0, "no search by address leads to it"
    assert not made.prove_gone(alice, tickets), "but the keys that were noted do"
    made.erase(alice, tickets)
    assert all(made.prove_gone(alice, item) for item in items)
    before = billing.run("SELECT email FROM customers ORDER BY id")
    for item in items:
        made.erase(alice, item)
    assert billing.run("SELECT email FROM customers ORDER BY id") == before, "again: no change"


def test_a_broken_description_is_a_gap_and_blocks_nobody(
    billing: Billing, registry: Path, open_request: Ask, alice: User, sam: User
) -> None:
    billing.run("ALTER TABLE lines RENAME TO rows_of_invoices")
    (registry / "shop.yaml").write_text("type: sql")
    base.registered.cache_clear()
    request = work(open_request())
    steps = {step.source: step for step in request.steps.all()}
    assert steps["account"].outcome == "done"
    assert (steps["billing"].outcome, steps["billing"].cause) == ("failed", "mapping")
    assert (steps["shop"].outcome, steps["shop"].next_action) == ("failed", "correct")
    request = work(actions.approve(request, by=sam, accept_gaps=True))
    assert request.outcome == "with_gaps"
    page = unpack(request).read("index.html").decode()
    assert "“Billing” could not be searched" in page


def test_every_proven_address_counts_and_no_other(
    billing: Billing, tmp_path: Path, alice: User
) -> None:
    billing.customer(1, "Alice.Home@Example.net")
    billing.customer(2, "alice@evil.example")
    verify("alice.home@example.net", alice)
    alice.email = "alice@evil.example"  # claimed in the profile, and never proven
    alice.save()
    assert source(tmp_path).find(alice) == 1


def test_an_address_that_only_looks_like_the_persons_is_somebody_elses(
    billing: Billing, tmp_path: Path, alice: User
) -> None:
    """Most databases of MySQL and MariaDB say that é is e, and that blanks at the end are none."""
    billing.customer(1, "alicé@example.org")
    billing.customer(2, "alice@example.org ")
    billing.customer(3, "ALICE@example.org")
    assert source(tmp_path).find(alice) == 1


RANDOM_ROWS = strategies.lists(
    strategies.tuples(
        strategies.sampled_from(["customer", "invoice", "ticket"]),
        strategies.sampled_from([None, 1, 2, 3]),
        strategies.sampled_from([None, "1999-12-31", "2024-02-29", "not a day"]),
        strategies.sampled_from([None, "alice@example.org", "ALICE@EXAMPLE.ORG", "x@example.org"]),
    ),
    max_size=14,
)


@laws(max_examples=12)
@given(rows=RANDOM_ROWS)
def test_after_an_erasure_a_new_search_finds_nothing_that_was_not_kept(
    rows: Any, tmp_path: Path, monkeypatch: Any, open_request: Ask, alice: User
) -> None:
    (tmp_path / "billing.sqlite").unlink(missing_ok=True)
    billing = Billing("sqlite", tmp_path, monkeypatch)
    billing.customer(1, "alice@example.org")
    billing.customer(2, "bob@example.org")
    billing.customer(3, None)
    for number, (kind, of, day, email) in enumerate(rows, start=10):
        if kind == "customer":
            billing.customer(number, email)
        elif kind == "invoice":
            billing.invoice(number, of, day)
        else:
            billing.ticket(number, of, email=email, helper_id=of, parent_id=None, state=day)
    request = SubjectRequest.objects.filter(person=alice).first() or open_request("erasure")
    request.items.all().delete()
    request.trails.all().delete()
    made = source(tmp_path)
    bob = Known(("bob@example.org", "x@example.org"))
    before = made.counts(bob)
    items = items_of(request, made, alice)
    for item in items:
        made.erase(alice, item)
    kept = {item.key for item in items if item.stays}
    for one in made.plan(alice, request):
        assert one.key in kept
    assert all(made.prove_gone(alice, item) for item in items)
    assert all(item.until and item.ground for item in items if item.stays)
    after = made.counts(bob)
    # A question that both had part in goes with either; everything else of others stays.
    assert {**after, "tickets": 0} == {**before, "tickets": 0}
