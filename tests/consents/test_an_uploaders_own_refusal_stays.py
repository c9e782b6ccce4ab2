"""AIPREF at the door: ``train-ai=n`` on upload closes the gate for training, and stays."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from consents import permits
from consents.models import Document
from consents.permits import Reason
from tests.consents.envelopes import LEASE, completed, event
from tests.consents.worlds import make_person, make_purpose

pytestmark = pytest.mark.django_db
URL = "/api/v1/documents/"
REPORT = {
    "reference": "doc-1", "status": "completed", "state_at": "2026-05-03T12:00:00Z",
    "title": "Lease", "parties": [{"role": "signer", "email": "ada@example.org"}],
}  # fmt: skip


@pytest.fixture
def post(machine: Callable[..., Client]) -> Callable[..., Any]:
    client = machine("documents:write")

    def send(body: Any, usage: str | None = None) -> Any:
        headers = {} if usage is None else {"Content-Usage": usage}
        return client.post(URL, body, content_type="application/json", headers=headers)

    return send


def refused(reference: str = "doc-1") -> bool:
    return Document.objects.get(reference=reference).refused_at_upload


def test_the_header_of_the_upload_refuses(post: Callable[..., Any]) -> None:
    assert post(REPORT, "train-ai=n").json()["refused_at_upload"] is True
    assert refused()


def test_so_does_the_field_of_a_document(post: Callable[..., Any]) -> None:
    post([REPORT | {"content_usage": "train-ai=n"}, REPORT | {"reference": "doc-2"}])
    assert (refused(), refused("doc-2")) == (True, False)


def test_of_header_and_field_the_stricter_counts(post: Callable[..., Any]) -> None:
    post(REPORT | {"content_usage": "train-ai=y"}, "train-ai=n")
    assert refused()


@pytest.mark.parametrize("usage", ["", "train-ai=y", "search=n", "train-ai=N", "train-ai=n,", "é"])
def test_what_is_no_refusal_says_nothing(post: Callable[..., Any], usage: str) -> None:
    assert post(REPORT | {"content_usage": usage}).status_code == 201
    assert not refused()


def test_no_later_report_lifts_it(post: Callable[..., Any]) -> None:
    post(REPORT, "train-ai=n")
    later = REPORT | {"state_at": "2026-06-03T12:00:00Z", "content_usage": "train-ai=y"}
    post(later, "train-ai=y")
    assert refused()


def test_it_may_come_late(post: Callable[..., Any]) -> None:
    post(REPORT)
    post(REPORT | {"state_at": "2026-01-01T00:00:00Z"}, "train-ai=n")
    assert refused()


def test_a_statement_of_ten_thousand_signs_is_refused_with_a_reason(
    post: Callable[..., Any],
) -> None:
    answer = post(REPORT | {"content_usage": "train-ai=n" + " " * 10_000})
    assert answer.status_code == 400
    assert "content_usage" in str(answer.json())


def test_the_gate_is_closed_though_every_party_agreed(post: Callable[..., Any]) -> None:
    from consents.actions import choices

    training, other = make_purpose(), make_purpose("ai-features", "objection")
    ada = make_person("ada")
    choices.allow(training, person=ada, by=ada, language="en")
    post(REPORT)
    assert permits.may("doc-1", training.slug).allowed
    post(REPORT, "train-ai=n")
    decision = permits.may("doc-1", training.slug)
    assert (decision.allowed, decision.reason) == (False, Reason.PARTY_REFUSED)
    assert permits.may("doc-1", other.slug).allowed


def test_the_answer_that_carries_the_title_says_it_too(machine: Callable[..., Client]) -> None:
    make_purpose()
    client = machine("documents:write")
    client.post(URL, REPORT, content_type="application/json")
    answer = client.get(URL, {"reference": "doc-1"})
    assert answer["Content-Usage"] == "train-ai=n"
    assert answer["tdm-reservation"] == "1"


def fields(*pairs: tuple[Any, Any]) -> dict[str, Any]:
    return {"textCustomFields": [{"name": name, "value": value} for name, value in pairs]}


@pytest.mark.parametrize(
    ("custom", "expected"),
    [
        (fields(("Content-Usage", "train-ai=n")), True),
        (fields(("content-usage", "train-ai=n"), ("Project", "x")), True),
        (fields(("Content-Usage", "train-ai=y")), False),
        (fields(("Content-Usage", None), (None, "train-ai=n")), False),
        ({"textCustomFields": "train-ai=n"}, False),
        (["train-ai=n"], False),
        (None, False),
    ],
)
def test_the_senders_field_of_an_envelope_refuses(
    hook: Any, custom: Any, *, expected: bool
) -> None:
    assert hook(completed(customFields=custom)).json() == {"result": "applied"}
    assert refused(LEASE) is expected


def test_a_later_event_without_the_field_lifts_nothing(hook: Any) -> None:
    hook(completed(customFields=fields(("Content-Usage", "train-ai=n"))))
    hook(event("envelope-completed", "2026-12-01T00:00:00Z"))
    assert refused(LEASE)
