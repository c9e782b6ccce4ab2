"""Blacking out for good: the page becomes a picture, and what may be read lies invisibly over it.

Nothing of the old page is carried over but its picture under the black boxes and the words outside
of them, so there is nothing to be uncovered. The result is read back before it is given out.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2 as pdfium
from PIL import Image, ImageDraw, ImageFont

import portal.lib
from dsar.redaction.fonts import invisible_font
from dsar.redaction.pages import Box, Letter, covered, letters_of, opened, text_of

DOTS_PER_INCH = 150
MOST_PIXELS = 12_000_000  # of one page
QUALITY = 80
STRIP = 26  # points below the page for the line that says what was done
MARGIN = 0.5  # points of black around the letters
MOST_BETWEEN = 2.5  # times the size of a letter, from it to the next of the same word
FONT = Path(portal.lib.__file__).parent / "print" / "DejaVuSans.ttf"


class NotBurntIn(Exception):
    """Something that was to be removed can still be read: the file must not go out."""


@dataclass(frozen=True)
class Burnt:
    """The new file, and on which pages something was blacked out."""

    data: bytes
    pages: tuple[int, ...]


@dataclass(frozen=True)
class Picture:
    """A page as it is given out: its picture, its size in points, what may be read on it."""

    jpeg: bytes
    pixels: tuple[int, int]
    size: tuple[float, float]
    words: list[Letter]


def burn(plain: bytes, boxes: dict[int, list[Box]], caption: Callable[[int], str]) -> Burnt:
    """Return the flat PDF with the boxes (by page, from 1) blacked out for good.

    ``caption`` gives the line below a page from the number of its black places.

    Raises:
        NotBurntIn: the result was read back, and shows something that was to be removed.
        Unreadable: the file cannot be read.
    """
    with opened(plain) as document:
        removed = {number: _texts_in(document, number, boxes[number]) for number in boxes}
        left = {number: _left_text(document, number, boxes[number]) for number in boxes}
        with pikepdf.open(BytesIO(plain)) as result:
            for number in sorted(boxes):
                page = document[number - 1]
                picture = draw(page, boxes[number], caption(len(boxes[number])))
                page.close()
                result.pages[number - 1] = _page_of(result, picture)
            data = _saved(result)
    _check(data, removed, left)
    return Burnt(data, tuple(sorted(boxes)))


def draw(page: Any, boxes: Iterable[Box], caption: str = "") -> Picture:
    """Draw a page with black boxes, and collect the letters that stand outside of them."""
    area = max(page.get_width() * page.get_height(), 1)
    scale = min(DOTS_PER_INCH / 72, (MOST_PIXELS / area) ** 0.5)
    bitmap = page.render(scale=scale)
    image = bitmap.to_pil().convert("RGB")
    place = bitmap.get_posconv(page)
    black = [_grown(box) for box in boxes]
    pen = ImageDraw.Draw(image)
    for box in black:
        pen.rectangle(_on(place, box), fill="black")
    words = []
    for letter in letters_of(page):
        if not any(covered(letter.box, box) for box in black):
            left, top, right, bottom = _on(place, letter.box)
            height = image.height / scale + (STRIP if caption else 0)
            box = (left / scale, height - bottom / scale, right / scale, height - top / scale)
            words.append(Letter(letter.text, box))
    if caption:
        image = _with_caption(image, caption, scale)
        words += _letters_of_caption(caption)
    packed = BytesIO()
    image.save(packed, "JPEG", quality=QUALITY)
    bitmap.close()
    size = (image.width / scale, image.height / scale)
    return Picture(packed.getvalue(), image.size, size, words)


def _page_of(pdf: pikepdf.Pdf, picture: Picture) -> pikepdf.Page:
    """Return a page that is the picture, with the words invisibly over it (rendering mode 3)."""
    width, height = picture.size
    image = pdf.make_stream(
        picture.jpeg,
        Type=pikepdf.Name.XObject,
        Subtype=pikepdf.Name.Image,
        Width=picture.pixels[0],
        Height=picture.pixels[1],
        ColorSpace=pikepdf.Name.DeviceRGB,
        BitsPerComponent=8,
        Filter=pikepdf.Name.DCTDecode,
    )
    drawing = [b"q %.3f 0 0 %.3f 0 0 cm /Page Do Q BT 3 Tr" % (width, height)]
    drawing += [_invisible(run) for run in _runs(picture.words)]
    content = pdf.make_stream(b"\n".join([*drawing, b"ET"]))
    resources = pikepdf.Dictionary(
        XObject=pikepdf.Dictionary(Page=image), Font=pikepdf.Dictionary(Words=invisible_font(pdf))
    )
    box = pikepdf.Array([0, 0, round(width, 3), round(height, 3)])
    page = pikepdf.Dictionary(
        Type=pikepdf.Name.Page, MediaBox=box, Resources=resources, Contents=content
    )
    return pikepdf.Page(pdf.make_indirect(page))


def _runs(letters: Iterable[Letter]) -> Iterator[list[Letter]]:
    """Yield the words: letters until the next space, or the next one that stands elsewhere."""
    run: list[Letter] = []
    for letter in letters:
        if run and (letter.text.isspace() or _is_apart(run[-1].box, letter.box)):
            yield run
            run = []
        has_size = letter.box[2] > letter.box[0] and letter.box[3] > letter.box[1]
        if not letter.text.isspace() and ord(letter.text) <= 0xFFFF and has_size:
            run.append(letter)
    if run:
        yield run


def _invisible(run: list[Letter]) -> bytes:
    """Return the drawing of a word: as long and as high as it stands, in the way that it runs."""
    text = "".join(letter.text for letter in run)
    left, bottom = min(one.box[0] for one in run), min(one.box[1] for one in run)
    right, top = max(one.box[2] for one in run), max(one.box[3] for one in run)
    (x, y), (last_x, last_y) = _middle(run[0].box), _middle(run[-1].box)
    across, up = last_x - x, last_y - y
    if abs(up) > abs(across):
        turned = b"0 1 -1 0 %.2f %.2f" if up > 0 else b"0 -1 1 0 %.2f %.2f"
        place = (right, bottom) if up > 0 else (left, top)
        length, size = top - bottom, right - left
    else:
        turned = b"1 0 0 1 %.2f %.2f" if across >= 0 else b"-1 0 0 -1 %.2f %.2f"
        place = (left, bottom) if across >= 0 else (right, top)
        length, size = right - left, top - bottom
    stretch = 100 * max(length, 0.1) / (size * len(text))
    code = (text + " ").encode("utf-16-be").hex().encode()
    return b"/Words %.2f Tf %.2f Tz %b Tm <%b> Tj" % (size, stretch, turned % place, code)


def _is_apart(before: Box, box: Box) -> bool:
    (x, y), (next_x, next_y) = _middle(before), _middle(box)
    reach = MOST_BETWEEN * max(before[2] - before[0], before[3] - before[1])
    return abs(next_x - x) > reach or abs(next_y - y) > reach


def _middle(box: Box) -> tuple[float, float]:
    return (box[0] + box[2]) / 2, (box[1] + box[3]) / 2


def _saved(pdf: pikepdf.Pdf) -> bytes:
    """Return the file, written anew, with its pages and nothing else."""
    for key in set(pdf.Root.keys()) - {"/Type", "/Pages"}:
        del pdf.Root[key]
    if "/Info" in pdf.trailer:
        del pdf.trailer["/Info"]
    target = BytesIO()
    pdf.save(target, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return target.getvalue()


def _texts_in(document: pdfium.PdfDocument, number: int, boxes: list[Box]) -> list[str]:
    """Return the words that stand in each box, which nobody may find again."""
    page = document[number - 1]
    letters = letters_of(page)
    page.close()
    texts = []
    for box in boxes:
        inside = [one for one in letters if covered(one.box, _grown(box)) and one.text.strip()]
        texts.append(_squeezed(text_of(inside)))
    return [text for text in texts if len(text) > 1]


def _left_text(document: pdfium.PdfDocument, number: int, boxes: list[Box]) -> str:
    """Return what may still be read on a page, without spaces."""
    page = document[number - 1]
    black = [_grown(box) for box in boxes]
    letters = [one for one in letters_of(page) if not any(covered(one.box, b) for b in black)]
    page.close()
    return _squeezed(text_of(letters))


def _check(data: bytes, removed: dict[int, list[str]], left: dict[int, str]) -> None:
    """Read the new file as a reader does, and as somebody who searches its bytes.

    Raises:
        NotBurntIn: it shows something that was to be removed.
    """
    with opened(data) as document:
        everything = ""
        for number, page in enumerate(document, start=1):
            text = _squeezed(text_of(letters_of(page)))
            everything += text
            page.close()
            for gone in removed.get(number, ()):
                if text.count(gone) > left[number].count(gone):
                    raise NotBurntIn(f"page {number}")
    # What may still be read elsewhere, because staff left it there, is not looked for in the bytes.
    secrets = {gone for texts in removed.values() for gone in texts if gone not in everything}
    with pikepdf.open(BytesIO(data)) as pdf:
        if set(pdf.Root.keys()) - {"/Type", "/Pages"} or "/Info" in pdf.trailer:
            raise NotBurntIn("something beside the pages")
        for found in pdf.objects:
            _check_object(found, secrets)


def _check_object(found: Any, secrets: set[str]) -> None:
    if isinstance(found, pikepdf.Dictionary) and "/Annots" in found:
        raise NotBurntIn("annotations")
    if not isinstance(found, pikepdf.Stream) or found.get("/Subtype") == "/Image":
        return
    content = b"".join(found.read_bytes().split())
    for secret in secrets:
        wide = secret.encode("utf-16-be")
        if any(form in content for form in (secret.encode(), wide, wide.hex().encode())):
            raise NotBurntIn("a stream")


def _on(place: Any, box: Box) -> Box:
    """Return a box of the page in pixels: left, top, right, bottom."""
    one, other = place.to_bitmap(box[0], box[1]), place.to_bitmap(box[2], box[3])
    across, down = sorted([one[0], other[0]]), sorted([one[1], other[1]])
    return across[0], down[0], across[1], down[1]


def _with_caption(image: Image.Image, caption: str, scale: float) -> Image.Image:
    taller = Image.new("RGB", (image.width, image.height + round(STRIP * scale)), "white")
    taller.paste(image, (0, 0))
    pen = ImageDraw.Draw(taller)
    font = ImageFont.truetype(str(FONT), max(8, round(8 * scale)))
    pen.text((8 * scale, image.height + 8 * scale), caption, fill="black", font=font)
    return taller


def _letters_of_caption(caption: str) -> Iterator[Letter]:
    for place, letter in enumerate(caption):
        yield Letter(letter, (8 + 4 * place, 8, 12 + 4 * place, 16))


def _grown(box: Box) -> Box:
    return box[0] - MARGIN, box[1] - MARGIN, box[2] + MARGIN, box[3] + MARGIN


def _squeezed(text: str) -> str:
    return "".join(text.split())
