"""A zip that is written once, front to back, and knows the hash of everything it took."""

import hashlib
import zipfile
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import IO, Any

PERMISSIONS = 0o644 << 16
# Packing what is packed costs most of the time and gains nothing. It is "deflated" all the same:
# an entry of unknown length that is merely stored cannot be read by every program.
PACKED = (".pdf", ".zip", ".docx", ".xlsx", ".pptx", ".odt", ".png", ".jpg", ".jpeg", ".gif")
NONE, BEST = 0, 6


class Measured:
    """A write-only stream that passes bytes on, and knows how many and their SHA-256."""

    def __init__(self, target: Any) -> None:
        self._target, self._hash, self.size = target, hashlib.sha256(), 0

    def write(self, data: bytes) -> int:
        """Pass the bytes on."""
        self._hash.update(data)
        self.size += len(data)
        self._target.write(data)
        return len(data)

    def flush(self) -> None:
        """Pass on nothing: the target keeps its own rhythm."""

    @property
    def sha256(self) -> str:
        """Return the hex hash of all that passed."""
        return self._hash.hexdigest()


class Archive:
    """The zip of a copy. ``entries`` lists name, size and SHA-256 of each file, in order."""

    records = 0  # it counts files and bytes only

    def __init__(
        self, target: Measured, *, at: datetime, alive: Callable[["Archive"], None]
    ) -> None:
        self._zip = zipfile.ZipFile(_as_file(target), "w", compression=zipfile.ZIP_DEFLATED)
        self._at, self._alive, self._target = at.timetuple()[:6], alive, target
        self.entries: list[dict[str, Any]] = []

    def add(self, name: str, chunks: Iterable[bytes]) -> str:
        """Write one file; return its hex SHA-256."""
        info = zipfile.ZipInfo(name, self._at)
        info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, PERMISSIONS
        # The one way to name a level for each entry; Python 3.13 has it as ``compress_level`` too.
        info._compresslevel = NONE if _is_packed(name) else BEST  # type: ignore[attr-defined]
        with self._zip.open(info, "w", force_zip64=True) as entry:
            measured = Measured(entry)
            for chunk in chunks:
                measured.write(chunk)
                self._alive(self)
        self.entries.append({"name": name, "size": measured.size, "sha256": measured.sha256})
        return measured.sha256

    @property
    def files(self) -> int:
        """How many files are complete."""
        return len(self.entries)

    @property
    def volume(self) -> int:
        """How many bytes the zip has so far."""
        return self._target.size

    def close(self) -> None:
        """Write the directory at the end of the zip."""
        self._zip.close()


def _is_packed(name: str) -> bool:
    return name.lower().endswith(PACKED)


def _as_file(target: Measured) -> IO[bytes]:
    """zipfile asks for no more than write and flush of what it cannot seek in."""
    return target  # type: ignore[return-value]
