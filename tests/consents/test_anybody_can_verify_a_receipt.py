"""The public check, the public keys, and the same check on a machine without the site."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client

from consents import proofs, receipts
from consents.models import ChoiceEvent, Receipt
from portal.lib import keys
from tests.consents.worlds import World
from tests.reading import without_tokens


@pytest.fixture
def world(db: None) -> World:
    world = World()
    world.refuse(world.ada)
    return world


@pytest.fixture
def held(world: World) -> Receipt:
    return receipts.visible_to(world.ada).get()


def page_for(data: bytes, **more: str) -> str:
    file = SimpleUploadedFile("receipt.json", data)
    response = Client().post("/verify/", {"file": file, **more})
    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]
    return response.content.decode()


def test_the_page_asks_for_a_file_or_its_text(db: None) -> None:
    page = Client().get("/verify/").content.decode()
    assert 'type="file"' in page
    assert "<textarea" in page


def test_a_genuine_receipt_is_told_in_words(held: Receipt) -> None:
    page = page_for(receipts.as_file(held))
    assert "This receipt is <strong>genuine</strong>" in page
    assert "A person <strong>refused</strong>" in page
    assert held.kid in page
    assert "The act is in our ledger, and says the same." in page
    assert "words" in page, "the text that was shown"


def test_the_text_pasted_is_as_good_as_the_file(held: Receipt) -> None:
    response = Client().post("/verify/", {"text": receipts.as_file(held).decode()})
    assert "This receipt is <strong>genuine</strong>" in response.content.decode()


def test_the_seal_alone_brings_back_the_text_we_published(held: Receipt) -> None:
    response = Client().post("/verify/", {"text": held.jws})
    page = response.content.decode()
    assert "This receipt is <strong>genuine</strong>" in page
    assert "The whole text, word for word" in page


def test_an_altered_receipt_shows_both_values(held: Receipt) -> None:
    envelope = json.loads(receipts.as_file(held))
    envelope["receipt"]["dpv:hasRecordOfActivity"]["regard:act"] = "<b>agreed</b>"
    page = page_for(json.dumps(envelope).encode())
    assert "This receipt has been <strong>altered</strong>" in page
    assert "What was done" in page
    assert "consent_refused" in page
    assert "&lt;b&gt;agreed&lt;/b&gt;" in page


def test_a_broken_seal_is_held_against_our_ledger_which_is_not_told(held: Receipt) -> None:
    envelope = json.loads(receipts.as_file(held))
    record = envelope["receipt"]["dpv:hasRecordOfActivity"]
    record["dpv:hasConsentStatus"][0]["dpv:isIndicatedAtTime"] = "2020-01-01T00:00:00.000Z"
    envelope["jws"] = envelope["jws"][:-8] + "AAAAAAAA"
    page = page_for(json.dumps(envelope).encode())
    assert "The seal does <strong>not fit</strong>" in page
    assert "the time of the act" in page
    at = json.loads(bytes(held.body))["dpv:hasRecordOfActivity"]["dpv:hasConsentStatus"][0]
    assert at["dpv:isIndicatedAtTime"] not in page


def test_a_stranger_learns_no_document_and_no_name(world: World) -> None:
    world.refuse(world.ada, document=world.documents[0])
    held = receipts.visible_to(world.ada).order_by("-pk")[0]
    page = page_for(receipts.as_file(held))
    assert "One document" in page
    assert "org:members" not in page
    assert "Ada" not in without_tokens(page)


def test_a_pdf_can_be_given_as_it_is(world: World, held: Receipt) -> None:
    client = Client()
    client.force_login(world.ada)
    document = client.get(f"/receipts/{held.event.uid}.pdf").content
    assert "This receipt is <strong>genuine</strong>" in page_for(document)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "nothing to check"),
        (b"\xff\xfe\x00", "cannot be read"),
        (b"{}", "not a receipt"),
        (b"{", "not complete"),
        (b"%PDF-1.4", "no sealed data"),
        (b"x" * (proofs.LIMIT + 200_000), "too large"),
        (b'{"jws": "' + keys.sign(b'{"a": 1}').encode() + b'"}', "but this is not a receipt"),
    ],
)
def test_what_proves_nothing_is_explained(db: None, data: bytes, words: str) -> None:
    assert words in page_for(data)


def test_nothing_sent_at_all_is_explained_too(db: None) -> None:
    assert "nothing to check" in Client().post("/verify/", {}).content.decode()


def test_no_body_makes_the_page_stumble(db: None) -> None:
    client = Client(raise_request_exception=False)
    for body, kind in [
        (b"\x00\xff", "multipart/form-data; boundary=x"),
        (b"--x\r\nContent-Disposition: form-data; name=file; filename=a\r\n\r\n\x00", "multipart/"
         "form-data; boundary=x"),
        (b"text=%00%ff%fe", "application/x-www-form-urlencoded"),
        (b"text=" + b"a" * 11_000_000, "application/x-www-form-urlencoded"),
        (b"{}", "application/json"),
    ]:  # fmt: skip
        assert client.post("/verify/", body, content_type=kind).status_code in (200, 400)


def test_what_is_posted_from_elsewhere_is_not_checked(held: Receipt) -> None:
    client = Client(enforce_csrf_checks=True)
    assert client.post("/verify/", {"text": held.jws}).status_code == 403


def test_a_machine_in_a_loop_is_slowed_down(db: None, settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "verify_receipt": "2/m/ip"}
    cache.clear()
    answers = [Client().post("/verify/", {"text": "x"}).status_code for _ in range(3)]
    assert answers == [200, 200, 429]


def test_the_public_keys_are_public_cached_and_public_only(db: None, settings: Any) -> None:
    settings.RECEIPT_KEYS = {"keys": [keys.generate()]}
    response = Client().get("/.well-known/jwks.json")
    assert response["Content-Type"] == "application/jwk-set+json"
    assert set(response["Cache-Control"].split(", ")) == {"public", "max-age=3600"}
    assert response["Access-Control-Allow-Origin"] == "*"
    assert response.json() == keys.public_jwks()
    assert b'"d"' not in response.content


def test_the_schema_that_a_receipt_names_is_published(held: Receipt) -> None:
    named = json.loads(bytes(held.body))["schema:schemaVersion"]
    response = Client().get(named.removeprefix("http://localhost"))
    schema = json.loads(b"".join(response.streaming_content))  # type: ignore[attr-defined]
    assert schema == json.loads(proofs.SCHEMA.read_text())
    response.close()


def run(*arguments: object) -> str:
    out = io.StringIO()
    call_command("verify_receipt", *map(str, arguments), stdout=out, no_color=True)
    return out.getvalue()


def test_the_command_needs_the_file_and_the_public_keys_only(
    held: Receipt, tmp_path: Path, settings: Any, django_assert_num_queries: Any
) -> None:
    file, jwks = tmp_path / "receipt.json", tmp_path / "jwks.json"
    file.write_bytes(receipts.as_file(held))
    jwks.write_text(json.dumps(keys.public_jwks()))
    settings.RECEIPT_KEYS = {"keys": []}
    with django_assert_num_queries(0):
        said = run(file, "--jwks", jwks)
    assert "This receipt is genuine" in said
    assert str(ChoiceEvent.objects.get().person.uid) in said  # type: ignore[union-attr]
    with pytest.raises(CommandError, match="not ours"):
        run(file)


def test_the_command_fails_and_says_where_it_was_altered(held: Receipt, tmp_path: Path) -> None:
    envelope = json.loads(receipts.as_file(held))
    envelope["text"]["title"] = "Other"
    file = tmp_path / "receipt.json"
    file.write_text(json.dumps(envelope))
    with pytest.raises(CommandError, match="altered"):
        run(file)


@pytest.mark.parametrize("content", ["", "[]", '{"keys": 1}', '{"keys": [1]}'])
def test_the_command_says_when_the_keys_are_none(
    held: Receipt, tmp_path: Path, content: str
) -> None:
    file, jwks = tmp_path / "receipt.json", tmp_path / "jwks.json"
    file.write_bytes(receipts.as_file(held))
    jwks.write_text(content)
    with pytest.raises(CommandError, match="not a JSON Web Key Set"):
        run(file, "--jwks", jwks)


def test_the_command_says_when_there_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="cannot be read"):
        run(tmp_path / "none")
