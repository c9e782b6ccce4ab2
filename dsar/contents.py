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
from dsar.models.requests import Kind
from dsar.redaction import applying
from dsar.sources.base import label_of
from dsar.wordindex import WordIndex
from portal.lib import keys, sheets
from portal.lib.office.contacts import controller

Head = dict[str, Any]
Rows = Iterator[dict[str, Any]]
Files = Iterator[tuple[str, Iterator[bytes]]]

ROWS_ON_A_PAGE = 200
# A record with more fields than this is easier to read as a list than as a row.
WIDEST_TABLE = 6
STYLE = Path(__file__).parent / "package.css"
SCHEMA = Path(__file__).parent / "schemas" / "table-1.json"
SCHEMA_ID = "urn:regard:table:1"


def index(request: SubjectRequest, found: list[Step], at: datetime) -> Iterator[bytes]:
    """Yield the first page: part A, the information of art. 15(1), and the contents of part B.

    Of data to take elsewhere (art. 20) it is a short word to read: no part A belongs to that.
    """
    slugs = unique_slugs(found)
    sources = [
        {
            "label": label_of(step.source),
            "gap": step.is_gap,
            "is_partial": bool(step.part),
            "tables": [_linked(table, slugs[step.pk, table["slug"]]) for table in step.tables],
            "files": step.files,
        }
        for step in found
    ]
    context = {"request": request, "at": at, "sources": sources, "prefix": ""}
    context |= {"redacted": applying.told(request), "controller": controller()}
    if request.kind == Kind.PORTABILITY:
        yield render_to_string("dsar/package/portable.html", context).encode()
        return
    context |= {"a": information.for_request(request, found)}
    yield render_to_string("dsar/package/index.html", context).encode()


def unique_slugs(found: list[Step]) -> dict[tuple[int, str], str]:
    """Return, by step and table, the name of each table in the files: two sources may use one."""
    slugs: dict[tuple[int, str], str] = {}
    for step in found:
        for table in step.tables:
            free = table["slug"]
            while free in slugs.values():
                free = f"{step.source}-{free}"
            slugs[step.pk, table["slug"]] = free
    return slugs


def search_page(request: SubjectRequest) -> Iterator[bytes]:
    """Yield the page that searches the copy without a network."""
    context = {"request": request, "prefix": "", "is_search": True}
    yield render_to_string("dsar/package/search.html", context).encode()


def verify_page(request: SubjectRequest) -> Iterator[bytes]:
    """Yield the page that says how to check that the copy is ours and unchanged."""
    context = {
        "request": request,
        "prefix": "",
        "controller": controller(),
        "kid": keys.signing_kid(),
        "keys_url": f"{settings.SITE_URL}/.well-known/jwks.json",
    }
    yield render_to_string("dsar/package/verify.html", context).encode()


def schema() -> Iterator[bytes]:
    """Yield the JSON Schema that every data/*.json follows."""
    yield SCHEMA.read_bytes()


def style() -> Iterator[bytes]:
    """Yield the one stylesheet; the pages load nothing else."""
    yield STYLE.read_bytes()


def page_name(slug: str, number: int) -> str:
    """Return the name of a table's page; the first has no number."""
    return f"pages/{slug}.html" if number == 1 else f"pages/{slug}-{number}.html"


def pages(request: SubjectRequest, step: Step, head: Head, rows: Rows, words: WordIndex) -> Files:
    """Yield a table as pages of some rows each, the last one known as such; ``words`` learns them.

    ``head["rows"]`` is how many rows there are.
    """
    template = get_template("dsar/package/page.html")
    total = max(1, -(-head["rows"] // ROWS_ON_A_PAGE))
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
        name = page_name(head["slug"], number)
        title = f"{head['title']} ({number}/{total})" if total > 1 else head["title"]
        words.page(name, title, _texts(records))
        yield name, iter([template.render(context).encode()])


def json_file(request: SubjectRequest, step: Step, head: Head, rows: Rows) -> Files:
    """Yield a table as one JSON object: what it is, its columns, its records."""
    yield f"data/{head['slug']}.json", _json(head, rows)


def csv_file(request: SubjectRequest, step: Step, head: Head, rows: Rows) -> Files:
    """Yield a table for a spreadsheet: comma-separated UTF-8, labels in the first line."""
    yield f"data/{head['slug']}.csv", _csv(head, rows)


def _linked(table: dict[str, Any], slug: str) -> dict[str, Any]:
    return table | {"slug": slug, "path": page_name(slug, 1)}


def _texts(records: list[dict[str, Any]]) -> Iterator[object]:
    """Yield everything that can be read in some records."""
    for record in records:
        yield from (cell["text"] for cell in record["cells"] if cell["text"] is not None)
        yield from record["files"]


def _for_the_eye(head: Head, row: dict[str, Any]) -> dict[str, Any]:
    """Return a row as labels and words, in the order of the columns."""
    words, values = row["words"], row["values"]
    cells = [
        {"label": column["label"], "text": words.get(column["key"], values.get(column["key"]))}
        for column in head["columns"]
    ]
    withheld = row.get("files_withheld", 0)
    return {"cells": cells, "files": row["files"], "files_withheld": withheld}


def _json(head: Head, rows: Rows) -> Iterator[bytes]:
    about: dict[str, Any] = {"schema": SCHEMA_ID}
    about |= {key: head[key] for key in ("slug", "title", "about", "columns")}
    about["controller"] = controller()["name"]
    yield json.dumps(about, ensure_ascii=False, indent=1)[:-2].encode() + b',\n "records": [\n'
    comma = b""
    for row in rows:
        given = {key: row[key] for key in ("files", "files_withheld") if row.get(key)}
        record = row["values"] | given
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
    return sheets.safe(value) if isinstance(value, str) else value
