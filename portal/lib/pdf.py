"""Short documents for people: PDF/A-3a (archival) and PDF/UA-1 (accessible) in one file.

WeasyPrint writes PDF/A-3a with tags; what PDF/UA-1 asks besides is its identifier in the metadata,
which a PDF/A must declare as an extension. The same input gives the same bytes, on every machine:
the fonts are ours, nothing is fetched, dates and identifier come from the input.
"""

import hashlib
import io
import logging
import warnings
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

import pikepdf
from django.template.loader import render_to_string
from django.utils import timezone, translation

from portal.lib.office.contacts import controller

# WeasyPrint logs each step, and quotes characters of the text: no names in logs (invariant 12).
logging.getLogger("weasyprint").setLevel(logging.ERROR)
logging.getLogger("weasyprint.progress").setLevel(logging.ERROR)

with warnings.catch_warnings():
    # A machine without fonts is warned about at import, and fine: the documents bring their own.
    warnings.filterwarnings("ignore", message=".*FontConfig", category=UserWarning)
    import weasyprint
    from weasyprint.css import ColorProfile
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import URLFetcher, URLFetcherResponse

FOLDER = Path(__file__).resolve().parent / "print"
SCHEME = "print:"  # print:mark.svg is the file of that name in FOLDER, and nothing else is fetched
OUTPUT_INTENT = "--srgb"
NOT_DRAWABLE = "□"

# PDF/UA-1 (ISO 14289-1 §5) in a PDF/A-3 (ISO 19005-3 §6.6.2.3.3): the identifier and its schema.
PDF_UA = """
<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/" pdfuaid:part="1"/>
<rdf:Description rdf:about=""
 xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#"
 xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#"><pdfaExtension:schemas><rdf:Bag>
<rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>PDF/UA Universal Accessibility</pdfaSchema:schema>
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix><pdfaSchema:property><rdf:Seq>
<rdf:li rdf:parseType="Resource"><pdfaProperty:name>part</pdfaProperty:name>
<pdfaProperty:valueType>Integer</pdfaProperty:valueType>
<pdfaProperty:category>internal</pdfaProperty:category>
<pdfaProperty:description>Part of ISO 14289 that the document conforms to</pdfaProperty:description>
</rdf:li></rdf:Seq></pdfaSchema:property></rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>
</rdf:RDF>"""


@dataclass(frozen=True)
class Attachment:
    """A file inside the PDF, the data that the document shows. ``name`` has an extension."""

    name: str
    data: bytes
    description: str


def render(
    template: str,
    context: dict[str, Any],
    *,
    language: str,
    attachments: Sequence[Attachment] = (),
    pictures: Mapping[str, bytes] | None = None,
) -> bytes:
    """Return the PDF of ``template``, which extends ``pdf/base.html``, in ``language``.

    ``context["at"]`` (aware) dates the document; without it, it is dated now. Characters for which
    neither our fonts nor the machine's have a shape are drawn as an empty square, for PDF/A allows
    no missing shape; attachments keep them. ``pictures``: SVG drawings by the name under which the
    template shows them (``<img src="print:NAME" alt="…">``).
    """
    at = context.get("at", timezone.now()).astimezone(UTC).replace(microsecond=0)
    with translation.override(language):
        page: str = render_to_string(
            template,
            {
                "controller": controller(),
                **context,
                "at": at,
                "dated": at.strftime("%Y-%m-%dT%H:%M:%SZ"),
                "language": language,
            },
        )
    painted, missing = _paint(page, at, attachments, pictures or {})
    if missing:
        page = page.translate(dict.fromkeys(missing, NOT_DRAWABLE))
        painted, _ = _paint(page, at, attachments, pictures or {})
    return _accessible(painted)


class _OurFiles(URLFetcher):  # type: ignore[misc] # WeasyPrint brings no types
    """Serves the files of our folder and the pictures given, nothing from network or machine."""

    def __init__(self, pictures: Mapping[str, bytes] | None = None) -> None:
        super().__init__()
        self.pictures = pictures or {}

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> Any:
        name = url.removeprefix(SCHEME)
        if name != url and name in self.pictures:
            return URLFetcherResponse(url, self.pictures[name], {"Content-Type": "image/svg+xml"})
        if name == url or name not in {file.name for file in FOLDER.iterdir()}:
            raise ValueError("a document fetches nothing from outside")
        return URLFetcherResponse(url, (FOLDER / name).read_bytes())


def _paint(
    page: str, at: datetime, attachments: Sequence[Attachment], pictures: Mapping[str, bytes]
) -> tuple[bytes, Collection[int]]:
    """Return the PDF/A-3a and the code points for which no font has a shape."""
    fetcher, fonts = _OurFiles(pictures), FontConfiguration()
    style = weasyprint.CSS(
        string=(FOLDER / "print.css").read_text(), url_fetcher=fetcher, font_config=fonts
    )
    document = weasyprint.HTML(string=page, url_fetcher=fetcher).render(
        font_config=fonts,
        stylesheets=[style],
        color_profiles={OUTPUT_INTENT: _screen_colours()},
        output_intent=OUTPUT_INTENT,
    )
    for attachment in attachments:
        document.metadata.attachments.append(
            weasyprint.Attachment(
                string=attachment.data,
                name=attachment.name,
                description=attachment.description,
                created=at,
                modified=at,
                relationship="Data",
            )
        )
    content = hashlib.sha256(page.encode())
    for data in (*(one.data for one in attachments), *pictures.values()):
        content.update(data)
    painted: bytes = document.write_pdf(
        pdf_variant="pdf/a-3a",
        pdf_tags=True,
        pdf_identifier=content.digest()[:16],
        output_intent=OUTPUT_INTENT,
    )
    return painted, {point for font in document.fonts.values() for point in font.missing}


def _screen_colours() -> Any:
    """Return WeasyPrint's own sRGB profile, which it would leave open if it read it itself."""
    profile = (files("weasyprint.pdf") / "sRGB2014.icc").read_bytes()
    components = (["r"], ["g"], ["b"])
    return ColorProfile(io.BytesIO(profile), "sRGB2014.icc", "relative-colorimetric", components)


def _accessible(pdf: bytes) -> bytes:
    """Return the PDF with the identifier of PDF/UA-1 inside its RDF, where readers look for it."""
    with pikepdf.open(io.BytesIO(pdf)) as document:
        metadata = document.Root.Metadata.read_bytes().decode()
        stream = document.make_stream(metadata.replace("</rdf:RDF>", PDF_UA).encode())
        stream.Type, stream.Subtype = pikepdf.Name.Metadata, pikepdf.Name.XML
        document.Root.Metadata = stream
        out = io.BytesIO()
        document.save(out, deterministic_id=True)
    return out.getvalue()
