"""Read files of documents, line by line, in constant memory: CSV with a header, or JSON lines."""

import csv
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from portal.lib import strict_json

# CSV: what one cell says. In the other columns, "" means: not said.
COLUMNS = (
    "reference", "status", "state_at", "title", "kind", "envelope", "organisation",
    "organisation_name", "sent_at", "completed_at", "sha256", "special_category", "keep_until",
)  # fmt: skip
# Several people in one cell stand between semicolons: "Camille Moreau <camille@courriel.example>".
PEOPLE = {"sender": "sender", "signers": "signer", "copies": "copy"}
SIGNED = "signed_at"  # when the signers signed, in their order, between semicolons
NEEDED = {"reference", "status"}
PERSON = re.compile(r"(?P<name>[^<>]*?)\s*<(?P<email>[^<>]*)>|(?P<bare>[^<>\s]+@[^<>\s]+)")
LONGEST_LINE = 1024 * 1024


class UnreadableFile(Exception):
    """The file as a whole cannot be read; the sentence says why and what to do."""


@dataclass(frozen=True)
class Broken:
    """A line that holds no document."""

    code: str
    message: str


Line = tuple[int, dict[str, Any] | Broken]


def read(path: Path, *, progress: Callable[[int], object]) -> Iterator[Line]:
    """Yield each line's number (from 1) and its document, in the form of the API.

    ``progress`` is told how many bytes were read.

    Raises:
        UnreadableFile: neither .csv nor .jsonl, another encoding, or a wrong header.
        OSError: the file cannot be opened.
    """
    readers = {".csv": _read_csv, ".jsonl": _read_jsonl, ".ndjson": _read_jsonl}
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise UnreadableFile("The name of the file must end in .csv or .jsonl.")
    with path.open("rb") as file:
        if file.peek(2)[:2] in (b"\xff\xfe", b"\xfe\xff"):
            raise UnreadableFile("The file is UTF-16. Save it as UTF-8 and try again.")
        yield from reader(_lines(file, progress))


def _lines(file: IO[bytes], progress: Callable[[int], object]) -> Iterator[bytes]:
    """Yield the lines; the end of one that is too long is left out, so that it shows."""
    first = True
    while raw := file.readline(LONGEST_LINE + 1):
        progress(len(raw))
        line = raw.removeprefix(b"\xef\xbb\xbf") if first else raw
        first = False
        while raw and not raw.endswith(b"\n") and len(raw) > LONGEST_LINE:
            raw = file.readline(LONGEST_LINE + 1)
            progress(len(raw))
        yield line


def _read_jsonl(lines: Iterator[bytes]) -> Iterator[Line]:
    for number, line in enumerate(lines, start=1):
        if len(line) > LONGEST_LINE:
            yield number, Broken("too_long", "The line is longer than a mebibyte.")
        elif line.strip():
            yield number, _json(line)


def _json(line: bytes) -> dict[str, Any] | Broken:
    try:
        value = strict_json.loads(line)
    except strict_json.Malformed as error:
        return Broken(error.code, error.message)
    return value if isinstance(value, dict) else Broken("not_an_object", "Expected {…}.")


def _read_csv(lines: Iterator[bytes]) -> Iterator[Line]:
    # What is not UTF-8 is kept apart as surrogates, so that only its own row is refused.
    texts = (line.decode("utf-8", "surrogateescape") for line in lines)
    head = next(texts, "")
    delimiter = max(",;\t", key=head.count)
    header = [name.strip().lower() for name in next(csv.reader([head], delimiter=delimiter), [])]
    _check_header(header)
    rows = csv.reader(texts, delimiter=delimiter, strict=True)
    while True:
        number = rows.line_num + 2  # the header is line 1, and a row begins after the last one
        try:
            row = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            yield number, Broken("malformed_csv", f"{error}".capitalize() + ".")
            continue
        if any(row):
            yield number, _document(header, row)


def _check_header(header: list[str]) -> None:
    known = {*COLUMNS, *PEOPLE, SIGNED}
    if missing := NEEDED - set(header):
        raise UnreadableFile(f"The first line names no column {' and '.join(sorted(missing))}.")
    if unknown := sorted(set(header) - known):
        names = ", ".join(name.encode("ascii", "replace").decode() for name in unknown)
        raise UnreadableFile(f"Unknown columns: {names}. Known are: {', '.join(sorted(known))}.")
    if len(set(header)) < len(header):
        raise UnreadableFile("The first line names a column twice.")


def _document(header: list[str], row: list[str]) -> dict[str, Any] | Broken:
    if len(row) != len(header):
        message = f"The line has {len(row)} columns, the first line {len(header)}."
        return Broken("wrong_columns", message)
    if not all(strict_json.is_storable(cell) for cell in row):
        return Broken("not_utf8", "The line is not UTF-8.")
    cells = {name: cell.strip() for name, cell in zip(header, row, strict=True) if cell.strip()}
    document: dict[str, Any] = {name: cells[name] for name in COLUMNS if name in cells}
    parties: list[dict[str, str]] = []
    for column, role in PEOPLE.items():
        people = [one.strip() for one in cells.get(column, "").split(";") if one.strip()]
        parties += [{"role": role, **_person(text)} for text in people]
    signers = [party for party in parties if party["role"] == "signer"]
    signed = [date.strip() for date in cells.get(SIGNED, "").split(";")]
    if len(signed) > max(len(signers), 1) or (any(signed) and not signers):
        return Broken("wrong_dates", "There are more dates of signature than signers.")
    for party, date in zip(signers, signed, strict=False):
        if date:
            party["signed_at"] = date
    return document | ({"parties": parties} if parties else {})


def _person(text: str) -> dict[str, str]:
    """Return name and e-mail of ``Name <e-mail>``, ``e-mail`` or ``Name``."""
    found = PERSON.fullmatch(text)
    if found is None:
        return {"name": text}
    if found["bare"]:
        return {"email": found["bare"]}
    return {"name": found["name"]} | ({"email": found["email"]} if found["email"].strip() else {})
