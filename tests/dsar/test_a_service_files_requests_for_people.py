"""The API: filed once under a key, followed by who filed it, confirmed by the person."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.models import User
from dsar.models import Filing, SubjectRequest
from tests.consents.conftest import machine
from tests.dsar.asking import NORA, link_to, mails

__all__ = ["machine"]
pytestmark = pytest.mark.django_db
BODY = {"kind": "access", "email": NORA, "country": "FR"}


@pytest.fixture
def service(purpose: Any, machine: Callable[..., Client]) -> Client:
    """The signing service, with the scope to file."""
    return machine("requests:write")


def file(service: Client, key: str = "", **more: Any) -> Any:
    headers = {"Idempotency-Key": key} if key else {}
    return service.post(
        "/api/v1/requests/", BODY | more, content_type="application/json", headers=headers
    )


def test_a_request_is_filed_with_its_dates_and_why(service: Client, client: Client) -> None:
    answer = file(service, region="", language="fr", channel="phone", about="mon bail")
    assert answer.status_code == 201, answer.json()
    told = answer.json()
    request = SubjectRequest.objects.get()
    assert told["reference"] == request.reference
    assert (told["status"], told["identity"], told["outcome"]) == ("identity", "asked", None)
    assert told["due_on"] == request.due_on.isoformat()
    assert told["why"][-1].startswith("La réponse") or told["why"]
    assert told["url"].endswith(f"/requests/{request.reference}/")
    assert (request.channel, request.language, request.about) == ("phone", "fr", "mon bail")
    client.post(link_to())
    now = service.get(f"/api/v1/requests/{request.reference}/").json()
    assert (now["status"], now["identity"]) == ("searching", "proven")


def test_the_same_key_gives_the_same_request_and_another_body_is_refused(service: Client) -> None:
    first = file(service, "k-1")
    again = file(service, "k-1")
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    other = file(service, "k-1", kind="portability")
    assert (other.status_code, other.json()["code"]) == (409, "key_of_another")
    assert SubjectRequest.objects.count() == 1
    assert len(mails("dsar/identity")) == 1


def test_two_calls_with_one_key_at_once_file_one_request(
    transactional_db: None, service: Client
) -> None:
    codes: list[int] = []
    ready = threading.Barrier(2)

    def call() -> None:
        ready.wait()
        codes.append(file(service, "k-2").status_code)
        connection.close()

    both = [threading.Thread(target=call) for _one in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert sorted(codes) == [200, 201]
    assert Filing.objects.count() == 1


def test_only_who_filed_it_can_follow_it(
    service: Client, machine: Callable[..., Client], open_request: Any, alice: User
) -> None:
    reference = file(service).json()["reference"]
    other = machine("requests:write")
    assert other.get(f"/api/v1/requests/{reference}/").status_code == 404
    hers = open_request().reference
    assert service.get(f"/api/v1/requests/{hers}/").status_code == 404
    taken = file(service, email=alice.email)
    assert (taken.status_code, taken.json()["code"]) == (409, "already_open")
    assert hers not in taken.content.decode()
    assert machine("uses:write").get(f"/api/v1/requests/{reference}/").status_code == 403
    assert Client().get(f"/api/v1/requests/{reference}/").status_code == 401


def test_who_was_signed_in_at_the_service_is_believed_but_not_for_an_erasure(
    service: Client, sam: User
) -> None:
    copy = file(service, identity="authenticated").json()
    assert (copy["status"], copy["identity"]) == ("searching", "proven")
    erasure = file(service, identity="authenticated", kind="erasure").json()
    assert (erasure["status"], erasure["identity"]) == ("identity", "asked")
    staff = file(service, identity="authenticated", email=sam.email).json()
    assert staff["identity"] == "asked"


def test_an_objection_is_obeyed_in_the_answer(service: Client) -> None:
    told = file(service, kind="objection", details={"purpose": "ai-training"}).json()
    assert (told["status"], told["outcome"]) == ("answered", "fulfilled")
    assert told["identity"] == "not_needed"


def test_the_time_counts_from_the_day_it_reached_the_service(service: Client) -> None:
    before = timezone.now() - timedelta(days=3)
    told = file(service, received_at=before.isoformat()).json()
    assert told["received_on"] == timezone.localdate(before).isoformat()
    late = file(service, email="b@example.org", received_at="2020-01-01T00:00:00Z")
    assert (late.status_code, late.json()["code"]) == (409, "wrong_day")
    soon = (timezone.now() + timedelta(days=1)).isoformat()
    assert file(service, email="b@example.org", received_at=soon).status_code == 409


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"kind": "appeal"}, "kind"),
        ({"kind": ["access"]}, "kind"),
        ({"email": "nobody"}, "email"),
        ({"country": "Utopia"}, "country"),
        ({"country": "US", "region": "ZZ"}, "country"),
        ({"channel": "portal"}, "channel"),
        ({"details": {"a": {"b": "c"}}}, "details"),
        ({"details": {str(n): "x" for n in range(21)}}, "details"),
        ({"details": ["a"]}, "details"),
        ({"identity": "sure"}, "identity"),
        ({"received_at": "yesterday"}, "received_at"),
        ({"about": "x" * 2001}, "about"),
        ({"about": "\0"}, "about"),
        ({"language": "xx"}, "language"),
    ],
)
def test_what_is_wrong_is_named(service: Client, wrong: dict[str, Any], field: str) -> None:
    answer = file(service, **wrong)
    assert answer.status_code == 400
    assert field in answer.json()["errors"]
    assert not SubjectRequest.objects.exists()


def test_a_key_is_short(service: Client) -> None:
    assert file(service, "k" * 201).status_code == 400
