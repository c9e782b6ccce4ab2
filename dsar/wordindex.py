"""A word index of a copy, made while its pages stream by: a script in the copy searches it.

Each page gives, for each of 64 shards, one line: its number and its words that belong there. The
lines wait in sealed temporary files, so that memory does not grow with the data and nothing lies on
a disk in clear. The script loads the shard of a query's first letters and nothing else.
"""

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import IO

from portal.lib import crypto

SHARDS = 64
LONGEST = 40  # characters of a word
IN_MEMORY = 64 * 1024  # bytes of each shard; more goes to the disk, sealed
SCRIPT = Path(__file__).parent / "package_search.js"
# Scripts that write no spaces: their text is searched by pairs of characters.
UNSPACED = "\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
TOKEN = re.compile(rf"[{UNSPACED}]+|[^\W_{UNSPACED}]+")
FOLDER = "search"


class WordIndex:
    """Takes the pages of a copy one by one, then yields the files of the index."""

    def __init__(self) -> None:
        self._shards: dict[int, _Shard] = {}
        self._pages: list[tuple[str, str]] = []

    def close(self) -> None:
        """Forget everything; needed when the copy is given up half-way."""
        for shard in self._shards.values():
            shard.close()

    def page(self, path: str, title: str, texts: Iterable[object]) -> None:
        """Take a page: every word of its texts will lead to it."""
        by_shard: dict[int, set[str]] = {}
        for text in texts:
            for word in words(str(text)):
                by_shard.setdefault(shard_of(word), set()).add(word)
        for number, found in by_shard.items():
            if number not in self._shards:
                self._shards[number] = _Shard()
            self._shards[number].write([len(self._pages), " ".join(sorted(found))])
        self._pages.append((path, title))

    def files(self) -> Iterator[tuple[str, Iterator[bytes]]]:
        """Yield the index as scripts: a page opened from a disk may load scripts and no data."""
        yield f"{FOLDER}/search.js", iter([SCRIPT.read_bytes()])
        yield f"{FOLDER}/pages.js", iter([f"regardPages({json.dumps(self._pages)});\n".encode()])
        for number, shard in sorted(self._shards.items()):
            yield f"{FOLDER}/{number:02d}.js", shard.read(number)


def words(text: str) -> Iterator[str]:
    """Yield the words of a text as they are searched: without accents, in lower case."""
    for token in TOKEN.findall(_plain(text)):
        if re.match(rf"[{UNSPACED}]", token) and len(token) > 1:
            yield from (token[place : place + 2] for place in range(len(token) - 1))
        else:
            yield token[:LONGEST]


def shard_of(word: str) -> int:
    """Return the shard of a word; that of a pair of an unspaced script is its first one's."""
    if re.match(rf"[{UNSPACED}]", word):
        return ord(word[0]) % SHARDS
    return (ord(word[0]) * 31 + (ord(word[1]) if len(word) > 1 else 0)) % SHARDS


def _plain(text: str) -> str:
    """Fold a text as the script folds a query (NFKD, no marks, lower case, first plane only)."""
    letters = unicodedata.normalize("NFKD", text)
    kept = (one for one in letters if ord(one) <= 0xFFFF and unicodedata.category(one)[0] != "M")
    return "".join(kept).lower()


class _Shard:
    """The lines of one shard, sealed on the disk until they are read once."""

    def __init__(self) -> None:
        # The handle lives as long as the shard and is closed when it was read.
        self._file: IO[bytes] = SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115
        self._key = crypto.new_key()
        self._writer = crypto.SealingWriter(self._file, self._key)

    def write(self, entry: list[object]) -> None:
        line = json.dumps(entry, ensure_ascii=False, separators=(",", ":"))
        self._writer.write(line.encode() + b",\n")

    def read(self, number: int) -> Iterator[bytes]:
        self._writer.close()
        self._file.seek(0)
        yield b"regardShard(%d,[\n" % number
        yield from crypto.unseal(self._file, self._key)
        yield b"]);\n"

    def close(self) -> None:
        self._file.close()
