"""What a file is, told by its bytes and never by its name; and pictures without their metadata.

Only what staff can read safely passes: PDF, PNG, JPEG and plain text. A PDF is kept byte for byte,
with whatever is in it, and never opened here. Pictures lose what a camera wrote into them: place,
time, the owner's name (ASVS 5.0 V14.2.8). Nothing is decoded, so no picture can be a bomb here.
"""

import codecs
import io
import re
import struct
from collections.abc import Iterator
from typing import IO

from django.utils.translation import gettext_lazy as _
from PIL import Image

from portal.lib.errors import DomainError

PDF, PNG, JPEG, TEXT = "application/pdf", "image/png", "image/jpeg", "text/plain"
ENDINGS = {PDF: (".pdf",), PNG: (".png",), JPEG: (".jpg", ".jpeg"), TEXT: (".txt", ".csv", ".md")}
BLOCK = 64 * 1024
# A picture whose sides multiply to more is refused: whoever opens it would run out of memory.
MOST_PIXELS = 120_000_000
PNG_HEAD = b"\x89PNG\r\n\x1a\n"
# Chunks that say nothing but how to draw; text, time and camera data are not among them.
PNG_KEPT = frozenset(
    b"IHDR PLTE IDAT IEND tRNS cHRM gAMA iCCP sBIT sRGB bKGD pHYs acTL fcTL fdAT".split()
)
NO_TEXT = re.compile(r"[\x00-\x08\x0b\x0e-\x1f]")  # control characters but tab and new lines
ORIENTATION = 0x0112  # EXIF: the one entry without which a photograph lies on its side


class WrongType(DomainError):
    """The file is none of the kinds that are taken."""

    code = "file_type"


class Broken(DomainError):
    """The file says that it is a picture, and is none that can be read."""

    code = "file_broken"


def recognise(source: IO[bytes]) -> str:
    """Return the media type of a file, from its bytes; it is read through where it is text.

    Raises:
        WrongType: none of the kinds that are taken; an archive (zip) is none.
    """
    source.seek(0)
    head = source.read(16)
    if head.startswith(b"%PDF-"):
        return PDF
    if head.startswith(PNG_HEAD):
        return PNG
    if head.startswith(b"\xff\xd8\xff"):
        return JPEG
    source.seek(0)
    if _is_text(source):
        return TEXT
    raise WrongType(
        _("We can read PDF, PNG, JPEG and plain text. Save the file as a PDF and send that.")
    )


def clean(source: IO[bytes], media_type: str) -> Iterator[bytes]:
    """Yield the file as it is kept: a picture without its metadata, the rest byte for byte.

    Raises:
        Broken: a picture whose parts do not fit together, or that is far too large to show.
    """
    source.seek(0)
    if media_type not in (PNG, JPEG):
        while block := source.read(BLOCK):
            yield block
        return
    try:
        yield from (_png if media_type == PNG else _jpeg)(source)
    except (struct.error, EOFError):
        raise Broken(_("This picture is damaged. Save it anew and send that.")) from None


def _is_text(source: IO[bytes]) -> bool:
    """Whether it is text in UTF-8, or in UTF-16 that says so, without control characters."""
    first = source.read(2)
    source.seek(0)
    utf16 = first in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
    decoder = codecs.getincrementaldecoder("utf-16" if utf16 else "utf-8-sig")()
    try:
        while block := source.read(BLOCK):
            if any(
                ord(letter) < 32 and letter not in "\t\n\r\f" for letter in decoder.decode(block)
            ):
                return False
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _png(source: IO[bytes]) -> Iterator[bytes]:
    """Yield the chunks that draw the picture; what hangs behind the last one is left out."""
    yield _exactly(source, len(PNG_HEAD))
    while True:
        head = _exactly(source, 8)
        length, name = struct.unpack(">I4s", head)
        if name == b"IHDR":
            body = _exactly(source, length)
            _not_too_large(*struct.unpack(">II", body[:8]))
            yield head + body + _exactly(source, 4)
        elif name in PNG_KEPT:
            yield head
            yield from _copied(source, length + 4)
        else:
            for _skipped in _copied(source, length + 4):
                pass
        if name == b"IEND":
            return


def _jpeg(source: IO[bytes]) -> Iterator[bytes]:
    """Yield the segments that draw the picture, and of the camera's only how to turn it."""
    orientation = _orientation(source)
    source.seek(0)
    yield _exactly(source, 2) + _turned(orientation)
    while True:
        mark = _exactly(source, 2)
        if mark[0] != 0xFF:
            raise EOFError
        if mark[1] == 0xFF:  # a byte to fill up before a mark
            source.seek(-1, io.SEEK_CUR)
            continue
        (length,) = struct.unpack(">H", size := _exactly(source, 2))
        body = _exactly(source, length - 2)
        if 0xC0 <= mark[1] <= 0xCF and mark[1] not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", body[1:5])
            _not_too_large(width, height)
        if _draws(mark[1], body):
            yield mark + size + body
        if mark[1] == 0xDA:  # from here to its end there is only the picture
            yield from _scans(source)
            return


def _draws(mark: int, body: bytes) -> bool:
    """Whether a segment is needed to draw: no comment, and of the APPn only JFIF, ICC and Adobe."""
    if mark == 0xFE:
        return False
    if not 0xE0 <= mark <= 0xEF:
        return True
    return mark in (0xE0, 0xEE) or (mark == 0xE2 and body.startswith(b"ICC_PROFILE\0"))


def _scans(source: IO[bytes]) -> Iterator[bytes]:
    """Yield the picture itself, to its end mark; later scans may bring further segments."""
    kept = b""
    while block := source.read(BLOCK):
        data = kept + block
        end = data.find(b"\xff\xd9")
        if end >= 0:
            yield data[: end + 2]
            return
        kept = data[-1:]
        yield data[:-1]
    raise EOFError


def _orientation(source: IO[bytes]) -> int:
    """Return how the camera was held, 1 for upright. Reads the head of the file alone."""
    source.seek(0)
    try:
        with Image.open(io.BytesIO(source.read(4 * BLOCK)), formats=["JPEG"]) as picture:
            found = picture.getexif().get(ORIENTATION, 1)
    except (OSError, ValueError, SyntaxError, struct.error, Image.DecompressionBombError):
        return 1
    return found if found in range(1, 9) else 1


def _turned(orientation: int) -> bytes:
    """Return a segment that says how to turn the picture, and nothing else."""
    if orientation == 1:
        return b""
    tiff = struct.pack(">2sHIHHHIHHI", b"MM", 42, 8, 1, ORIENTATION, 3, 1, orientation, 0, 0)
    body = b"Exif\0\0" + tiff
    return b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body


def _not_too_large(width: int, height: int) -> None:
    if width * height > MOST_PIXELS:
        raise Broken(_("This picture has too many pixels. Make it smaller and send that."))


def _exactly(source: IO[bytes], length: int) -> bytes:
    data = source.read(length) if length >= 0 else b""
    if length < 0 or len(data) != length:
        raise EOFError
    return data


def _copied(source: IO[bytes], length: int) -> Iterator[bytes]:
    while length:
        block = source.read(min(length, BLOCK))
        if not block:
            raise EOFError
        length -= len(block)
        yield block
