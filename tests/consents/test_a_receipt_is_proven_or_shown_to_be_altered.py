"""The check of a receipt file: what it proves, and every way in which it proves nothing."""

import json
import zlib
from collections.abc import Callable
from typing import Any
from unittest.mock import patch

import pytest
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from consents import proofs, receipts
from consents.models import ChoiceEvent, Receipt
from consents.proofs import Finding, Verdict
from portal.lib import keys
from tests.consents.worlds import World

AT = "/dpv:hasRecordOfActivity"


@pytest.fixture
def held(db: None) -> Receipt:
    world = World()
    world.refuse(world.ada)
    return receipts.visible_to(world.ada).get()


@pytest.fixture
def envelope(held: Receipt) -> dict[str, Any]:
    opened: dict[str, Any] = json.loads(receipts.as_file(held))
    return opened


@pytest.fixture
def document(held: Receipt) -> bytes:
    """The PDF as its holder downloads it."""
    client = Client()
    event = ChoiceEvent.objects.get()
    assert event.person
    client.force_login(event.person)
    return bytes(client.get(f"/receipts/{event.uid}.pdf").content)


def examine(envelope: Any) -> Finding:
    return proofs.examine(json.dumps(envelope).encode())


def test_the_file_as_downloaded_is_genuine(held: Receipt) -> None:
    finding = proofs.examine(receipts.as_file(held))
    assert finding.verdict == Verdict.GENUINE
    assert finding.body == json.loads(bytes(held.body))
    assert finding.kid == held.kid
    assert finding.text == held.event.version.texts["en"]


def test_so_is_the_pdf_that_carries_it(document: bytes) -> None:
    finding = proofs.examine(document)
    assert finding.verdict == Verdict.GENUINE
    assert finding.text


def test_so_is_the_seal_alone_even_if_a_mail_broke_its_line(held: Receipt) -> None:
    broken = f"\ufeff {held.jws[:300]}\r\n{held.jws[300:]}\n"
    assert proofs.examine(broken.encode()).verdict == Verdict.GENUINE


def test_another_layout_of_the_same_json_is_the_same_receipt(envelope: dict[str, Any]) -> None:
    other = json.dumps(dict(reversed(envelope.items())), indent=None, sort_keys=True)
    assert proofs.examine(other.encode()).verdict == Verdict.GENUINE


ALTERATIONS: dict[str, Callable[[dict[str, Any]], Any]] = {
    f"{AT}/regard:act": lambda record: record.update({"regard:act": "consent_given"}),
    f"{AT}/regard:allows": lambda record: record.update({"regard:allows": 0}),
    f"{AT}/dpv:hasConsentStatus/0/dpv:isIndicatedAtTime": lambda record: record[
        "dpv:hasConsentStatus"
    ][0].update({"dpv:isIndicatedAtTime": "2020-01-01T00:00:00.000Z"}),
    f"{AT}/dpv:hasNotice/schema:version": lambda record: record["dpv:hasNotice"].update(
        {"schema:version": 1.0}
    ),
    f"{AT}/dpv:hasScope": lambda record: record.pop("dpv:hasScope"),
    f"{AT}/note~1to you": lambda record: record.update({"note/to you": "trust me"}),
    f"{AT}/dpv:hasRight": lambda record: record["dpv:hasRight"].append({"@id": "eu-gdpr:A99"}),
}


@pytest.mark.parametrize("pointer", ALTERATIONS)
def test_whatever_is_altered_is_found_and_named(envelope: dict[str, Any], pointer: str) -> None:
    sealed = json.loads(json.dumps(envelope["receipt"]))
    ALTERATIONS[pointer](envelope["receipt"]["dpv:hasRecordOfActivity"])
    finding = examine(envelope)
    assert (finding.verdict, finding.altered) == (Verdict.ALTERED, (pointer,))
    assert finding.body == sealed, "what was sealed is still told"


def test_another_text_than_the_one_shown_is_an_alteration(envelope: dict[str, Any]) -> None:
    envelope["text"]["summary"] = "Your documents are never used."
    finding = examine(envelope)
    assert (finding.verdict, finding.altered, finding.text) == (
        Verdict.ALTERED, ("/text",), None,
    )  # fmt: skip


def test_a_changed_payload_breaks_the_seal_and_proves_nothing(
    held: Receipt, envelope: dict[str, Any]
) -> None:
    import base64

    head, payload, signature = held.jws.split(".")
    body = base64.urlsafe_b64decode(payload + "==").replace(b"consent_refused", b"consent_given")
    payload = base64.urlsafe_b64encode(body).rstrip(b"=").decode()
    envelope["jws"] = f"{head}.{payload}.{signature}"
    finding = examine(envelope)
    assert (finding.verdict, finding.body) == (Verdict.BROKEN, None)


def test_a_seal_of_somebody_else_is_of_an_unknown_key(held: Receipt, settings: Any) -> None:
    settings.RECEIPT_KEYS = {"keys": [keys.generate()]}
    assert proofs.examine(receipts.as_file(held)).verdict == Verdict.UNKNOWN_KEY


def test_the_public_keys_alone_are_enough(held: Receipt, settings: Any) -> None:
    published = keys.public_jwks()
    settings.RECEIPT_KEYS = {"keys": []}
    finding = proofs.examine(receipts.as_file(held), jwks=published)
    assert finding.verdict == Verdict.GENUINE


def test_what_we_sealed_and_is_no_receipt_is_called_so(db: None) -> None:
    seal = keys.sign(b'{"format":"another","number":1}')
    finding = examine({"certificate": {"format": "another", "number": 1}, "jws": seal})
    assert (finding.verdict, finding.is_receipt) == (Verdict.OTHER, False)
    altered = examine({"certificate": {"format": "another", "number": 2}, "jws": seal})
    assert (altered.verdict, altered.altered) == (Verdict.ALTERED, ("/number",))
    assert proofs.examine(keys.sign(b"no JSON").encode()).verdict == Verdict.NOT_A_RECEIPT


def test_a_receipt_without_its_seal_proves_nothing(envelope: dict[str, Any]) -> None:
    assert examine(envelope["receipt"]).verdict == Verdict.NO_SEAL
    assert examine({**envelope, "jws": None}).verdict == Verdict.NO_SEAL


# Unpacks to 50 MB. It is read up to the limit, and so is no complete JSON.
PACKED = zlib.compress(b"{" + b" " * 50_000_000)


@pytest.mark.parametrize(
    ("data", "verdict"),
    [
        (b"", Verdict.EMPTY),
        (b"\xef\xbb\xbf \n", Verdict.EMPTY),
        (b"{}", Verdict.NOT_A_RECEIPT),
        (b"[]", Verdict.NOT_A_RECEIPT),
        (b"null", Verdict.NOT_A_RECEIPT),
        (b'"text"', Verdict.NOT_A_RECEIPT),
        (b'{"jws": "a.b.c"}', Verdict.BROKEN),
        (b'{"jws": ""}', Verdict.BROKEN),
        (b'{"jws": "x", "jws": "y"}', Verdict.NOT_JSON),
        (b'{"receipt": ', Verdict.NOT_JSON),
        (b'{"receipt": NaN}', Verdict.NOT_JSON),
        (b"[" * 100_000, Verdict.NOT_JSON),
        (b'{"a": ' + b"9" * 10_000 + b"}", Verdict.NOT_JSON),
        ("Reçu".encode("latin-1"), Verdict.NOT_TEXT),
        ("Reçu".encode("utf-16"), Verdict.NOT_TEXT),
        (b"\x89PNG\r\n\x1a\n\xff", Verdict.NOT_TEXT),
        (b"PK\x03\x04\xff\xfe", Verdict.NOT_TEXT),
        (b"%PDF-1.7\n%%EOF", Verdict.NO_ATTACHMENT),
        (b"%PDF-1.7\n<< /Type /EmbeddedFile >>\nstream\nnothing\nendstream", Verdict.NO_ATTACHMENT),
        (b"%PDF-1.7\n<< /Type /EmbeddedFile >>\nstream\n{}\nendstream", Verdict.NOT_A_RECEIPT),
        (b"%PDF-1.7\n<< /Type /EmbeddedFile >>\nstream\n" + PACKED, Verdict.NOT_JSON),
        (b"x" * (proofs.LIMIT + 1), Verdict.TOO_LARGE),
    ],
)
def test_what_is_no_receipt_is_told_apart(data: bytes, verdict: Verdict) -> None:
    assert proofs.examine(data).verdict == verdict


def attachment(content: bytes) -> bytes:
    return b"<< /Type /EmbeddedFile >>\nstream\n" + content + b"\nendstream\n"


def test_the_sealed_file_is_found_among_others(held: Receipt) -> None:
    sealed = receipts.as_file(held)
    decoy = attachment(b'{"invoice": 1}') + attachment(zlib.compress(b"not json"))
    finding = proofs.examine(b"%PDF-1.7\n" + decoy + attachment(zlib.compress(sealed)))
    assert finding.verdict == Verdict.GENUINE


def test_a_pdf_made_to_be_slow_is_answered_as_any_other() -> None:
    looked_at = b"%PDF-1.7 " + b"/EmbeddedFile " * (proofs.LIMIT // 16)
    with patch.object(proofs, "STREAM", wraps=proofs.STREAM) as stream:
        assert proofs.examine(looked_at).verdict == Verdict.NO_ATTACHMENT
    assert stream.search.call_count == proofs.MOST_ATTACHED


@pytest.mark.parametrize(
    "attached",
    [zlib.compress(b"{" * 60_000_000), b"{" * 300_000, b'{"jws": "a.b.c"}', b"{\xff}"],
    ids=["bomb", "deep", "no-seal", "not-text"],
)
def test_an_evil_attachment_proves_nothing(attached: bytes) -> None:
    finding = proofs.examine(b"%PDF-1.7\n" + attachment(attached))
    assert finding.verdict in (Verdict.NOT_JSON, Verdict.BROKEN, Verdict.NOT_TEXT)


@given(st.binary(max_size=400))
def test_garbage_never_raises_and_never_proves(data: bytes) -> None:
    for head in (b"", b"%PDF-1.7 /EmbeddedFile stream\n", b'{"jws":"', b'{"receipt":'):
        assert proofs.examine(head + data).verdict != Verdict.GENUINE


@settings(max_examples=200)
@given(place=st.integers(0, 10**6), byte=st.integers(0, 255))
def test_one_changed_byte_never_changes_what_is_proven(
    envelope: dict[str, Any], place: int, byte: int
) -> None:
    data = bytearray(json.dumps(envelope).encode())
    data[place % len(data)] = byte
    finding = proofs.examine(bytes(data))
    # A changed byte in a name that nobody reads, or in white space, proves the same as before.
    assert finding.body in (None, envelope["receipt"])
    if finding.verdict == Verdict.GENUINE:
        assert finding.claimed in (None, envelope["receipt"])
        assert finding.text in (None, envelope["text"])
