"""How a document is painted: WeasyPrint, and what PDF/UA-1 asks besides.

Apart from ``portal.lib.pdf`` because loading it takes 35 MB and half a second: the web server does
so when it starts, a worker with its first document.
"""

import hashlib
import io
import logging
import warnings
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

import pikepdf

from portal.lib.pdf import Attachment

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


class OurFiles(URLFetcher):  # type: ignore[misc] # WeasyPrint brings no types
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


def paint(
    page: str, at: datetime, attachments: Sequence[Attachment], pictures: Mapping[str, bytes]
) -> tuple[bytes, Collection[int]]:
    """Return the PDF/A-3a of an HTML page and the code points for which no font has a shape.

    ``at`` (UTC) dates its attachments; ``pictures`` are SVG drawings by name.
    """
    fetcher, fonts = OurFiles(pictures), FontConfiguration()
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


def accessible(pdf: bytes) -> bytes:
    """Return the PDF with the identifier of PDF/UA-1 inside its RDF, where readers look for it."""
    with pikepdf.open(io.BytesIO(pdf)) as document:
        metadata = document.Root.Metadata.read_bytes().decode()
        stream = document.make_stream(metadata.replace("</rdf:RDF>", PDF_UA).encode())
        stream.Type, stream.Subtype = pikepdf.Name.Metadata, pikepdf.Name.XML
        document.Root.Metadata = stream
        out = io.BytesIO()
        document.save(out, deterministic_id=True)
    return out.getvalue()
