"""The terms of the Data Privacy Vocabulary that a receipt may use: a check without a network."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

TERMS = Path(__file__).resolve().parent / "schemas" / "dpv-2.3-terms.txt"
# With these a model learns. Migration 0028 names them too: change both or neither.
TRAINING = frozenset({"ai:ModelTraining", "ai:ModelFineTuning"})
# Of the vocabulary's extensions the one of places is left out: its terms are ISO 3166 codes.
PREFIXES = ("dpv:", "eu-gdpr:", "pd:", "ai:")


@cache
def known() -> frozenset[str]:
    """Return the terms of the list that is shipped."""
    lines = TERMS.read_text().splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))


def unknown(body: Any) -> set[str]:
    """Return the terms in a JSON-LD value that are not in the list, whether name or value."""
    return set(terms(body)) - known()


def terms(value: Any) -> Iterator[str]:
    """Yield every term of the vocabulary in a JSON-LD value."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if name != "@context":
                yield from terms(name)
                yield from terms(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from terms(inner)
    elif isinstance(value, str) and value.startswith(PREFIXES):
        yield value
