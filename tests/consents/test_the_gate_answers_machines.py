"""``GET /api/v1/permits/``: a clear answer, written down; and no when anything is amiss."""

import threading

import pytest
from django.db import DatabaseError, OperationalError, connection, transaction

from consents import api, permits
from consents.models import Party, PermitAnswer
from portal.api.authentication import MachineAuthentication
from tests.consents.worlds import World

URL = "/api/v1/permits/"


@pytest.fixture
def world(db):
    return World()


@pytest.fixture
def ask(machine):
    client = machine("permits:read")
    return lambda **question: client.get(URL, question)


def test_the_answer_follows_the_choice_and_is_written_down(world, ask):
    world.allow(world.cleo)
    world.allow(world.dan)
    first = ask(document="private", purpose="ai-training")
    assert first.status_code == 200
    assert first["Cache-Control"] == "no-store"
    body = first.json()
    assert set(body) == {"allowed", "reason", "as_of", "state"}
    assert (body["allowed"], body["reason"]) == (True, "consented")
    assert body["as_of"].endswith(("Z", "+00:00"))
    world.refuse(world.dan)
    second = ask(document="private", purpose="ai-training").json()
    assert (second["allowed"], second["reason"]) == (False, "refused_by_party")
    assert second["state"] != body["state"]
    answers = PermitAnswer.objects.order_by("pk")
    assert [
        (one.allowed, one.reason, one.document and one.document.reference) for one in answers
    ] == [
        (True, "consented", "private"),
        (False, "refused_by_party", "private"),
    ]
    assert answers[0].state == body["state"]
    assert answers[0].client


def test_unknown_names_are_a_no_with_a_reason(world, ask):
    assert (
        ask(document="nobody-knows", purpose="ai-training").json()["reason"] == "unknown_document"
    )
    answer = ask(document="private", purpose="magic")
    assert (answer.status_code, answer.json()["allowed"]) == (200, False)
    assert answer.json()["reason"] == "unknown_purpose"
    assert ask(document="a\x00b", purpose="ai-\x00training").json()["allowed"] is False
    assert PermitAnswer.objects.earliest("pk").document is None


@pytest.mark.parametrize("question", [{}, {"document": "private"}, {"purpose": "ai-training"},
                                      {"document": "", "purpose": "ai-training"}])  # fmt: skip
def test_a_question_without_its_parts_is_a_bad_request(world, ask, question):
    answer = ask(**question)
    assert answer.status_code == 400
    assert answer.json()["code"] == "invalid"
    assert "allowed" not in answer.json()
    assert answer["Cache-Control"] == "no-store"


def test_who_may_not_ask_gets_no_answer(world, machine, client):
    question = {"document": "private", "purpose": "ai-training"}
    assert client.get(URL, question).status_code == 401
    refused = machine("documents:write").get(URL, question)
    assert (refused.status_code, refused.json()["code"]) == (403, "insufficient_scope")
    assert machine("permits:read").post(URL, question).status_code == 405
    assert not PermitAnswer.objects.exists()


def test_without_the_database_it_is_a_no(world, ask, monkeypatch):
    def down(*args, **kwargs):
        raise OperationalError("the server closed the connection unexpectedly")

    for target, name in ((permits, "decide"), (MachineAuthentication, "authenticate")):
        with monkeypatch.context() as patch:
            patch.setattr(target, name, down)
            answer = ask(document="private", purpose="ai-training")
        assert (answer.status_code, answer["Cache-Control"]) == (503, "no-store")
        assert (answer.json()["allowed"], answer.json()["reason"]) == (False, "unavailable")


def test_an_answer_that_cannot_be_written_down_is_not_given(world, ask, monkeypatch):
    def full(**fields):
        raise DatabaseError("no space left")

    monkeypatch.setattr(PermitAnswer.objects, "create", full)
    answer = ask(document="private", purpose="ai-training")
    assert (answer.status_code, answer.json()["allowed"]) == (503, False)


@pytest.mark.django_db(transaction=True)
def test_a_gate_that_takes_too_long_says_no(machine, monkeypatch):
    World()
    monkeypatch.setattr(api, "GATE_TIMEOUT", 100)
    client = machine("permits:read")
    locked, done = threading.Event(), threading.Event()

    def block():
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {Party._meta.db_table} IN ACCESS EXCLUSIVE MODE")
            locked.set()
            done.wait(120)
        connection.close()

    blocker = threading.Thread(target=block)
    blocker.start()
    locked.wait(120)
    try:
        answer = client.get(URL, {"document": "private", "purpose": "ai-training"})
    finally:
        done.set()
        blocker.join()
    assert (answer.status_code, answer.json()["reason"]) == (503, "unavailable")
    again = client.get(URL, {"document": "private", "purpose": "ai-training"})
    assert (again.status_code, again.json()["reason"]) == (200, "consent_missing")
