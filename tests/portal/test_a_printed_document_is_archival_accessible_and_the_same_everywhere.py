"""PDF/A-3a and PDF/UA-1, as far as their structure shows it.

A full validation (veraPDF) is run by hand; docs/receipts.md says how and with what result.
"""

import io
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pikepdf
import pytest

from portal.lib import painting, pdf

AT = datetime(2026, 5, 3, 12, 2, 11, tzinfo=UTC)
PAGE = """{% extends "pdf/base.html" %}{% load i18n %}
{% block title %}A title{% endblock %}{% block reference %}REF-1{% endblock %}
{% block content %}<h1>{{ words }}</h1><p>{{ at|date:"j F Y" }}</p>
<table><tr><th scope="row">When</th><td><code>0a1b</code></td></tr></table>{{ extra|safe }}
{% endblock %}"""
ATTACHED = pdf.Attachment("receipt.json", b'{"a": 1}', "The receipt")


# The foot names the controller, as the office has set it.
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def page(tmp_path: Path, settings: Any) -> None:
    """A template ``page.html`` that stands on the base of printed documents."""
    (tmp_path / "page.html").write_text(PAGE)
    engine = settings.TEMPLATES[0]
    settings.TEMPLATES = [{**engine, "DIRS": [*engine["DIRS"], tmp_path]}]


def render(words: str = "Hello", *, language: str = "en", **context: Any) -> bytes:
    context = {"words": words, "at": AT, **context}
    return pdf.render("page.html", context, language=language, attachments=[ATTACHED])


@pytest.fixture
def document() -> Iterator[pikepdf.Pdf]:
    with pikepdf.open(io.BytesIO(render())) as opened:
        yield opened


def drawings(document: bytes) -> int:
    """Return how many pictures the first page holds."""
    with pikepdf.open(io.BytesIO(document)) as opened:
        return len(list(opened.pages[0].Resources.get("/XObject", {})))


def fonts_of(document: pikepdf.Pdf) -> list[Any]:
    """Return the descriptors of all fonts that pages use."""
    fonts = [font for page in document.pages for font in page.Resources.Font.values()]
    return [font.DescendantFonts[0].FontDescriptor for font in fonts]


def test_it_says_inside_its_rdf_which_standards_it_keeps(document: pikepdf.Pdf) -> None:
    metadata = document.open_metadata()
    assert metadata["{http://www.aiim.org/pdfa/ns/id/}part"] == "3"
    assert metadata["{http://www.aiim.org/pdfa/ns/id/}conformance"] == "A"
    assert metadata["{http://www.aiim.org/pdfua/ns/id/}part"] == "1"
    raw = document.Root.Metadata.read_bytes().decode()
    assert raw.count("</rdf:RDF>") == 1
    assert raw.index("pdfaExtension:schemas") < raw.index("</rdf:RDF>")


def test_it_has_a_title_a_language_tags_and_a_colour_profile(document: pikepdf.Pdf) -> None:
    root = document.Root
    assert str(document.docinfo.Title) == "A title"
    assert str(root.Lang) == "en"
    assert bool(root.MarkInfo.Marked)
    assert bool(root.ViewerPreferences.DisplayDocTitle)
    assert root.StructTreeRoot.K
    assert str(root.OutputIntents[0].S) == "/GTS_PDFA1"


def test_every_font_is_embedded_and_one_of_ours(document: pikepdf.Pdf) -> None:
    fonts = fonts_of(document)
    assert fonts
    for font in fonts:
        assert "/FontFile2" in font
        assert "+Regard-" in str(font.FontName)


def test_the_data_is_attached_as_data(document: pikepdf.Pdf) -> None:
    attached = document.attachments["receipt.json"]
    assert attached.get_file().read_bytes() == b'{"a": 1}'
    specification = attached.obj
    assert str(specification.AFRelationship) == "/Data"
    assert str(specification.EF.F.Subtype) == "/application/json"
    assert document.Root.AF


def test_the_same_input_gives_the_same_bytes() -> None:
    assert render() == render()


def test_another_text_gives_another_identifier() -> None:
    identifiers = set()
    for words in ("Hello", "Good-bye"):
        with pikepdf.open(io.BytesIO(render(words))) as opened:
            identifiers.add(bytes(opened.trailer.ID[0]))
    assert len(identifiers) == 2


def test_it_speaks_the_language_asked_for_and_leaves_the_thread_in_its_own() -> None:
    from django.utils import translation

    with translation.override("en"):
        french = render(language="fr")
        assert translation.get_language() == "en"
    with pikepdf.open(io.BytesIO(french)) as opened:
        assert str(opened.Root.Lang) == "fr"


def test_a_character_without_a_shape_becomes_a_square_and_not_an_invalid_file() -> None:
    with pikepdf.open(io.BytesIO(render("Lei \U00012000 Żółć Ελένη"))) as opened:
        fonts = [font for page in opened.pages for font in page.Resources.Font.values()]
        mapped = "".join(font.ToUnicode.read_bytes().decode().lower() for font in fonts)
    assert "<25a1>" in mapped, "the square"
    assert "<d808dc00>" not in mapped, "the cuneiform sign itself"
    assert "<017b>" in mapped, "letters that our fonts have stay"


@pytest.mark.parametrize(
    "address",
    [
        "https://example.org/secret.png",
        "file:///etc/passwd",
        "print:../keys.py",
        "print:nothing.svg",
        "data:image/svg+xml,<svg/>",
        "/relative.png",
    ],
)
def test_nothing_outside_the_folder_is_ever_fetched(
    address: str,
) -> None:
    with pytest.raises(ValueError, match="nothing from outside"):
        painting.OurFiles().fetch(address)
    picture = f'<img src="{address}" alt="x"><object data="{address}"></object>'
    assert drawings(render(extra=picture)) == drawings(render())


def test_no_word_of_the_text_gets_into_the_log(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("DEBUG"):
        render("Zoé \U00012000")
    assert not [record for record in caplog.records if record.name.startswith("weasyprint")]
