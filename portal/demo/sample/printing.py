"""Prints a paper of the sample as a small real PDF.

Written directly with pikepdf in the fonts that every reader has, not laid out by WeasyPrint: eighty
documents take a fifth of a second, and the same bytes come out on every machine.
"""

import io
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field

import pikepdf

LEFT, RIGHT, TOP, BOTTOM = 68, 527, 780, 70  # points; the page is A4, 595 × 842
# Widths of Times-Roman in thousandths, from space to tilde (Adobe's metrics of the base fonts).
WIDTHS = (
    "250 333 408 500 500 833 778 180 333 333 500 564 250 333 250 278 500 500 500 500 500 500 500 "
    "500 500 500 278 278 564 564 564 444 921 722 667 667 722 611 556 722 722 333 389 722 611 889 "
    "722 722 556 722 667 556 611 722 722 944 722 722 611 333 278 333 469 500 333 444 500 444 500 "
    "444 333 500 500 278 278 500 278 778 500 500 500 500 333 389 278 500 500 722 500 500 444 480 "
    "200 480 541"
)
WIDTH = {chr(32 + place): int(width) for place, width in enumerate(WIDTHS.split())}


@dataclass
class _Press:
    """Sets lines from the top of a page to its bottom, then starts the next."""

    pages: list[list[str]] = field(default_factory=lambda: [[]])
    y: float = TOP

    def write(self, text: str, *, size: float = 10.5, bold: bool = False, after: float = 6) -> None:
        for line in _lines(text, size * (1.06 if bold else 1)):
            if self.y < BOTTOM:
                self.pages.append([])
                self.y = TOP
            self._put(LEFT, self.y, line, size=size, font="B" if bold else "R")
            self.y -= size * 1.35
        self.y -= after

    def foot(self, text: str) -> None:
        for number, page in enumerate(self.pages, start=1):
            line = f"{text} – {number}/{len(self.pages)}"
            page.append(_show(LEFT, 40, line, size=8, font="R"))

    def _put(self, x: float, y: float, line: str, *, size: float, font: str) -> None:
        self.pages[-1].append(_show(x, y, line, size=size, font=font))


def print_paper(title: str, body: str, signed: list[str], foot: str, *, language: str) -> bytes:
    """Return the PDF. A line of ``body`` that begins with "# " is a heading."""
    press = _Press()
    press.write(title, size=16, bold=True, after=12)
    for line in filter(None, body.splitlines()):
        if line.startswith("# "):
            press.y -= 4
            press.write(line[2:], size=11, bold=True, after=1)
        else:
            press.write(line)
    press.y -= 16
    for line in signed:
        press.write(line, size=9.5, after=1)
    press.foot(foot)
    return _pdf(press.pages, title, language)


def _pdf(pages: list[list[str]], title: str, language: str) -> bytes:
    pdf = pikepdf.new()
    fonts = pikepdf.Dictionary(
        {f"/{name}": _font(pdf, base) for name, base in (("R", "Roman"), ("B", "Bold"))}
    )
    for lines in pages:
        page = pdf.add_blank_page(page_size=(595, 842))
        page.Resources = pikepdf.Dictionary(Font=fonts)
        page.Contents = pdf.make_stream("\n".join(lines).encode("cp1252", "replace"))
    pdf.docinfo["/Title"] = title
    pdf.Root.Lang = pikepdf.String(language)
    out = io.BytesIO()
    pdf.save(out, deterministic_id=True)
    return out.getvalue()


def _font(pdf: pikepdf.Pdf, style: str) -> pikepdf.Object:
    return pdf.make_indirect(
        pikepdf.Dictionary(
            Type=pikepdf.Name.Font,
            Subtype=pikepdf.Name.Type1,
            BaseFont=pikepdf.Name(f"/Times-{style}"),
            Encoding=pikepdf.Name.WinAnsiEncoding,
        )
    )


def _show(x: float, y: float, line: str, *, size: float, font: str) -> str:
    escaped = line.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
    return f"BT /{font} {size} Tf {x} {y:.1f} Td ({escaped}) Tj ET"


def _lines(text: str, size: float) -> Iterator[str]:
    """Break the text at spaces so that each line fits; a no-break space does not break."""
    line, used = "", 0.0
    for word in text.split(" "):
        width = sum(map(_width, word)) * size / 1000
        if line and used + 0.25 * size + width > RIGHT - LEFT:
            yield line
            line, used = word, width
        else:
            line, used = (f"{line} {word}", used + 0.25 * size + width) if line else (word, width)
    yield line


def _width(letter: str) -> int:
    return WIDTH.get(unicodedata.normalize("NFD", letter)[0], 500)
