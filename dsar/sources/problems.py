"""What is wrong in a file that describes a source: each mistake with its line and a sentence."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from django.utils.functional import Promise


@dataclass(frozen=True)
class Problem:
    """One mistake. ``str()`` is ``file.yaml:LINE: what is wrong and what is expected``.

    ``words`` may hold ``%(name)s`` for ``data``; it is translated when it is shown.
    """

    file: str
    line: int
    words: str | Promise
    data: dict[str, object] = field(default_factory=dict)

    @property
    def sentence(self) -> str:
        """What is wrong, and what is expected, without the place."""
        return str(self.words) % self.data

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.sentence}"


class Problems:
    """Collects the mistakes of one file; iterates over them in the order of the lines."""

    def __init__(self, file: str) -> None:
        self.file = file
        self._found: list[Problem] = []

    def add(self, line: int, words: str | Promise, **data: object) -> None:
        """Note a mistake at a line (1 is the first)."""
        problem = Problem(self.file, line, words, data)
        if problem not in self._found:
            self._found.append(problem)

    def __iter__(self) -> Iterator[Problem]:
        return iter(sorted(self._found, key=lambda problem: problem.line))

    def __len__(self) -> int:
        return len(self._found)
