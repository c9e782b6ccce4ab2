"""What a file that describes a source says, once it has been read."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from django.utils.functional import Promise, lazy
from django.utils.translation import get_language


class Options(dict[str, Any]):
    """The values of a section, with the line of the section and that of each of its keys."""

    def __init__(self, line: int) -> None:
        super().__init__()
        self.line = line
        self.lines: dict[str, int] = {}

    def line_of(self, key: str) -> int:
        """Return the line of a key; of the section, where the key is not there."""
        return self.lines.get(key, self.line)


class Missing(Exception):
    """A secret is not where the file says it is; the message names the place, not the secret."""


@dataclass(frozen=True)
class SecretRef:
    """Where a secret is found when it is needed: a variable of the environment, or a file."""

    env: str = ""
    file: str = ""

    def value(self) -> str:
        """Return the secret.

        Raises:
            Missing: it is not there, or empty.
        """
        try:
            found = os.environ.get(self.env, "") if self.env else Path(self.file).read_text()
        except (OSError, UnicodeDecodeError):
            found = ""
        if not found.strip():
            raise Missing(self.env or self.file)
        return found.strip()


def in_both(en: str, fr: str) -> Promise:
    """Return words that are read in the language of the moment."""

    def now() -> str:
        return fr if (get_language() or "").startswith("fr") else en

    return cast(Promise, lazy(now, str)())
