"""HTTP services: asked once, answered at once, by a callback or when we look again."""

import hashlib
import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.models import User
from dsar import actions, erasure, tasks
from dsar.actions import outside
from dsar.models import OutsideTask
from dsar.sources import base
from tests.dsar import outside_worlds as worlds
from tests.dsar.outside_worlds import FakeService, describe, says, signed, task_of, wake
from tests.dsar.worlds import Ask, unpack, work
from tests.servers import wait_until

pytestmark = pytest.mark.django_db

TABLE = {
    "slug": "notes",
    "title": "Notes",
    "columns": [{"key": "note", "label": "Note"}],
    "rows": [{"note": "buys tea", "hidden": "not asked for"}],
}


@pytest.fixture(scope="module")
def fake_server() -> Iterator[FakeService]:
    made = FakeService()
    yield made
    made.stop()


@pytest.fixture
def fake(fake_server: FakeService, settings: Any, monkeypatch: Any, tmp_path: Any) -> Any:
    fake_server.asked, fake_server.polled, fake_server.files = [], [], {}
    fake_server.on_post = lambda question: (202, b"{}", {})
    fake_server.on_get = lambda number: (202, b"{}", {})
    monkeypatch.setenv("NOTES_SECRET", worlds.SECRET)
    settings.OUTGOING_ALLOWED_HOSTS = [fake_server.host]
    settings.STEP_BACKOFF_SECONDS = [0]
    describe(settings, tmp_path / "sources", "http", fake_server.options())
    yield fake_server
    base.registered.cache_clear()


def post(task: OutsideTask, body: bytes, **headers: str) -> Any:
    given = signed(str(task.uid), body) | headers
    return Client().post(
        f"/hooks/sources/{outside.token_of(task)}/",
        body,
        content_type="application/json",
        headers=given,
    )


def collected(task: OutsideTask, **more: Any) -> bytes:
    return json.dumps({"id": str(task.uid), "outcome": "done", "tables": [TABLE], **more}).encode()


def test_an_answer_at_once_goes_into_the_copy(fake: FakeService, open_request: Ask) -> None:
    fake.on_post = lambda question: says(question["id"], outcome="done", tables=[TABLE])
    request = work(open_request())
    assert (request.status, request.outcome) == ("answered", "fulfilled")
    page = unpack(request).read("data/notes.json").decode()
    assert "buys tea" in page
    assert "not asked for" not in page
    question = fake.asked[0]
    assert question["action"] == "collect"
    assert question["subject"]["emails"] == ["alice@example.org"]
    assert set(question["subject"]) == {"uid", "emails"}
    assert question["language"] == "en"
    task = task_of(request, "collect")
    outside.forget()
    task.refresh_from_db()
    assert (task.answer, task.answer_key) == ("", None)


def test_an_answer_by_callback_wakes_the_step(fake: FakeService, open_request: Ask) -> None:
    request = work(open_request())
    step = request.steps.get()
    assert (step.status, step.awaits, step.failures) == ("waiting", "service", 0)
    task = task_of(request, "collect")
    body = collected(task)
    answer = post(task, body)
    assert (answer.status_code, answer.json()["result"]) == (200, "taken")
    assert work(request).status == "answered"
    # Repeated word for word it is the same answer, also when all is over; another one is late.
    assert post(task, body).status_code == 200
    assert post(task, collected(task, records=7)).status_code == 409


def test_what_is_forged_or_garbled_is_refused_and_loses_nothing(
    fake: FakeService, open_request: Ask
) -> None:
    request = work(open_request())
    task = task_of(request, "collect")
    body = collected(task)
    for headers in (
        {"webhook-signature": "v1,AAAA"},
        {"webhook-signature": "nonsense"},
        {"webhook-signature": "v1,é"},
        {"webhook-id": "another"},
        {"webhook-timestamp": "1"},
        {"webhook-timestamp": "nan"},
        {"webhook-timestamp": str(int(timezone.now().timestamp()) + 3600)},
    ):
        assert post(task, body, **headers).status_code == 401
    wrong = [
        b"", b"{", b"[]", b"null", b'"\\ud800"', b'{"id": NaN}', b"[" * 5000, b"1" * 5000,
        collected(task).replace(b"done", b"perhaps"),
        collected(task).replace(b'"title"', b'"tidle"'),
        collected(task).replace(b"buys tea", b"nul \\u0000"),
        collected(task, outcome="exception"),
        collected(task, files=[{"url": "https://elsewhere.example/x", "name": "x", "size": 1,
                                "sha256": "0" * 64}]),
        json.dumps({"id": "other", "outcome": "done"}).encode(),
    ]  # fmt: skip
    for one in wrong:
        answer = post(task, one)
        assert answer.status_code == 400, one[:50]
        assert answer.json()["message"].endswith(".")
    latin = "é".encode("latin-1")
    answer = Client().post(f"/hooks/sources/{outside.token_of(task)}/", latin, content_type="x/y")
    assert answer.status_code == 401
    assert Client().get(f"/hooks/sources/{outside.token_of(task)}/").status_code == 405
    assert Client().post("/hooks/sources/unknown/").status_code == 404
    assert post(task, b" " * (2001 * 1024)).status_code == 413
    task.refresh_from_db()
    assert task.verdict == ""
    assert task.state["forged"] >= 7
    assert post(task, body).status_code == 200
    assert work(request).status == "answered"


def test_after_its_day_an_answer_is_late_and_the_gap_is_named(
    fake: FakeService, open_request: Ask, sam: User
) -> None:
    request = work(open_request())
    task = task_of(request, "collect")
    OutsideTask.objects.update(due_at=timezone.now())
    assert post(task, collected(task)).status_code == 410
    step = wake(request).steps.get()
    assert (step.outcome, step.cause, step.next_action) == ("failed", "no_answer", "remind")
    # Asked again by staff it is a new question, which may be answered.
    fake.on_post = lambda question: says(question["id"], outcome="not_found")
    actions.retry(step, by=sam)
    assert work(request).outcome == "nothing_found"
    assert len({one["id"] for one in fake.asked}) == 2


def test_only_forged_answers_until_the_day_is_said_so(fake: FakeService, open_request: Ask) -> None:
    request = work(open_request())
    task = task_of(request, "collect")
    post(task, collected(task), **{"webhook-signature": "v1,AAAA"})
    OutsideTask.objects.update(due_at=timezone.now())
    assert wake(request).steps.get().cause == "forged"


def test_it_is_polled_as_often_as_it_likes_within_bounds(
    fake: FakeService, open_request: Ask
) -> None:
    fake.on_post = lambda question: (202, b"{}", {"Retry-After": "999999"})
    before = timezone.now()
    request = work(open_request())
    again = request.steps.get().not_before
    assert before + timedelta(hours=1) <= again <= timezone.now() + timedelta(hours=1)
    fake.on_get = lambda number: (429, b"", {"Retry-After": "1"})
    before = timezone.now()
    again = wake(request).steps.get().not_before
    assert before + timedelta(seconds=10) <= again <= timezone.now() + timedelta(seconds=10)
    fake.on_get = lambda number: says(number, outcome="done", tables=[TABLE])
    assert wake(request).status == "answered"
    assert len(fake.asked) == 1
    assert set(fake.polled) == {fake.asked[0]["id"]}


def test_a_question_it_lost_is_asked_again_with_the_same_number(
    fake: FakeService, open_request: Ask
) -> None:
    request = work(open_request())
    fake.on_get = lambda number: (404, b"", {})
    fake.on_post = lambda question: says(question["id"], outcome="done", tables=[TABLE])
    assert wake(request).status == "answered"
    assert fake.asked[0]["id"] == fake.asked[1]["id"]


def test_a_worker_killed_between_asking_and_noting_asks_the_same_again(
    fake: FakeService, open_request: Ask, monkeypatch: Any
) -> None:
    class Killed(BaseException):
        """What kill -9 looks like from the inside."""

    def killed(*args: Any, **more: Any) -> None:
        raise Killed

    request = open_request()
    with monkeypatch.context() as patch:
        patch.setattr(outside, "note_asked", killed)
        with pytest.raises(Killed):
            work(request)
    request.steps.update(leased_until=timezone.now() - timedelta(seconds=1))
    fake.on_post = lambda question: says(question["id"], outcome="done", tables=[TABLE])
    tasks.run_step(request.steps.get().pk)
    assert work(request).status == "answered"
    assert len({one["id"] for one in fake.asked}) == 1
    assert len(fake.asked) == 2


@pytest.mark.parametrize(
    ("reply", "cause"),
    [
        ((200, b"{}", {}), "forged"),
        ((401, b"", {}), "refused"),
        ((500, b"", {}), "unavailable"),
        ((301, b"", {"Location": "http://127.0.0.1/"}), "unavailable"),
        ((200, b"x" * (2001 * 1024), {}), "too_large"),
    ],
)
def test_a_bad_answer_names_its_cause(
    fake: FakeService, open_request: Ask, reply: Any, cause: str
) -> None:
    fake.on_post = lambda question: reply
    request = work(open_request())
    assert request.steps.get().cause == cause
    assert request.status == "review"


def test_a_signed_answer_that_is_none_is_unreadable(fake: FakeService, open_request: Ask) -> None:
    fake.on_post = lambda question: says(question["id"], outcome="perhaps")
    assert work(open_request()).steps.get().cause == "unreadable"


def test_without_its_secret_it_says_that_it_is_not_set_up(
    fake: FakeService, open_request: Ask, monkeypatch: Any
) -> None:
    monkeypatch.delenv("NOTES_SECRET")
    assert work(open_request()).steps.get().cause == "not_configured"


def test_files_are_fetched_checked_and_given(fake: FakeService, open_request: Ask) -> None:
    content = b"%PDF-1.7 " + bytes(range(256)) * 1000
    fake.files["scan.pdf"] = content
    told = {
        "url": f"http://{fake.host}/files/scan.pdf",
        "name": "../../scan.pdf",
        "size": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
    }
    fake.on_post = lambda question: says(question["id"], outcome="done", files=[told])
    copy = unpack(work(open_request()))
    name = next(name for name in copy.namelist() if name.endswith("scan.pdf"))
    assert copy.read(name) == content
    assert ".." not in name


@pytest.mark.parametrize(
    ("change", "cause"),
    [
        ({"sha256": "0" * 64}, "unreadable"),
        ({"size": 3}, "unreadable"),
        ({"size": 10**13}, "too_large"),
    ],
)
def test_a_file_that_is_not_as_announced_is_no_file(
    fake: FakeService, open_request: Ask, change: dict[str, Any], cause: str
) -> None:
    fake.files["a.txt"] = b"content"
    told = {
        "url": f"http://{fake.host}/files/a.txt",
        "name": "a.txt",
        "size": 7,
        "sha256": hashlib.sha256(b"content").hexdigest(),
    } | change
    fake.on_post = lambda question: says(question["id"], outcome="done", files=[told])
    step = work(open_request()).steps.get()
    assert (step.outcome, step.cause) == ("failed", cause)


def test_what_it_declines_is_a_gap_with_its_words(fake: FakeService, open_request: Ask) -> None:
    fake.on_post = lambda question: says(
        question["id"], outcome="exception", reason="It is being migrated."
    )
    request = work(open_request())
    step = request.steps.get()
    assert (request.status, step.outcome, step.cause) == ("review", "exception", "declined")
    assert task_of(request, "collect").reason == "It is being migrated."


@pytest.mark.parametrize("later", [False, True])
def test_the_example_for_integrators_passes(
    fake: FakeService, open_request: Ask, sam: User, settings: Any, tmp_path: Any, later: bool
) -> None:
    service = worlds.example().Service(0, worlds.SECRET, later=later)
    threading.Thread(target=service.serve_forever, args=(0.01,), daemon=True).start()
    host = f"127.0.0.1:{service.server_port}"
    settings.OUTGOING_ALLOWED_HOSTS.append(host)
    url = f"url: http://{host}/\nsecret: {{env: NOTES_SECRET}}\n"
    describe(settings, tmp_path / "example", "http", url)
    service.notes.rows = {"alice@example.org": ["one", "two"], "bob@example.org": ["his"]}
    called: list[dict[str, Any]] = []
    service.call_back = lambda question: called.append(question)

    def go(request: Any) -> Any:
        for _round in range(6):
            request = work(request)
            while called:
                question = called.pop()
                body = json.dumps(service.notes.answer(question)).encode()
                headers = worlds.example().signed(worlds.SECRET, question["id"], body)
                path = question["callback"].split("/hooks/")[1]
                answer = Client().post(
                    f"/hooks/{path}", body, content_type="application/json", headers=headers
                )
                assert answer.status_code == 200
        return request

    assert unpack(go(open_request())).read("data/notes.json").count(b"alice@") == 2
    request = go(open_request("erasure"))
    assert request.status == "review"
    item = request.items.get()
    assert (item.key, item.amount, item.decision) == ("notes", 2, "erase")
    request = go(actions.approve(request, by=sam))
    if request.status == "grace":
        request.grace_until = timezone.now()
        request.save()
    assert service.notes.rows == {"bob@example.org": ["his"]}
    item.refresh_from_db()
    assert item.sentence == "elsewhere_erased"
    assert item.proven_at is not None
    service.shutdown()
    service.server_close()


def test_what_a_service_keeps_has_its_ground_and_its_end(
    fake: FakeService, open_request: Ask, sam: User
) -> None:
    kept = {"ground": "legal_duty", "until": "2030-01-31"}

    def answer(question: dict[str, Any]) -> Any:
        items: list[dict[str, Any]] = []
        if question["action"] == "plan":
            items = [{"key": "a", "label": "A", "decision": "erase"},
                     {"key": "b", "label": "B", "decision": "erase"}]  # fmt: skip
        if question["action"] == "erase":
            items = [{"key": "a", "outcome": "erased"}, {"key": "b", "outcome": "kept", **kept}]
        if question["action"] == "prove":
            assert question["items"] == [{"key": "a"}]
            items = [{"key": "a", "gone": True}]
        return says(question["id"], outcome="done", items=items)

    fake.on_post = answer
    request = actions.approve(work(open_request("erasure")), by=sam)
    work(request)
    kept_item = request.items.get(key="b")
    assert (kept_item.decision, str(kept_item.until)) == ("keep", "2030-01-31")
    assert kept_item.sentence == "elsewhere_kept"
    assert "LegallyRequired" in kept_item.ground


def test_what_is_still_there_is_never_called_erased(
    fake: FakeService, open_request: Ask, sam: User, settings: Any
) -> None:
    def answer(question: dict[str, Any]) -> Any:
        item = {"key": "a"} | (
            {"decision": "erase"} if question["action"] == "plan"
            else {"outcome": "erased"} if question["action"] == "erase"
            else {"gone": False}
        )  # fmt: skip
        return says(question["id"], outcome="done", items=[item])

    fake.on_post = answer
    request = work(actions.approve(work(open_request("erasure")), by=sam))
    step = request.steps.get(kind="prove")
    assert (request.status, step.cause) == ("review", "still_there")
    assert request.items.get().proven_at is None
    asked = [one["id"] for one in fake.asked if one["action"] == "prove"]
    assert len(set(asked)) == len(asked) == 2  # the second search was a new question


@pytest.mark.django_db(transaction=True)
def test_a_callback_and_a_poll_at_once_count_once(fake: FakeService, open_request: Ask) -> None:
    request = work(open_request())
    task = task_of(request, "collect")
    body = collected(task)
    codes: list[int] = []

    def call_back() -> None:
        codes.append(post(task, body).status_code)
        connection.close()

    def answer(number: str) -> Any:
        threads = [threading.Thread(target=call_back) for _one in range(3)]
        for thread in threads:
            thread.start()
        reply = 200, body, signed(number, body)
        threads[0].join(0.02)
        return reply

    fake.on_get = answer
    request = wake(request)
    wait_until(lambda: len(codes) == 3)
    request = work(request)
    assert request.status == "answered"
    assert codes == [200, 200, 200]
    assert request.events.filter(code="answered_outside").count() == 1


def test_an_answer_that_comes_while_the_step_is_laid_aside_is_not_slept_through(
    fake: FakeService, open_request: Ask, monkeypatch: Any
) -> None:
    """The callback comes after the 202 was noted, and before the step is put to sleep."""
    from dsar.actions import steps

    postpone = steps.postpone

    def answered_first(held: Any, awaits: Any, until: Any) -> None:
        task = OutsideTask.objects.get(step=held.step)
        if not task.verdict:
            assert post(task, collected(task)).status_code == 200
        postpone(held, awaits, until)

    monkeypatch.setattr(steps, "postpone", answered_first)
    assert work(open_request()).status == "answered"


def test_what_it_kept_until_today_is_ended_by_the_nights_job(
    fake: FakeService, open_request: Ask, sam: User
) -> None:
    day = timezone.localdate() + timedelta(days=30)
    fate = {"outcome": "kept", "ground": "legal_duty", "until": day.isoformat()}
    said: dict[str, dict[str, Any]] = {
        "plan": {"decision": "erase"},
        "erase": fate,
        "end": {"outcome": "erased"},
    }

    def answer(question: dict[str, Any]) -> Any:
        item = {"key": "a"} | said[question["action"]]
        return says(question["id"], outcome="done", items=[item])

    fake.on_post = answer
    request = work(actions.approve(work(open_request("erasure")), by=sam))
    assert request.status == "answered"
    said["end"] = fate  # not yet: it says that it keeps it longer
    assert erasure.end_what_is_due(day) == 0
    said |= {"end": {"outcome": "erased"}, "prove": {"gone": False}}
    assert erasure.end_what_is_due(day) == 0, "it says that it did, and a new search finds it"
    said["prove"] = {"gone": True}
    assert erasure.end_what_is_due(day) == 1
    assert erasure.end_what_is_due(day) == 0
    ends = [one["id"] for one in fake.asked if one["action"] == "end"]
    assert len(ends) == 3
    assert len(set(ends)) == 1  # the same number each night: it is done once
    assert not any("callback" in one for one in fake.asked if one["id"] in ends)
