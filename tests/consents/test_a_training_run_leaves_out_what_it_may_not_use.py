"""Open, propose, leave out, close: what a run used is recorded once, and truly."""

import hashlib
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from consents.actions.closing import manifest_hash
from consents.models import BulkAnswer, ManifestLine, RunRemedy, TrainingRun, Use
from tests.consents.runs import RUNS, Pipeline, gone

pytestmark = pytest.mark.django_db
JSON = "application/json"
NDJSON = "application/x-ndjson"


@pytest.fixture
def pipeline(machine: Any) -> Pipeline:
    return Pipeline(machine("runs:write"))


def test_a_run_is_opened_once_however_often_it_is_said(pipeline: Pipeline) -> None:
    first, again = pipeline.start(), pipeline.start()
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["state"] == "open"
    assert TrainingRun.objects.get().opened_by


def test_a_reference_of_another_model_is_refused(pipeline: Pipeline) -> None:
    pipeline.start()
    other = pipeline.start(model="Clauses 2")
    assert (other.status_code, other.json()["code"]) == (409, "other_run")


def test_small_manifests_come_with_the_opening(pipeline: Pipeline) -> None:
    answer = pipeline.start(documents=[*pipeline.open, "with-signer", "nobody’s"]).json()
    assert answer["documents"] == 3
    assert [one["document"] for one in answer["exclusions"]] == ["with-signer", "nobody’s"]


def test_a_part_of_the_manifest_is_answered_with_what_must_go(pipeline: Pipeline) -> None:
    pipeline.start()
    answer = gone(pipeline.propose(["org:members", "with-signer", "unheard-of", "private"]))
    assert answer == {"with-signer": "consent_missing", "unheard-of": "unknown_document"}
    assert pipeline.state()["documents"] == 2
    told = BulkAnswer.objects.get()
    assert (told.kind, told.asked, told.allowed) == ("manifest", 4, 2)


def test_closing_records_each_document_as_used_once(pipeline: Pipeline) -> None:
    pipeline.start()
    pipeline.propose([*pipeline.open, "with-signer"])
    closed = pipeline.close(pipeline.open)
    assert closed.status_code == 200, closed.content
    assert closed.json()["state"] == "closed"
    assert closed.json()["documents"] == 3
    assert closed.json()["manifest_sha256"] == manifest_hash(pipeline.open)
    used = Use.objects.values_list("document__reference", flat=True)
    assert sorted(used) == sorted(pipeline.open)
    assert pipeline.close(pipeline.open).status_code == 200
    assert Use.objects.count() == 3


def test_a_closed_run_does_not_change(pipeline: Pipeline) -> None:
    pipeline.start()
    pipeline.propose(pipeline.open)
    pipeline.close(pipeline.open)
    for answer in [
        pipeline.propose(["private"]), pipeline.remove(["private"]), pipeline.close(["private"]),
    ]:  # fmt: skip
        assert (answer.status_code, answer.json()["code"]) == (409, "run_closed")


def test_a_manifest_other_than_the_portals_is_not_recorded(pipeline: Pipeline) -> None:
    pipeline.start()
    pipeline.propose([*pipeline.open, "with-signer"])
    answer = pipeline.close([*pipeline.open, "with-signer"])
    assert (answer.status_code, answer.json()["code"]) == (409, "manifest_differs")
    assert not Use.objects.exists()
    assert pipeline.state()["state"] == "open"


def test_who_refuses_while_a_run_is_open_is_left_out_of_it(pipeline: Pipeline) -> None:
    pipeline.start()
    pipeline.propose(pipeline.open)
    pipeline.world.refuse(pipeline.world.dan)
    refused = pipeline.close(pipeline.open)
    assert (refused.status_code, refused.json()["code"]) == (409, "documents_refused")
    assert refused.json()["exclusions"] == f"{RUNS}run-1/exclusions/"
    assert not Use.objects.exists()
    assert pipeline.exclusions() == {"private": "refused_by_party"}
    without = ["org:members", "org:shared"]
    assert pipeline.close(without).status_code == 200
    assert Use.objects.count() == 2


def test_the_list_of_exclusions_is_that_of_now(pipeline: Pipeline) -> None:
    pipeline.start()
    pipeline.propose(pipeline.open)
    assert pipeline.exclusions() == {}
    pipeline.world.refuse(pipeline.world.ada)
    assert set(pipeline.exclusions()) == {"org:members", "org:shared"}


def test_a_document_told_to_go_comes_back_only_when_it_is_proposed_again(
    pipeline: Pipeline,
) -> None:
    pipeline.start()
    pipeline.propose(pipeline.open)
    pipeline.world.refuse(pipeline.world.dan)
    pipeline.exclusions()
    pipeline.world.allow(pipeline.world.dan)
    assert set(pipeline.exclusions()) == {"private"}
    assert gone(pipeline.propose(["private"])) == {}
    assert pipeline.close(pipeline.open).status_code == 200


def test_what_was_read_before_the_refusal_is_recorded_truly(pipeline: Pipeline) -> None:
    pipeline.start(started_at=(timezone.now() - timedelta(hours=2)).isoformat())
    pipeline.propose(pipeline.open)
    trained_at = timezone.now()
    pipeline.world.refuse(pipeline.world.dan)
    pipeline.exclusions()  # told now, which is after the documents were read
    closed = pipeline.close(pipeline.open, trained_at=trained_at.isoformat())
    assert closed.status_code == 200, closed.content
    assert set(Use.objects.values_list("at", flat=True)) == {trained_at}
    assert ManifestLine.objects.get(document__reference="private").excluded == "refused_by_party"


def test_what_was_told_to_go_before_the_training_is_not_in_it(pipeline: Pipeline) -> None:
    pipeline.start()
    pipeline.world.refuse(pipeline.world.dan)
    pipeline.propose(pipeline.open)
    at = timezone.now().isoformat()
    assert pipeline.close(pipeline.open, trained_at=at).json()["code"] == "manifest_differs"
    assert pipeline.close(["org:members", "org:shared"], trained_at=at).status_code == 200


def test_documents_may_be_taken_out(pipeline: Pipeline) -> None:
    pipeline.start()
    pipeline.propose(pipeline.open)
    assert pipeline.remove(["private", "unheard-of"]).json() == {"removed": 1}
    assert pipeline.close(["org:members", "org:shared"]).status_code == 200


def test_a_use_reported_by_the_other_door_is_in_the_manifest(
    pipeline: Pipeline, machine: Any
) -> None:
    pipeline.start(started_at=(timezone.now() - timedelta(hours=2)).isoformat())
    use = {
        "document": "with-signer", "purpose": "ai-training", "system": "pipeline",
        "at": timezone.now().isoformat(), "training_run": "run-1",
    }  # fmt: skip
    assert machine("uses:write").post("/api/v1/uses/", use, content_type=JSON).status_code == 200
    pipeline.propose(["private"])
    assert pipeline.remove(["with-signer"]).json() == {"removed": 0}
    assert pipeline.close(["private"]).json()["code"] == "manifest_differs"
    assert pipeline.close(["private", "with-signer"]).status_code == 200
    assert Use.objects.count() == 2


@pytest.mark.parametrize(
    ("started", "trained", "closed"),
    [(-1, -2, 0), (-1, 1, 0), (-2, -1, -1.5), (-1, -1, 1), (2, 0, 0)],
)
def test_times_that_cannot_be_are_refused(
    pipeline: Pipeline, started: float, trained: float, closed: float
) -> None:
    now = timezone.now()
    started_at, trained_at, closed_at = (
        (now + timedelta(hours=hours)).isoformat() for hours in (started, trained, closed)
    )
    answer = pipeline.start(started_at=started_at)
    if answer.status_code == 201:
        answer = pipeline.close([], trained_at=trained_at, closed_at=closed_at)
    assert (answer.status_code, answer.json()["code"]) == (409, "impossible_time")


def test_a_document_younger_than_the_training_cannot_have_been_in_it(pipeline: Pipeline) -> None:
    long_ago = timezone.now() - timedelta(days=30)
    pipeline.start(started_at=long_ago.isoformat())
    pipeline.propose(["private"])
    answer = pipeline.close(["private"], trained_at=long_ago.isoformat())
    assert (answer.status_code, answer.json()["code"]) == (409, "not_recordable")
    assert not Use.objects.exists()


def test_what_can_still_be_done_is_said_with_its_history(pipeline: Pipeline) -> None:
    pipeline.start()

    def say(**body: Any) -> Any:
        return pipeline.client.post(f"{RUNS}run-1/remedy/", body, content_type=JSON)

    assert say(remedy="filter").json()["remedy"] == "filter"
    assert say(remedy="filter").status_code == 200
    later = say(remedy="retrain", remedy_by="2027-03-01").json()
    assert [one["remedy"] for one in later["remedies"]] == ["filter", "retrain"]
    assert RunRemedy.objects.count() == 2
    assert say(remedy="retrain").json()["code"] == "remedy_date"
    assert say(remedy="none", remedy_by="2027-03-01").json()["code"] == "remedy_date"
    assert say(remedy="prayer").status_code == 400


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b'{"document": "private"}\n{"docu', 400, "malformed_json"),
        (b"\xff\xfe\n", 400, "not_utf8"),
        (b'["private"]\n', 400, "invalid"),
        (b'{"document": 7}\n', 400, "invalid"),
        (b'{"document": ""}\n', 400, "invalid"),
        (b'{"document": "' + b"x" * 300 + b'"}\n', 400, "invalid"),
        (b'{"document": "' + b"x" * 5000 + b'"}\n', 400, "invalid"),
        (b"\n" * 100_001, 413, "too_many_lines"),
        (b"\0" * 10_000_000, 400, "invalid"),
    ],
)
def test_garbage_takes_nothing_in(pipeline: Pipeline, body: bytes, status: int, code: str) -> None:
    pipeline.start()
    good = b'{"document": "org:members"}\n'
    answer = pipeline.client.post(f"{RUNS}run-1/manifest/", good + body, content_type=NDJSON)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert not ManifestLine.objects.exists()


def test_strange_names_are_unknown_documents(pipeline: Pipeline) -> None:
    pipeline.start()
    assert set(gone(pipeline.propose(["a\0b", "'; DROP", "é" * 100])).values()) == {
        "unknown_document"
    }


def test_a_run_that_is_not_there_is_not_found(pipeline: Pipeline) -> None:
    for call in ("", "exclusions/"):
        assert pipeline.client.get(f"{RUNS}nothing/{call}").status_code == 404
    assert pipeline.propose([], "nothing").status_code == 404


def test_the_scope_is_asked_for(machine: Any) -> None:
    answer = machine("uses:write").post(RUNS, {}, content_type=JSON)
    assert (answer.status_code, answer.json()["code"]) == (403, "insufficient_scope")


def test_a_client_may_ask_for_lines(pipeline: Pipeline) -> None:
    pipeline.start()
    answer = pipeline.client.get(f"{RUNS}run-1/exclusions/", headers={"Accept": NDJSON})
    assert answer.status_code == 200
    assert answer.getvalue() == b""


@given(st.sets(st.text(min_size=1).filter(lambda one: one.isprintable()), max_size=20))
def test_the_hash_is_the_documented_one(references: set[str]) -> None:
    joined = "\n".join(sorted(references)).encode()
    assert manifest_hash(references) == hashlib.sha256(joined).hexdigest()


def test_the_hash_does_not_depend_on_the_order_of_the_database(
    pipeline: Pipeline, django_assert_max_num_queries: Any
) -> None:
    from tests.consents.worlds import make_document

    names = ["a", "B", "é", "Z", "_", "z/1", "z-1", "😀", "ﬀ"]
    for name in names:
        make_document(name, pipeline.world.cleo)
    pipeline.start()
    pipeline.propose(names)
    with django_assert_max_num_queries(60):
        assert pipeline.close(reversed(names)).status_code == 200
