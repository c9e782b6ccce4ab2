"""The records of processing that a new installation starts with (art. 30 GDPR), one file each.

The record of a purpose has the purpose's slug and says only what the purpose's own file does not.
A line break inside a text counts as a space.
"""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from consents.catalogue import folded
from consents.register.fields import ON, TEXTS, Draft, languages

FOLDER = Path(__file__).resolve().parent


@dataclass(frozen=True)
class RecordSeed:
    """A record as its file describes it, as the draft that makes it."""

    slug: str
    of_purpose: bool
    draft: Draft


def records(folder: Path = FOLDER) -> list[RecordSeed]:
    """Return the records of a folder, by the names of their files."""
    return [read(path) for path in sorted(folder.glob("*.toml"))]


def read(path: Path) -> RecordSeed:
    """Read one record."""
    row: dict[str, Any] = folded(tomllib.loads(path.read_text()))
    texts = row.pop("texts")
    slug, of_purpose = row.pop("slug"), row.pop("of_purpose", False)
    draft: Draft = {name: ON if value is True else value for name, value in row.items()}
    for code in languages():
        draft |= {f"{name}_{code}": texts[code].get(name, "") for name in TEXTS}
    return RecordSeed(slug, of_purpose, draft)
