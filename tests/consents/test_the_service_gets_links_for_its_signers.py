"""``POST /api/v1/documents/links/``: what the service puts into its own mails to signers."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from accounts.models import Address
from consents.models import Document, DocumentLink
from tests.consents.worlds import make_document, make_person, make_purpose

pytestmark = pytest.mark.django_db
URL = "/api/v1/documents/links/"
NORA = "nora@mail.example"


@pytest.fixture
def document() -> Document:
    """A document that Nora, who has no account, signed."""
    make_purpose()
    nora = Address.objects.create(email=NORA)
    return make_document("doc-1", make_person("ada"), nora)


@pytest.fixture
def post(machine: Callable[..., Client], document: Document) -> Callable[..., Any]:
    """A function that asks for a link."""
    client = machine("documents:write")

    def ask(**body: Any) -> Any:
        sent = {"document": "doc-1", "email": NORA} | body
        return client.post(URL, sent, content_type="application/json")

    return ask


def test_a_party_gets_a_link_that_opens(post: Callable[..., Any], client: Client) -> None:
    answer = post(days=10, language="fr")
    assert answer.status_code == 200
    told, link = answer.json(), DocumentLink.objects.get()
    assert set(told) == {"url", "link", "expires_at"}
    assert told["link"] == str(link.uid)
    assert link.language == "fr"
    expires = parse_datetime(told["expires_at"])
    assert expires is not None
    assert timedelta(days=9) < expires - timezone.now() <= timedelta(days=10)
    assert client.get("/" + told["url"].split("/", 3)[3]).status_code == 200
    assert "no-store" in answer["Cache-Control"]
    for secret in (NORA, "doc-1", str(link.document.uid)):
        assert secret not in told["url"]


def test_without_days_it_lasts_as_the_installation_says(
    post: Callable[..., Any], settings: Any
) -> None:
    settings.LINK_DAYS = 7
    post()
    link = DocumentLink.objects.get()
    assert link.expires_at - link.created_at == timedelta(days=7)


def test_asking_again_gives_the_same_link_never_shorter(post: Callable[..., Any]) -> None:
    first = post(days=10).json()
    assert post(days=5, email=NORA.upper()).json() == first
    longer = post(days=20).json()
    assert longer["url"] == first["url"]
    assert longer["expires_at"] > first["expires_at"]
    assert DocumentLink.objects.count() == 1


def test_after_it_was_withdrawn_or_ended_there_is_a_new_one(
    post: Callable[..., Any], machine: Callable[..., Client]
) -> None:
    first = post().json()
    revoke = f"{URL}{first['link']}/revoke/"
    done = machine("documents:write").post(revoke)
    assert done.status_code == 200
    assert machine("documents:write").post(revoke).json() == done.json()
    second = post().json()
    assert second["url"] != first["url"]
    now = timezone.now()
    DocumentLink.objects.filter(uid=second["link"]).update(
        created_at=now - timedelta(days=2), expires_at=now - timedelta(days=1)
    )
    assert post().json()["url"] != second["url"]


def test_only_a_party_who_may_see_the_document_gets_one(
    post: Callable[..., Any], document: Document
) -> None:
    for email in ("stranger@mail.example", "nobody@mail.example"):
        answer = post(email=email)
        assert (answer.status_code, answer.json()["code"]) == (409, "not_a_party")
    Document.objects.update(status="draft", completed_at=None)
    assert post().json()["code"] == "not_a_party"
    Document.objects.update(status="sent")
    document.parties.update(hidden_at=timezone.now())
    assert post().json()["code"] == "not_a_party"
    assert not DocumentLink.objects.exists()


def test_an_unknown_document_is_not_found(post: Callable[..., Any]) -> None:
    assert post(document="nobody").status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        {"days": 0}, {"days": -1}, {"days": 10**9}, {"days": "x"}, {"email": "no address"},
        {"email": None}, {"document": ""}, {"document": "a\0b"}, {"language": "de"},
    ],
)  # fmt: skip
def test_a_wrong_body_names_its_fields(post: Callable[..., Any], body: dict[str, Any]) -> None:
    answer = post(**body)
    assert answer.status_code == 400
    assert set(answer.json()["errors"]) == set(body)


def test_it_needs_the_scope_of_documents(machine: Callable[..., Client]) -> None:
    for scope in ("uses:write", "permits:read"):
        client = machine(scope)
        assert client.post(URL, {}, content_type="application/json").status_code == 403
    number = "00000000-0000-0000-0000-000000000000"
    assert machine("uses:write").post(f"{URL}{number}/revoke/").status_code == 403
    assert machine("documents:write").post(f"{URL}{number}/revoke/").status_code == 404
    assert Client().post(URL, {}, content_type="application/json").status_code == 401
