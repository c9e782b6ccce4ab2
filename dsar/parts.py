"""What one source gave, sealed in the file storage until the package is made of it.

Two streams: the records as lines of JSON, and the original files, one after the other. Each is
sealed with its own key and never held in memory whole, nor on disk in clear.
"""

import hashlib
import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
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
from django.utils.translation import gettext as _

from dsar.masks import Mask
from dsar.sources.base import OriginalFile, Row, Table
from portal.lib import crypto

FOLDER = "parts"
ROWS, FILES = ".rows", ".files"
BLOCK = 256 * 1024
KEY = 32  # bytes; a part has two
LONGEST_NAME = 120  # bytes in UTF-8: most file systems take 255, with all its folders some less


@dataclass
class Summary:
    """What went into a part, as it grows. ``volume``: bytes taken in.

    ``tables`` says of each its title, its number of ``rows``, and in how many texts and files of it
    data of others has to be looked for (``screen``).
    """

    name: str
    keys: bytes
    tables: list[dict[str, Any]] = field(default_factory=list)
    records: int = 0
    files: int = 0
    missing: int = 0  # files that should be there and are not, or broke off while they were copied
    volume: int = 0
    numbered: int = 0  # files begun; the number of the last one


@dataclass(frozen=True)
class Target:
    """Where a part goes, and how its rows are to be written."""

    source: str
    zone: ZoneInfo
    mask: Mask
    alive: Callable[[Summary], None]
    rows: IO[bytes]
    files: IO[bytes]


def write(
    tables: Iterable[Table],
    *,
    name: str,
    source: str,
    zone: ZoneInfo,
    mask: Mask,
    alive: Callable[[Summary], None],
) -> Summary:
    """Seal what a source yields under ``name``; ``alive`` is told as the work goes along."""
    keys = crypto.new_key() + crypto.new_key()
    summary = Summary(f"{FOLDER}/{name}", keys)
    with (
        _sealed(summary.name + ROWS, keys[:KEY]) as rows,
        _sealed(summary.name + FILES, keys[KEY:]) as files,
    ):
        target = Target(source, zone, mask, alive, rows, files)
        for table in tables:
            _write_table(table, summary, target)
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


def number_of(name: str) -> int:
    """Return the number that a file has in its part, from its name in the copy."""
    return int(PurePosixPath(name).name.partition("-")[0])


def _write_table(table: Table, summary: Summary, target: Target) -> None:
    columns = [{"key": column.key, "label": str(column.label)} for column in table.columns]
    head = {"slug": table.slug, "title": str(table.title), "about": str(table.about)}
    number, count, screened = {"table": len(summary.tables)}, 0, 0
    target.rows.write(_line(number | head | {"columns": columns}))
    hidden = {c.key: str(c.never_disclose) for c in table.columns if c.never_disclose}
    for row in table.rows:
        target.alive(summary)
        copied = [(file, _copy(file, summary, target)) for file in row.files]
        screen = sorted(key for key in row.screen if row.values.get(key))
        written = _plain(row, target, hidden) | {"files": [name for _file, name in copied if name]}
        if to_screen := [number_of(name) for file, name in copied if name and file.screen]:
            written["screen_files"] = to_screen
        if screen:
            written["screen"] = screen
        line = _line(number | written)
        target.rows.write(line)
        count, screened = count + 1, screened + len(screen) + len(to_screen)
        summary.records, summary.volume = summary.records + 1, summary.volume + len(line)
    told = {"slug": table.slug, "title": str(table.title), "rows": count}
    summary.tables.append(told | ({"screen": screened} if screened else {}))


def _plain(row: Row, target: Target, hidden: dict[str, str]) -> dict[str, Any]:
    """Return a row as JSON: the values for machines, and in words what needs words."""
    words = {key: str(text) for key, text in row.words.items()}
    values = dict(row.values)
    for key, value in row.values.items():
        if isinstance(value, datetime):
            local = timezone.localtime(value, target.zone)
            words.setdefault(key, formats.date_format(local, "DATETIME_FORMAT"))
            values[key] = value.isoformat()
        elif isinstance(value, date):
            words.setdefault(key, formats.date_format(value, "DATE_FORMAT"))
            values[key] = value.isoformat()
        elif isinstance(value, bool):
            words.setdefault(key, _("yes") if value else _("no"))
    return target.mask.row(values, words, hidden)


def _copy(file: OriginalFile, summary: Summary, target: Target) -> str:
    """Copy one original file into the part; return its name in the copy, unique by its number.

    A file that the storage has lost, that cannot be read to its end, or that is not (or does not
    stay) what it should be is counted as missing and has no name: the rest is given all the same.
    """
    try:
        content = file.open()
    except OSError:
        summary.missing += 1
        return ""
    summary.numbered += 1
    name = f"files/{target.source}/{summary.numbered:04d}-{safe_name(file.name)}"
    _frame(target.files, name.encode())
    try:
        with content:
            is_whole = _copy_blocks(content, file.sha256, summary, target)
    except OSError:
        is_whole = False
    _frame(target.files, b"")
    if not is_whole:
        # What was begun lies in the part under a number that no row names: it is left out.
        summary.missing += 1
        return ""
    summary.files += 1
    return name


def _copy_blocks(content: IO[bytes], sha256: str, summary: Summary, target: Target) -> bool:
    """Copy a file's bytes; return whether they are as many, and the ones, that they should be."""
    expected, copied, hashed = getattr(content, "size", None), 0, hashlib.sha256()
    while block := content.read(BLOCK):
        _frame(target.files, block)
        hashed.update(block)
        copied += len(block)
        summary.volume += len(block)
        target.alive(summary)
    return expected in (None, copied) and sha256 in ("", hashed.hexdigest())


def safe_name(name: str) -> str:
    """Return a file's own name for the zip: no path, no odd characters, short in any script."""
    path = PurePosixPath(unicodedata.normalize("NFC", name.replace("\\", "/")))
    plain = re.sub(r"[^-\w.]", "", path.name.strip().replace(" ", "_")).strip(".") or "file"
    stem, dot, suffix = plain.rpartition(".")
    if not dot or len(suffix) > 10:
        stem, dot, suffix = plain, "", ""
    room = LONGEST_NAME - len((dot + suffix).encode())
    return stem.encode()[:room].decode(errors="ignore") + dot + suffix


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
