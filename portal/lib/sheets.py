"""Cells of a file that somebody may open in a spreadsheet, and workbooks (XLSX) of any length."""

import io
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import xlsxwriter
from django.utils import timezone
from django.utils.functional import Promise

# What a spreadsheet would take for a formula (OWASP ASVS 5.0, V1.2.10).
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠")

# What a workbook can hold (ECMA-376): rows of a sheet, characters of a cell and of a sheet's name.
ROWS, CHARACTERS, NAME = 1_048_576, 32_767, 31
NOT_IN_A_NAME = str.maketrans(dict.fromkeys("[]:*?/\\'", " "))
FIRST_DAY = date(1900, 3, 1)  # before it, spreadsheets disagree about which day a number is
MEMORY = 4 * 1024 * 1024  # of a finished workbook; what is larger waits on disk
CHUNK = 64 * 1024

Cell = str | Promise | int | float | Decimal | bool | date | None


@dataclass(frozen=True)
class Sheet:
    """One sheet: its name, the headings, rows (read once, one by one), and widths in characters.

    What is longer than a sheet may be goes on in another one of the same name and a number.
    """

    name: str
    columns: Sequence[str]
    rows: Iterable[Sequence[Cell]]
    widths: Sequence[int] = field(default=())


def safe(cell: str) -> str:
    """Return the cell so that no spreadsheet computes it."""
    return f"'{cell}" if cell.startswith(FORMULA) else cell


def workbook(
    sheets: Iterable[Sheet], *, title: str = "", at: datetime | None = None
) -> Iterator[bytes]:
    """Yield an XLSX file in parts. Memory is that of one row, whatever the number of rows.

    Text is never a formula nor a link; numbers and dates are such, times (aware) in local time.
    ``at`` (aware; default: now) dates the file: the same input gives the same bytes.
    """
    with tempfile.SpooledTemporaryFile(max_size=MEMORY) as file:
        _write(file, sheets, title, at or timezone.now())
        file.seek(0)
        while part := file.read(CHUNK):
            yield part


def workbook_bytes(
    sheets: Iterable[Sheet], *, title: str = "", at: datetime | None = None
) -> bytes:
    """Return what :func:`workbook` yields, for files that are small."""
    out = io.BytesIO()
    _write(out, sheets, title, at or timezone.now())
    return out.getvalue()


def _write(file: Any, sheets: Iterable[Sheet], title: str, at: datetime) -> None:
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    book = xlsxwriter.Workbook(file, options)
    book.set_properties({"title": title, "created": timezone.localtime(at).replace(tzinfo=None)})
    formats = _Formats(book)
    names: set[str] = set()
    for sheet in sheets:
        _fill(book, sheet, formats, names)
    book.close()


class _Formats:
    """How headings, texts, days and times look."""

    def __init__(self, book: Any) -> None:
        top = {"valign": "top"}
        self.heading = book.add_format({"bold": True, "text_wrap": True, "bottom": 1, **top})
        self.text = book.add_format({"text_wrap": True, **top})
        self.number = book.add_format(top)
        self.day = book.add_format({"num_format": "yyyy-mm-dd", "align": "left", **top})
        self.time = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss", "align": "left", **top})


def _fill(book: Any, sheet: Sheet, formats: _Formats, names: set[str]) -> None:
    page, line = None, ROWS
    for row in sheet.rows:
        if line == ROWS:
            page, line = _begin(book, sheet, formats, names), 1
        for column, cell in enumerate(row):
            _put(page, line, column, cell, formats)
        line += 1
    if page is None:
        _begin(book, sheet, formats, names)


def _begin(book: Any, sheet: Sheet, formats: _Formats, names: set[str]) -> Any:
    page = book.add_worksheet(_name(sheet.name, names))
    page.freeze_panes(1, 0)
    for column, width in enumerate(sheet.widths):
        page.set_column(column, column, width)
    for column, heading in enumerate(sheet.columns):
        page.write_string(0, column, safe(heading), formats.heading)
    return page


def _name(wanted: str, names: set[str]) -> str:
    """Return a name that a sheet may have and that no other one has."""
    base = wanted.translate(NOT_IN_A_NAME).strip() or "1"
    name, number = base[:NAME].strip(), 1
    while name.casefold() in names:
        number += 1
        end = f" {number}"
        name = base[: NAME - len(end)].strip() + end
    names.add(name.casefold())
    return name


def _put(page: Any, line: int, column: int, cell: Cell, formats: _Formats) -> None:
    if cell is None or cell == "":
        page.write_blank(line, column, None, formats.text)
    elif isinstance(cell, bool):
        page.write_boolean(line, column, cell, formats.number)
    elif isinstance(cell, int | float | Decimal):
        page.write_number(line, column, cell, formats.number)
    elif isinstance(cell, date) and _day(cell) >= FIRST_DAY:
        _put_date(page, line, column, cell, formats)
    else:
        page.write_string(line, column, _fitting(str(cell)), formats.text)


def _put_date(page: Any, line: int, column: int, cell: date, formats: _Formats) -> None:
    if isinstance(cell, datetime):
        local = timezone.localtime(cell).replace(tzinfo=None)
        page.write_datetime(line, column, local, formats.time)
    else:
        page.write_datetime(line, column, cell, formats.day)


def _day(cell: date) -> date:
    return cell.date() if isinstance(cell, datetime) else cell


def _fitting(text: str) -> str:
    """Return the text, safe and not longer than a cell may be; what was cut off ends in "…"."""
    text = safe(text)
    return text if len(text) <= CHARACTERS else text[: CHARACTERS - 1] + "…"
