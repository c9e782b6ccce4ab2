"""/verify/ and the command on a certificate: genuine, altered, with gaps, and offline."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client

from dsar import certified
from dsar.certificates import FORMAT
from portal.lib import keys, pdf
from portal.lib.canonical import canonical_json

ITEM = {"source": "documents", "label": "", "amount": 3, "decision": "erase",
        "sentence": "erased", "ground": "", "until": None}  # fmt: skip
BODY: dict[str, Any] = {
    "format": FORMAT, "controller": "Paraphe SAS", "country": "FR", "request": "E-2026-0007",
    "received_on": "2026-05-03", "issued_at": "2026-05-20T10:00:00+00:00",
    "erased": [ITEM, ITEM | {"amount": 4}], "kept": [ITEM], "unproven": [], "gaps": [],
    "causes": {},
}  # fmt: skip


@pytest.fixture(autouse=True)
def _no_limits_left_over(db: None) -> None:
    cache.clear()


def sealed(body: dict[str, Any], shown: dict[str, Any] | None = None) -> bytes:
    return canonical_json({"certificate": shown or body, "jws": keys.sign(canonical_json(body))})


def page_for(data: bytes) -> str:
    answer = Client().post("/verify/", {"file": SimpleUploadedFile("certificate.json", data)})
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_genuine_one_is_called_what_it_is_and_says_what_it_proves() -> None:
    page = page_for(sealed(BODY))
    assert "This certificate of erasure is <strong>genuine</strong>" in page
    assert 'data-verdict="valid"' in page
    for part in ("E-2026-0007", "7 items", "1 item", "Paraphe SAS"):
        assert part in page
    assert "It does not name the person." in page
    assert "not a receipt" not in page


def test_the_pdf_that_carries_it_is_as_good() -> None:
    attached = pdf.Attachment("certificate.json", sealed(BODY), "facts")
    paper = pdf.render("pdf/base.html", {}, language="en", attachments=[attached])
    assert "This certificate of erasure is <strong>genuine</strong>" in page_for(paper)


def test_what_only_lost_the_name_is_not_counted_as_erased() -> None:
    erased = [ITEM | {"amount": 4}, ITEM | {"amount": 6, "decision": "anonymise"}]
    proof = certified.explain_offline(BODY | {"erased": erased})
    assert proof is not None
    said = {str(name): value for name, value in proof.facts}
    assert said["Erased, and proven gone"] == "4 items"
    assert said["Stays without the name, and that is proven"] == "6 items"


def test_gaps_are_said_beside_it() -> None:
    page = page_for(sealed(BODY | {"gaps": ["signing-archive"]}))
    assert "It says itself that the erasure has gaps." in page
    assert "signing-archive" in page


def test_an_altered_one_is_altered_and_what_was_sealed_is_told() -> None:
    page = page_for(sealed(BODY, BODY | {"request": "E-2026-0008"}))
    assert "altered" in page
    assert 'data-verdict="invalid"' in page
    assert "E-2026-0007" in page


def test_another_sealed_document_is_still_only_that() -> None:
    assert certified.explain({"format": "another"}) is None
    assert "but this is not a receipt" in page_for(sealed({"format": "another"}))


def test_a_retired_key_proves_it_still(settings: Any) -> None:
    data = sealed(BODY)
    retired = [{k: v for k, v in key.items() if k != "d"} for key in settings.RECEIPT_KEYS["keys"]]
    settings.RECEIPT_KEYS = {"keys": [keys.generate(), *retired]}
    assert "This certificate of erasure is <strong>genuine</strong>" in page_for(data)


def test_the_command_says_the_same_without_our_database(
    tmp_path: Path, settings: Any, django_assert_num_queries: Any
) -> None:
    file, jwks, out = tmp_path / "certificate.json", tmp_path / "jwks.json", io.StringIO()
    altered = sealed(BODY, BODY | {"request": "E-2026-0008"})
    file.write_bytes(sealed(BODY))
    jwks.write_text(json.dumps(keys.public_jwks()))
    settings.RECEIPT_KEYS = {"keys": []}
    with django_assert_num_queries(0):
        call_command("verify_receipt", str(file), "--keys", str(jwks), stdout=out)
    assert "This certificate of erasure is genuine" in out.getvalue()
    assert "E-2026-0007" in out.getvalue()
    file.write_bytes(altered)
    with pytest.raises(CommandError, match="altered"):
        call_command("verify_receipt", str(file), "--keys", str(jwks))
