"""What one source gave, sealed in the file storage until the package is made of it.

Two streams: the records as lines of JSON, and the original files, one after the other. Each is
sealed with its own key and never held in memory whole, nor on disk in clear.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import groupby
from operator import itemgetter
from pathlib import PurePosixPath
from tempfile import TemporaryFile
from typing import IO, Any
from zoneinfo import ZoneInfo

from django.core.files import File
from django.core.files.storage import default_storage
from django.utils import formats, timezone
from django.utils.text import get_valid_filename
from django.utils.translation import gettext as _

from dsar.sources.base import OriginalFile, Row, Table
from portal.lib import crypto

FOLDER = "parts"
ROWS, FILES = ".rows", ".files"
BLOCK = 256 * 1024
KEY = 32  # bytes; a part has two


@dataclass
class Summary:
    """What went into a part. ``tables`` says title and number of rows of each."""

    name: str
    keys: bytes
    tables: list[dict[str, Any]] = field(default_factory=list)
    records: int = 0
    files: int = 0
    missing: int = 0  # files that should be there and are not


def write(
    tables: Iterator[Table], *, name: str, source: str, zone: ZoneInfo, alive: Callable[[], None]
) -> Summary:
    """Seal what a source yields under ``name``; ``alive`` is called as the work goes along."""
    keys = crypto.new_key() + crypto.new_key()
    summary = Summary(f"{FOLDER}/{name}", keys)
    with (
        _sealed(summary.name + ROWS, keys[:KEY]) as rows,
        _sealed(summary.name + FILES, keys[KEY:]) as files,
    ):
        for table in tables:
            _write_table(table, summary, source, zone, rows, files, alive)
    return summary


def tables(name: str, keys: bytes) -> Iterator[tuple[dict[str, Any], Iterator[dict[str, Any]]]]:
    """Yield each table's head with its rows; take the rows before the next table."""
    lines = _lines(_unsealed(name + ROWS, keys[:KEY]))
    for _number, group in groupby(lines, key=itemgetter("table")):
        # The rows are the rest of the group behind its head: one iterator, read once.
        yield next(group), group  # noqa: B031


def files(name: str, keys: bytes) -> Iterator[tuple[str, Iterator[bytes]]]:
    """Yield each original file's name in the copy with its bytes; take them before the next."""
    stream = _Stream(_unsealed(name + FILES, keys[KEY:]))
    while head := stream.frame():
        yield head.decode(), iter(stream.frame, b"")


def delete(name: str) -> None:
    """Delete a part's files; those that are not there are no matter."""
    default_storage.delete(name + ROWS)
    default_storage.delete(name + FILES)


def _write_table(
    table: Table,
    summary: Summary,
    source: str,
    zone: ZoneInfo,
    rows: IO[bytes],
    files: IO[bytes],
    alive: Callable[[], None],
) -> None:
    columns = [{"key": column.key, "label": str(column.label)} for column in table.columns]
    head = {"slug": table.slug, "title": str(table.title), "about": str(table.about)}
    number, count = {"table": len(summary.tables)}, 0
    rows.write(_line(number | head | {"columns": columns}))
    for row in table.rows:
        alive()
        names = [_copy(file, source, summary, files, alive) for file in row.files]
        rows.write(_line(number | _plain(row, zone) | {"files": [name for name in names if name]}))
        count += 1
    summary.records += count
    summary.tables.append({"slug": table.slug, "title": str(table.title), "rows": count})


def _plain(row: Row, zone: ZoneInfo) -> dict[str, Any]:
    """Return a row as JSON: the values for machines, and in words what needs words."""
    words = {key: str(text) for key, text in row.words.items()}
    values = dict(row.values)
    for key, value in row.values.items():
        if isinstance(value, datetime):
            local = timezone.localtime(value, zone)
            words.setdefault(key, formats.date_format(local, "DATETIME_FORMAT"))
            values[key] = value.isoformat()
        elif isinstance(value, date):
            words.setdefault(key, formats.date_format(value, "DATE_FORMAT"))
            values[key] = value.isoformat()
        elif isinstance(value, bool):
            words.setdefault(key, _("yes") if value else _("no"))
    return {"values": values, "words": words}


def _copy(
    file: OriginalFile,
    source: str,
    summary: Summary,
    target: IO[bytes],
    alive: Callable[[], None],
) -> str:
    """Copy one original file into the part; return its name in the copy, unique by its number.

    A file that the storage has lost is counted and has no name: the rest is given all the same.
    """
    try:
        content = file.open()
    except FileNotFoundError:
        summary.missing += 1
        return ""
    summary.files += 1
    path = PurePosixPath(file.name.replace("\\", "/"))
    safe = get_valid_filename(path.name or "file")[-100:]
    name = f"files/{source}/{summary.files:04d}-{safe}"
    _frame(target, name.encode())
    with content:
        while block := content.read(BLOCK):
            _frame(target, block)
            alive()
    _frame(target, b"")
    return name


@contextmanager
def _sealed(name: str, key: bytes) -> Iterator[IO[bytes]]:
    """Give a stream to write to; sealed on the way, stored when it is complete."""
    with TemporaryFile() as temporary:
        writer = crypto.SealingWriter(temporary, key)
        yield writer  # type: ignore[misc]  # it has what is used of IO[bytes]
        writer.close()
        temporary.seek(0)
        default_storage.save(name, File(temporary))


def _unsealed(name: str, key: bytes) -> Iterator[bytes]:
    with default_storage.open(name) as sealed:
        yield from crypto.unseal(sealed, key)


def _line(value: dict[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode() + b"\n"


def _lines(chunks: Iterator[bytes]) -> Iterator[dict[str, Any]]:
    rest = b""
    for chunk in chunks:
        *whole, rest = (rest + chunk).split(b"\n")
        for line in whole:
            yield json.loads(line)


def _frame(target: IO[bytes], data: bytes) -> None:
    target.write(len(data).to_bytes(4, "big") + data)


class _Stream:
    """Frames out of chunks that know nothing of them."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks, self._buffer = chunks, bytearray()

    def frame(self) -> bytes:
        """Return the next frame; empty at the end of a file, and at the end of all."""
        length = int.from_bytes(self._take(4), "big")
        return self._take(length)

    def _take(self, length: int) -> bytes:
        while len(self._buffer) < length:
            chunk = next(self._chunks, None)
            if chunk is None:
                return b""
            self._buffer += chunk
        taken = bytes(self._buffer[:length])
        del self._buffer[:length]
        return taken
