"""``GET /api/v1/permits/snapshot``: one state, three formats, in parts, and a way to catch up."""

import csv
import io
import json
import time
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.db import DatabaseError, connection
from django.test import Client
from pyarrow import parquet

from consents import permits, snapshots
from consents.models import BulkAnswer, Document
from tests.consents.worlds import World, make_document, make_purpose

pytestmark = pytest.mark.django_db(transaction=True)
URL = "/api/v1/permits/snapshot"


@pytest.fixture
def world(transactional_db):
    world = World("objection")
    for name in ("=1+1", "plain", 'a"b,c', "é"):
        make_document(name, world.cleo)
    world.refuse(world.ben)
    return world


@pytest.fixture
def ask(machine):
    client: Client = machine("permits:read")

    def get(headers: Any = None, **asked: Any) -> Any:
        answer: Any = client.get(URL, {"purpose": "ai-training"} | asked, headers=headers)
        answer.raw = b"".join(answer)
        return answer

    return get


ALLOWED = ["org:shared", "private", "with-signer", "=1+1", "plain", 'a"b,c', "é"]


def names(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.raw
    assert int(answer["Content-Length"]) == len(answer.raw)
    return [json.loads(line)["document"] for line in answer.raw.splitlines()]


def test_it_holds_what_may_be_used_in_a_lasting_order(world, ask):
    answer = ask()
    assert names(answer) == ALLOWED
    assert json.loads(answer.raw.splitlines()[0]) == {
        "document": "org:shared",
        "allowed": True,
        "reason": "no_objection",
    }
    [row] = BulkAnswer.objects.all()
    assert (row.kind, row.asked, row.allowed) == ("snapshot", 8, 7)
    assert len(answer["Regard-State"]) == 64
    assert answer["Regard-Cursor"]
    assert answer["Cache-Control"] == "no-store"


def test_a_spreadsheet_computes_nothing_of_it(world, ask):
    answer = ask(format="csv")
    rows = list(csv.reader(io.StringIO(answer.raw.decode(), newline="")))
    assert rows[0] == ["document", "reason"]
    assert [row[0] for row in rows[1:]] == [f"'{n}" if n == "=1+1" else n for n in ALLOWED]


def test_parquet_holds_the_same(world, ask, monkeypatch):
    monkeypatch.setattr(snapshots, "ROWS_IN_GROUP", 2)
    table = parquet.read_table(io.BytesIO(ask(format="parquet").raw))
    assert table.column("document").to_pylist() == ALLOWED
    assert set(table.column("reason").to_pylist()) == {"no_objection"}


def test_without_the_extra_parquet_is_refused_and_the_extra_named(world, ask, monkeypatch):
    monkeypatch.setattr(snapshots, "find_spec", lambda name: None)
    answer = ask(format="parquet")
    assert (answer.status_code, answer.json()["code"]) == (406, "parquet_not_installed")
    assert "'parquet'" in answer.json()["message"]
    assert ask(format="csv").status_code == 200


def test_parts_follow_each_other_to_the_end(world, ask, monkeypatch):
    monkeypatch.setattr(snapshots, "AT_A_TIME", 2)
    found, after, parts = [], "", 0
    while True:
        answer = ask(limit=3, **({"after": after} if after else {}))
        found += names(answer)
        parts += 1
        if "Link" not in answer:
            break
        address, relation = answer["Link"].split("; ")
        assert relation == 'rel="next"'
        query = dict(part.split("=") for part in urlsplit(address.strip("<>")).query.split("&"))
        assert query["limit"] == "3"
        after = Document.objects.order_by("pk")[3 * parts - 1].reference
    assert (found, parts) == (ALLOWED, 3)
    # Also after any line, as whoever was interrupted knows it.
    assert names(ask(after="plain")) == ['a"b,c', "é"]
    assert names(ask(after="é")) == []


def wait_until_all_is_settled() -> None:
    """Wait for whoever else works in the cluster, and might still have written before the last.

    While they do, the state names what it has seen one by one: the same answers, another state.
    """
    seen = "SELECT coalesce(max(transaction), 0) FROM consents_permitchange"
    over = "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint"
    while True:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT ({over}) > ({seen})")
            if cursor.fetchone() == (True,):
                return
        time.sleep(0.05)


def test_the_state_tells_whether_anything_changed(world, ask):
    make_purpose("audit", "objection")
    wait_until_all_is_settled()
    first = ask()
    assert ask()["Regard-State"] == first["Regard-State"]
    assert ask(purpose="audit")["Regard-State"] != first["Regard-State"]
    same = ask({"If-None-Match": first["ETag"]})
    assert (same.status_code, same.raw) == (304, b"")
    assert same["ETag"] == first["ETag"]
    assert ask({"If-None-Match": first["ETag"]}, format="csv").status_code == 200
    world.refuse(world.cleo)
    after = ask({"If-None-Match": first["ETag"]})
    assert after.status_code == 200
    assert after["Regard-State"] != first["Regard-State"]
    assert names(after) == ["with-signer"]


@pytest.mark.parametrize(
    ("asked", "status", "code"),
    [
        ({"purpose": "magic"}, 404, "unknown_purpose"),
        ({"purpose": "a\x00b"}, 404, "unknown_purpose"),
        ({"purpose": ""}, 400, "invalid"),
        ({"format": "xml"}, 400, "invalid"),
        ({"after": "nobody-knows"}, 400, "invalid"),
        ({"after": "a\x00b"}, 400, "invalid"),
        ({"limit": "0"}, 400, "invalid"),
        ({"limit": "1000001"}, 400, "invalid"),
    ],
)
def test_a_wrong_question_gets_a_clear_answer(world, ask, asked, status, code):
    answer = ask(**asked)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert not BulkAnswer.objects.exists()


def test_who_may_not_ask_gets_no_answer(world, machine, client):
    assert client.get(URL, {"purpose": "ai-training"}).status_code == 401
    assert machine("uses:write").get(URL, {"purpose": "ai-training"}).status_code == 403
    assert machine("permits:read").post(URL).status_code == 405


@pytest.mark.parametrize("form", ["ndjson", "csv", "parquet"])
def test_a_database_that_dies_in_the_middle_gives_no_half_answer(world, ask, monkeypatch, form):
    decide, calls = permits.decide, []

    def dying(*args, **kwargs):
        calls.append(args)
        if len(calls) == 3:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
        return decide(*args, **kwargs)

    monkeypatch.setattr(permits, "decide", dying)
    monkeypatch.setattr(snapshots, "AT_A_TIME", 2)
    answer = ask(format=form)
    assert (answer.status_code, answer.json()["allowed"]) == (503, False)
    assert not BulkAnswer.objects.exists()


def test_a_snapshot_that_cannot_be_written_down_is_not_given(world, ask, monkeypatch):
    def full(**fields):
        raise DatabaseError("no space left")

    monkeypatch.setattr(BulkAnswer.objects, "create", full)
    answer = ask()
    assert (answer.status_code, answer.json()["allowed"]) == (503, False)
