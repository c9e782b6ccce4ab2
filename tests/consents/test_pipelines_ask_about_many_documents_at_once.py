"""``POST /api/v1/permits/query``: lines in, lines out, of one state, written down, else none."""

import gzip
import json
import threading
from typing import Any

import pytest
from django.db import DatabaseError, OperationalError, connection, transaction

from consents import bulk, permits
from consents.models import BulkAnswer
from consents.moments import one_state
from portal.api.authentication import MachineAuthentication
from tests.consents.worlds import World, make_document

pytestmark = pytest.mark.django_db(transaction=True)
URL = "/api/v1/permits/query?purpose=ai-training"
NDJSON = "application/x-ndjson"


@pytest.fixture
def world(transactional_db):
    world = World()
    world.allow(world.cleo)
    world.allow(world.dan)
    return world


@pytest.fixture
def ask(machine):
    client = machine("permits:read")

    def post(body, url=URL, content_type=NDJSON, **headers):
        raw = body if isinstance(body, bytes) else lines(*body)
        # The test client forgets the type of a body that is empty.
        answer = client.post(
            url, raw, content_type=content_type, headers=headers,
            CONTENT_TYPE=content_type, CONTENT_LENGTH=str(len(raw)),
        )  # fmt: skip
        answer.raw = b"".join(answer)
        return answer

    return post


def lines(*references) -> bytes:
    return "".join(json.dumps({"document": one}) + "\n" for one in references).encode()


def read(answer) -> list[dict[str, Any]]:
    raw = answer.raw
    assert int(answer["Content-Length"]) == len(raw)
    assert not raw or raw.endswith(b"\n")
    return [json.loads(line) for line in raw.splitlines()]


def test_each_line_is_answered_in_its_place(world, ask):
    answer = ask(["with-signer", "private", "nobody-knows", "private"])
    assert (answer.status_code, answer["Content-Type"]) == (200, NDJSON)
    assert answer["Cache-Control"] == "no-store"
    assert read(answer) == [
        {"document": "with-signer", "allowed": False, "reason": "consent_missing"},
        {"document": "private", "allowed": True, "reason": "consented"},
        {"document": "nobody-knows", "allowed": False, "reason": "unknown_document"},
        {"document": "private", "allowed": True, "reason": "consented"},
    ]


def test_a_slash_at_the_end_changes_nothing(world, ask):
    assert ask(["private"], url=URL.replace("?", "/?")).status_code == 200


def test_the_whole_answer_is_written_down_before_it_is_given(world, ask):
    answer = ask(["private", "with-signer"])
    [row] = BulkAnswer.objects.all()
    assert (row.kind, row.asked, row.allowed, row.purpose) == ("query", 2, 1, world.purpose)
    assert row.state == answer["Regard-State"]
    assert row.client
    assert ask(["private", "with-signer"])["Regard-State"] == row.state
    world.refuse(world.dan)
    assert ask(["private", "with-signer"])["Regard-State"] != row.state


def test_an_answer_that_cannot_be_written_down_is_not_given(world, ask, monkeypatch):
    def full(**fields):
        raise DatabaseError("no space left")

    monkeypatch.setattr(BulkAnswer.objects, "create", full)
    answer = ask(["private"])
    assert (answer.status_code, answer.json()["allowed"]) == (503, False)
    assert "private" not in answer.content.decode()


WRONG = [
    (b"nonsense", "malformed_json"),
    (b"", "malformed_json"),
    (b"[" * 3000, "malformed_json"),
    (b"9" * 4000, "no_document"),
    (b'{"document": "\xff"}', "not_utf8"),
    (b'{"document": "' + b"a" * 4096 + b'"}', "line_too_long"),
    (b'{"document": ""}', "no_document"),
    (b'{"document": 1}', "no_document"),
    (b'{"document": null}', "no_document"),
    (b'{"document": "private", "document": "with-signer"}', "no_document"),
    (b'{"document": "private", "x": 1}', "no_document"),
    (b'{"document": "a\\u0000b"}', "no_document"),
    (b'{"document": "\\ud800"}', "no_document"),
    (b'"private"', "no_document"),
    (b"NaN", "no_document"),
    (b"{}", "no_document"),
]


def test_a_line_that_names_no_document_is_named_and_spoils_no_other(world, ask):
    body = b"".join(line + b"\r\n" + lines("private") for line, _error in WRONG)
    answers = read(ask(body.rstrip()))
    assert answers[::2] == [
        {"line": 2 * place + 1, "error": error, "allowed": False}
        for place, (_line, error) in enumerate(WRONG)
    ]
    good = {"document": "private", "allowed": True, "reason": "consented"}
    assert answers[1::2] == [good] * len(WRONG)
    assert BulkAnswer.objects.get().asked == len(WRONG)


def test_every_form_of_a_name_comes_back_as_it_is(world, ask):
    names = ['a"b', "a\\b", "é", "文書", "😀", "<a>", "=1+1", "\u2028", "a" * 200]
    for name in names[:5]:
        make_document(name, world.cleo, world.dan)
    assert [one["document"] for one in read(ask(names))] == names


def test_ten_megabytes_of_garbage_are_ten_megabytes_of_no(world, ask):
    answer = ask(b"\xf0garbage\n" * 1000 + b"x" * 10_000_000)
    errors = read(answer)
    assert len(errors) == 1001
    assert not any(one["allowed"] for one in errors)
    assert errors[-1]["error"] == "line_too_long"


NO_QUESTIONS = [
    (b"{}\n" * 100_001, {}, 413, "too_many_lines"),
    (b"{}\n" * 100_000 + b"{}", {}, 413, "too_many_lines"),
    (b"x" * (64 * 1024 * 1024 + 1), {}, 413, "too_large"),
    (gzip.compress(b"{}\n" * 1000), {"Content-Encoding": "gzip"}, 415,
     "unsupported_media_type"),
    (b"{}", {"content_type": "application/json"}, 415, "unsupported_media_type"),
    (b"{}", {"content_type": "\xff"}, 415, "unsupported_media_type"),
    (b"{}", {"Transfer-Encoding": "chunked"}, 411, "length_required"),
]  # fmt: skip


def test_what_is_no_question_gets_a_clear_answer(world, ask):
    for body, headers, status, code in NO_QUESTIONS:
        answer = ask(body, **headers)
        assert (answer.status_code, answer.json()["code"]) == (status, code)
        assert answer["Cache-Control"] == "no-store"
    assert not BulkAnswer.objects.exists()


def test_no_lines_are_no_answers(world, ask):
    assert read(ask(b"")) == []


def test_an_unknown_purpose_allows_nothing(world, ask):
    for slug in ("magic", "a%00b", "%F0%9F%98%80"):
        [line] = read(ask(["private"], url=f"/api/v1/permits/query?purpose={slug}"))
        assert (line["allowed"], line["reason"]) == (False, "unknown_purpose")
    assert ask(["private"], url="/api/v1/permits/query").status_code == 400


def test_who_may_not_ask_gets_no_answer(world, machine, client):
    assert client.post(URL, b"", content_type=NDJSON).status_code == 401
    refused = machine("documents:write").post(URL, b"", content_type=NDJSON)
    assert (refused.status_code, refused.json()["code"]) == (403, "insufficient_scope")
    assert machine("permits:read").get(URL).status_code == 405


def test_without_the_database_all_is_denied(world, ask, monkeypatch):
    def down(*args, **kwargs):
        raise OperationalError("the server closed the connection unexpectedly")

    for target, name in ((permits, "decide"), (MachineAuthentication, "authenticate")):
        with monkeypatch.context() as patch:
            patch.setattr(target, name, down)
            answer = ask(["private"])
        assert (answer.status_code, answer.json()["allowed"]) == (503, False)
        assert answer["Retry-After"]


def test_a_database_that_dies_in_the_middle_gives_no_half_answer(world, ask, monkeypatch):
    decide, calls = permits.decide, []

    def dying(*args, **kwargs):
        calls.append(args)
        if len(calls) == 2:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
        return decide(*args, **kwargs)

    monkeypatch.setattr(permits, "decide", dying)
    monkeypatch.setattr(bulk, "AT_A_TIME", 2)
    answer = ask(["private"] * 6)
    assert len(calls) == 2
    assert (answer.status_code, answer.json()["allowed"]) == (503, False)
    monkeypatch.undo()
    assert len(read(ask(["private"] * 6))) == 6


def test_all_lines_are_answered_from_one_state(world, ask, monkeypatch):
    """Somebody refuses while the answer is being made: it does not mix before and after."""
    decide, refused = permits.decide, list[bool]()

    def refuse_meanwhile() -> None:
        def act():
            world.refuse(world.dan)
            connection.close()

        thread = threading.Thread(target=act)
        thread.start()
        thread.join()

    def decide_and_wait(*args, **kwargs):
        decisions = list(decide(*args, **kwargs))
        if not refused:
            refused.append(True)
            refuse_meanwhile()
        return iter(decisions)

    monkeypatch.setattr(permits, "decide", decide_and_wait)
    monkeypatch.setattr(bulk, "AT_A_TIME", 1)
    assert [one["allowed"] for one in read(ask(["private"] * 3))] == [True] * 3
    assert [one["allowed"] for one in read(ask(["private"] * 3))] == [False] * 3


def test_only_so_many_at_a_time(world, ask, settings):
    settings.BULK_AT_ONCE = 0
    answer = ask(["private"])
    assert (answer.status_code, answer.json()["code"]) == (429, "busy")
    assert answer["Retry-After"]


def test_a_hundred_thousand_lines_are_one_question(world, ask):
    names = ["private", "with-signer", "nobody-knows", "org:members"] * 25_000
    answers = read(ask(names))
    assert [one["document"] for one in answers] == names
    assert {one["document"] for one in answers if one["allowed"]} == {"private"}
    assert BulkAnswer.objects.get().asked == 100_000


def test_nothing_can_be_written_while_answering(world):
    with pytest.raises(DatabaseError), one_state():
        world.purpose.save()
    with transaction.atomic():
        world.purpose.save()
