"""The file itself: streamed, named after its title, never kept, and reserved where it is a no."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.test import Client

from consents.models import Document
from consents.views.documents import file_name
from tests.consents.pages.conftest import Shop

PDF = b"%PDF-1.7\n%%EOF"


@pytest.fixture(autouse=True)
def _files(tmp_path: Path, settings: Any) -> None:
    storages = dict(settings.STORAGES)
    storages["default"] = storages["default"] | {"OPTIONS": {"location": str(tmp_path)}}
    settings.STORAGES = storages


def fetch(client: Client, document: Document, query: str = "") -> tuple[Any, bytes]:
    """Return the answer and its content; reading it to the end closes the file."""
    answer = client.get(f"/documents/{document.uid}/file/{query}")
    return answer, answer.getvalue()


def with_file(shop: Shop, title: str, content: bytes = PDF) -> Document:
    document = shop.document(title, shop.ada)
    document.file.save("original", ContentFile(content))
    return document


def test_it_is_named_after_its_title_in_any_script(
    shop: Shop, signed_in: Callable[..., Client]
) -> None:
    document = with_file(shop, "Bail d’été – 12 €\r\nX-Evil: 1")
    answer, content = fetch(signed_in(shop.ada), document)
    assert answer.streaming
    assert content == PDF
    assert answer["Content-Type"] == "application/pdf"
    name = "filename*=utf-8''Bail%20d%E2%80%99%C3%A9t%C3%A9%20%E2%80%93%2012%20%E2%82%AC"
    assert answer["Content-Disposition"].startswith(f"attachment; {name}")
    assert "X-Evil" not in answer.headers
    assert "no-store" in answer["Cache-Control"]
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_only_a_pdf_is_shown_in_the_browser(shop: Shop, signed_in: Callable[..., Client]) -> None:
    client = signed_in(shop.ada)
    page = with_file(shop, "Page", b"<script>alert(1)</script>")
    answer, _content = fetch(client, page, "?view")
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["Content-Type"] == "application/octet-stream"
    paper = with_file(shop, "Paper")
    answer, _content = fetch(client, paper, "?view")
    assert answer["Content-Disposition"].startswith("inline")


def test_a_no_to_training_goes_with_the_file_and_a_yes_is_not_broadcast(
    shop: Shop, signed_in: Callable[..., Client]
) -> None:
    document = with_file(shop, "Lease")
    client = signed_in(shop.ada)
    refused, _content = fetch(client, document)
    assert refused["Content-Usage"] == "train-ai=n"
    assert refused["tdm-reservation"] == "1"
    assert refused["X-Robots-Tag"] == "noindex, noai, noimageai"
    shop.allow(shop.ada)
    allowed, _content = fetch(client, document)
    assert "Content-Usage" not in allowed.headers
    assert "tdm-reservation" not in allowed.headers
    assert allowed["X-Robots-Tag"] == "noindex"


def test_a_document_without_its_file_says_so(shop: Shop, signed_in: Callable[..., Client]) -> None:
    document = shop.document("Lease", shop.ada)
    client = signed_in(shop.ada)
    assert client.get(f"/documents/{document.uid}/file/").status_code == 404
    page = client.get(f"/documents/{document.uid}/").content
    assert b"has not sent us the file itself" in page
    assert b"/file/" not in page


def test_a_file_that_storage_lost_is_not_found_and_logged_by_its_uid(
    shop: Shop, signed_in: Callable[..., Client], caplog: pytest.LogCaptureFixture
) -> None:
    document = with_file(shop, "Lease of Ada")
    document.file.storage.delete(str(document.file.name))
    assert signed_in(shop.ada).get(f"/documents/{document.uid}/file/").status_code == 404
    assert str(document.uid) in caplog.text
    assert "Lease of Ada" not in caplog.text


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Lease.pdf", "Lease.pdf"),
        ("", "document.pdf"),
        ("../../etc/passwd", "etc passwd.pdf"),
        ('a"b<c>|d?', "a b c d.pdf"),
        ("x" * 300, "x" * 120 + ".pdf"),
    ],
)
def test_a_title_becomes_a_name_for_every_system(title: str, name: str) -> None:
    assert file_name(title, ".pdf") == name
