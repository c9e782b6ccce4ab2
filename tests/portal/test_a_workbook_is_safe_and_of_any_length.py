"""A workbook that is opened in a spreadsheet computes nothing, and holds what it was given."""

import io
from datetime import UTC, date, datetime
from decimal import Decimal

import openpyxl
import pytest

from portal.lib import sheets

AT = datetime(2026, 11, 23, 10, tzinfo=UTC)


def read(data: bytes):
    return openpyxl.load_workbook(io.BytesIO(data))


def one(*cells):
    sheet = sheets.Sheet("One", ["a"] * len(cells), [cells])
    page = read(sheets.workbook_bytes([sheet], at=AT)).active
    return next(iter(page.iter_rows(min_row=2)))


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "＝1", "\r=1", "\n=1"])
def test_a_text_is_never_computed(text):
    (cell,) = one(text)
    assert cell.data_type == "s"
    assert cell.value.startswith("'")


def test_a_heading_is_never_computed():
    page = read(sheets.workbook_bytes([sheets.Sheet("One", ["=1"], [])], at=AT)).active
    assert page["A1"].value == "'=1"


def test_an_address_is_a_text_and_no_link():
    (cell,) = one("https://example.org/")
    assert cell.hyperlink is None
    assert cell.value == "https://example.org/"


def test_numbers_days_and_times_are_such():
    number, fraction, exact, yes, day, time, nothing = one(
        12, 0.5, Decimal("1.25"), True, date(2026, 5, 3), AT, None
    )
    assert (number.value, fraction.value, exact.value, yes.value) == (12, 0.5, 1.25, True)
    assert day.value == datetime(2026, 5, 3)  # noqa: DTZ001
    assert time.value == datetime(2026, 11, 23, 11)  # noqa: DTZ001 local time, in Paris
    assert nothing.value is None


def test_a_day_that_spreadsheets_disagree_about_is_a_text():
    assert one(date(1899, 12, 31))[0].value == "1899-12-31"


def test_what_is_longer_than_a_cell_says_that_it_was_cut():
    (cell,) = one("é" * 40_000)
    assert len(cell.value) == sheets.CHARACTERS
    assert cell.value.endswith("…")


def test_what_is_longer_than_a_sheet_goes_on_in_another(monkeypatch):
    monkeypatch.setattr(sheets, "ROWS", 4)
    rows = ([number] for number in range(7))
    book = read(sheets.workbook_bytes([sheets.Sheet("Long", ["n"], rows)], at=AT))
    assert book.sheetnames == ["Long", "Long 2", "Long 3"]
    read_again = [row[0] for page in book for row in page.iter_rows(min_row=2, values_only=True)]
    assert read_again == list(range(7))


def test_names_of_sheets_are_made_to_fit_and_to_differ():
    long = "A name: with [signs] and of more than thirty-one characters"
    book = read(sheets.workbook_bytes([sheets.Sheet(long, ["a"], [])] * 2, at=AT))
    first, second = book.sheetnames
    assert first != second
    assert not set("[]:*?/\\") & set(first + second)


def test_the_same_input_gives_the_same_bytes_in_parts():
    sheet = sheets.Sheet("One", ["a"], [["b"]])
    again = sheets.workbook_bytes([sheet], title="T", at=AT)
    assert b"".join(sheets.workbook([sheet], title="T", at=AT)) == again
