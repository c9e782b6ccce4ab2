"""PDF as it is seen: one revision, with everything that is drawn, and nothing that is not."""

import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from itertools import pairwise
from typing import Any

import pikepdf
import pypdfium2 as pdfium

from dsar.models import Redaction
from dsar.redaction.finding import Known, find

Box = tuple[float, float, float, float]  # left, bottom, right, top, in points of the page
MOST_PAGES = 2000
# What a page needs to be drawn; thumbnails, annotations, application data, actions stay behind.
NEEDED = frozenset(
    {"/Type", "/MediaBox", "/CropBox", "/Rotate", "/Resources", "/Contents", "/Group", "/Parent"}
)
# What a PDF that is not well made may raise where it is read.
BROKEN = (ValueError, TypeError, KeyError, AttributeError, RuntimeError)
# Characters further apart than this, in parts of their height, stand on different lines.
SAME_LINE = 0.6
# The part of a letter that a black box has to cover for the letter to be removed.
ENOUGH = 0.2


class Unreadable(Exception):
    """The file cannot be looked into: encrypted, broken, too many pages, or no PDF at all."""


@dataclass(frozen=True)
class Place:
    """Something found on a page (from 1), with the boxes that cover it."""

    kind: Redaction.Kind
    page: int
    boxes: tuple[Box, ...]


@dataclass(frozen=True)
class Letter:
    """One character as it stands on the page; a ligature gives several with the same box."""

    text: str
    box: Box


def flat(data: bytes) -> bytes:
    """Return the PDF with form fields and notes drawn into its pages, and nothing else beside them.

    Attachments, metadata, scripts, bookmarks, earlier revisions and hidden form data are gone.

    Raises:
        Unreadable: it is encrypted, broken, or no PDF.
    """
    with _readable(data) as source, pikepdf.new() as bare:
        if len(source.pages) > MOST_PAGES or not len(source.pages):
            raise Unreadable("too many pages, or none")
        source.generate_appearance_streams()
        source.flatten_annotations()
        bare.pages.extend(source.pages)
        for page in bare.pages:
            for key in set(page.obj.keys()) - NEEDED:
                del page.obj[key]
        result = BytesIO()
        bare.save(result, object_stream_mode=pikepdf.ObjectStreamMode.generate)
        return result.getvalue()


@contextmanager
def _readable(data: bytes) -> Iterator[pikepdf.Pdf]:
    """Give the PDF with all that lies in it; whatever is wrong with it is one thing: unreadable."""
    try:
        with pikepdf.open(BytesIO(data)) as pdf:
            yield pdf
    except (pikepdf.PdfError, pikepdf.PasswordError, *BROKEN) as error:
        raise Unreadable(type(error).__name__) from None


def _in_fields(data: bytes, known: Known) -> Iterator[Place]:
    """Yield the fields and notes whose text shows somebody, with the whole field as their box.

    How a field is drawn depends on its fonts, and not every drawing can be read back.
    """
    found = []
    with _readable(data) as pdf:
        for number, page in enumerate(pdf.pages, start=1):
            for one in page.obj.get("/Annots", []):
                texts = [_text_of(one, key) for key in ("/V", "/Contents")]
                sides = [float(side) for side in one.get("/Rect", [])]
                across, up = sorted(sides[::2]), sorted(sides[1::2])
                if len(sides) == 4:
                    box = (across[0], up[0], across[1], up[1])
                    kinds = {place.kind for text in texts for place in find(text, known)}
                    found += [Place(kind, number, (box,)) for kind in sorted(kinds)]
    yield from found


def _text_of(annotation: pikepdf.Object, key: str) -> str:
    """Return a text of a field, which may stand with the field that it is part of."""
    parent: Any = annotation.get("/Parent", {})
    value = annotation.get(key, parent.get(key, ""))
    return str(value) if isinstance(value, (str, pikepdf.String)) else ""


@contextmanager
def opened(plain: bytes) -> Iterator[pdfium.PdfDocument]:
    """Give the PDF to be read and drawn. Raises Unreadable."""
    try:
        document = pdfium.PdfDocument(plain)
    except pdfium.PdfiumError:
        raise Unreadable("PdfiumError") from None
    try:
        yield document
    finally:
        document.close()


def scan(data: bytes, known: Known) -> Iterator[Place]:
    """Yield what is found in the form fields and notes of a PDF, then on its pages.

    A page without text is one that only an eye can read. Raises Unreadable.
    """
    yield from _in_fields(data, known)
    with opened(flat(data)) as document:
        for number, page in enumerate(document, start=1):
            letters = letters_of(page)
            if not any(letter.text.strip() for letter in letters):
                if not known.words and next(page.get_objects(max_depth=3), None) is not None:
                    yield Place(Redaction.Kind.PICTURE, number, (tuple(page.get_bbox()),))
                page.close()
                continue
            text = text_of(letters)
            for found in find(text, known):
                boxes = tuple(lines(letters[found.start : found.end]))
                if boxes:
                    yield Place(found.kind, number, boxes)
            page.close()


def letters_of(page: Any) -> list[Letter]:
    """Return the characters of a page in reading order, each as one composed letter or a space."""
    text_page = page.get_textpage()
    found: list[Letter] = []
    for index in range(text_page.count_chars()):
        code = pdfium.raw.FPDFText_GetUnicode(text_page, index)
        box = text_page.get_charbox(index, loose=True)
        letter = chr(code) if _is_letter(code) else " "
        if found and unicodedata.combining(letter):
            composed = unicodedata.normalize("NFC", found[-1].text + letter)
            found[-1] = Letter(composed[:1], _around(found[-1].box, box))
            continue
        found += [Letter(one, box) for one in unicodedata.normalize("NFKC", letter)]
    text_page.close()
    return found


def text_of(letters: list[Letter]) -> str:
    """Return the text of which each character is the letter of the same place."""
    return "".join(" " if letter.text.isspace() else letter.text for letter in letters)


def lines(letters: list[Letter]) -> Iterator[Box]:
    """Yield one box for each line that the letters stand on."""
    drawn = [one.box for one in letters if not one.text.isspace() and _has_size(one.box)]
    if not drawn:
        return
    current = drawn[0]
    for before, box in pairwise(drawn):
        if _follows(before, box):
            current = _around(current, box)
        else:
            yield current
            current = box
    yield current


def covered(letter: Box, black: Box) -> bool:
    """Whether enough of a letter lies under a box to be gone; lines of text touch each other."""
    across = min(letter[2], black[2]) - max(letter[0], black[0])
    down = min(letter[3], black[3]) - max(letter[1], black[1])
    area = (letter[2] - letter[0]) * (letter[3] - letter[1])
    return across > 0 and down > 0 and across * down >= ENOUGH * area


def _is_letter(code: int) -> bool:
    return code > 31 and not 0xD800 <= code <= 0xDFFF and code not in (0xFFFE, 0xFFFF)


def _has_size(box: Box) -> bool:
    return box[2] > box[0] and box[3] > box[1]


def _follows(before: Box, box: Box) -> bool:
    """Whether the second box stands on the same line, whichever way the line runs."""
    height = max(before[3] - before[1], before[2] - before[0], 0.1)
    upright = abs(before[1] - box[1]) < height * SAME_LINE
    sideways = abs(before[0] - box[0]) < height * SAME_LINE
    return upright or sideways


def _around(one: Box, other: Box) -> Box:
    return (
        min(one[0], other[0]),
        min(one[1], other[1]),
        max(one[2], other[2]),
        max(one[3], other[3]),
    )
