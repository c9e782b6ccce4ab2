"""What the files of a copy say: HTML that needs no network, JSON, and CSV."""

import csv
import io
import json
from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from django.conf import settings
from django.template.loader import get_template, render_to_string

from dsar import information
from dsar.models import Step, SubjectRequest
from dsar.sources.base import label_of

Head = dict[str, Any]
Rows = Iterator[dict[str, Any]]
Files = Iterator[tuple[str, Iterator[bytes]]]

ROWS_ON_A_PAGE = 200
# A record with more fields than this is easier to read as a list than as a row.
WIDEST_TABLE = 6
STYLE = Path(__file__).parent / "package.css"
# What makes a spreadsheet take a cell for a formula (ASVS 1.2.10).
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def index(request: SubjectRequest, found: list[Step], at: datetime) -> Iterator[bytes]:
    """Yield the first page: part A, the information of art. 15(1), and the contents of part B."""
    sources = [
        {
            "label": label_of(step.source),
            "gap": step.is_gap,
            "is_partial": bool(step.part),
            "tables": [table | {"path": page_name(table["slug"], 1)} for table in step.tables],
            "files": step.files,
        }
        for step in found
    ]
    context = {"request": request, "at": at, "sources": sources, "prefix": ""}
    context |= {"a": information.for_request(request, found)}
    yield render_to_string("dsar/package/index.html", context).encode()


def style() -> Iterator[bytes]:
    """Yield the one stylesheet; the pages load nothing else."""
    yield STYLE.read_bytes()


def page_name(slug: str, number: int) -> str:
    """Return the name of a table's page; the first has no number."""
    return f"pages/{slug}.html" if number == 1 else f"pages/{slug}-{number}.html"


def pages(request: SubjectRequest, step: Step, head: Head, rows: Rows) -> Files:
    """Yield a table as pages of some rows each, the last one known as such."""
    template = get_template("dsar/package/page.html")
    total = _number_of_pages(step, head["slug"])
    as_list = len(head["columns"]) > WIDEST_TABLE
    for number in range(1, total + 1):
        records = [_for_the_eye(head, row) for row in islice(rows, ROWS_ON_A_PAGE)]
        context = {
            "request": request,
            "head": head,
            "source": label_of(step.source),
            "records": records,
            "as_list": as_list,
            "number": number,
            "total": total,
            "before": page_name(head["slug"], number - 1).removeprefix("pages/"),
            "after": page_name(head["slug"], number + 1).removeprefix("pages/"),
            "prefix": "../",
        }
        yield page_name(head["slug"], number), iter([template.render(context).encode()])


def json_file(request: SubjectRequest, step: Step, head: Head, rows: Rows) -> Files:
    """Yield a table as one JSON object: what it is, its columns, its records."""
    yield f"data/{head['slug']}.json", _json(head, rows)


def csv_file(request: SubjectRequest, step: Step, head: Head, rows: Rows) -> Files:
    """Yield a table for a spreadsheet: comma-separated UTF-8, labels in the first line."""
    yield f"data/{head['slug']}.csv", _csv(head, rows)


def _number_of_pages(step: Step, slug: str) -> int:
    rows = int(next(table["rows"] for table in step.tables if table["slug"] == slug))
    return max(1, -(-rows // ROWS_ON_A_PAGE))


def _for_the_eye(head: Head, row: dict[str, Any]) -> dict[str, Any]:
    """Return a row as labels and words, in the order of the columns."""
    words, values = row["words"], row["values"]
    cells = [
        {"label": column["label"], "text": words.get(column["key"], values.get(column["key"]))}
        for column in head["columns"]
    ]
    return {"cells": cells, "files": row["files"]}


def _json(head: Head, rows: Rows) -> Iterator[bytes]:
    about = {key: head[key] for key in ("slug", "title", "about", "columns")}
    about["controller"] = settings.CONTROLLER["name"]
    yield json.dumps(about, ensure_ascii=False, indent=1)[:-2].encode() + b',\n "records": [\n'
    comma = b""
    for row in rows:
        record = row["values"] | ({"files": row["files"]} if row["files"] else {})
        yield comma + json.dumps(record, ensure_ascii=False).encode()
        comma = b",\n"
    yield b"\n ]\n}\n"


def _csv(head: Head, rows: Rows) -> Iterator[bytes]:
    keys = [column["key"] for column in head["columns"]]
    # Spreadsheets take the mark at the start for "this is UTF-8".
    yield "\ufeff".encode() + _csv_line([column["label"] for column in head["columns"]])
    for row in rows:
        yield _csv_line([row["values"].get(key) for key in keys])


def _csv_line(values: list[Any]) -> bytes:
    line = io.StringIO()
    csv.writer(line, lineterminator="\r\n").writerow([_cell(value) for value in values])
    return line.getvalue().encode()


def _cell(value: Any) -> Any:
    if isinstance(value, list):
        value = ", ".join(str(each) for each in value)
    if isinstance(value, str) and value.startswith(FORMULA):
        return "'" + value
    return value
