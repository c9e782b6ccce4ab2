"""Preferences about automated use of content: the IETF's AIPREF, draft-ietf-aipref-vocab-07.

A statement is a Structured Field dictionary (RFC 9651): ``Content-Usage: train-ai=n``. The draft's
words have changed with every version, so they are a table here, and the version is pinned. What
cannot be read says nothing: neither yes nor no.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum

import http_sf
from http_sf import StructuredFieldError, Token

DRAFT = "07"  # of draft-ietf-aipref-vocab; -attach is at 05
HEADER = "Content-Usage"
TRAIN_AI, SEARCH = "train-ai", "search"
CATEGORIES = (TRAIN_AI, SEARCH)
LONGEST = 4096  # characters of a statement; a longer one is not read and says nothing


class Preference(StrEnum):
    """What a statement says about one category of use."""

    ALLOW = "y"
    DISALLOW = "n"
    UNKNOWN = ""


Preferences = dict[str, Preference]


def parse(statement: str) -> Preferences:
    """Return what the statement says of each category of the vocabulary. Never raises.

    Of a key that is repeated the last counts; parameters and unknown keys are ignored; a value
    that is not the token ``y`` or ``n`` says nothing; a statement that is malformed says nothing.
    """
    try:
        if len(statement) > LONGEST:
            return _unknown()
        found = http_sf.parse(statement.encode("ascii"), tltype="dictionary")
    except (StructuredFieldError, UnicodeEncodeError):
        return _unknown()
    if not isinstance(found, dict):
        return _unknown()
    return {category: _preference(found.get(category)) for category in CATEGORIES}


def combine(statements: Iterable[Preferences]) -> Preferences:
    """Return what several statements about the same content say: one *no* is enough."""
    said = list(statements)
    return {category: _strictest(one[category] for one in said) for category in CATEGORIES}


def serialise(preferences: Mapping[str, Preference]) -> str:
    """Return the statement that says just this, empty for nothing at all."""
    said = [one for one in CATEGORIES if preferences.get(one, Preference.UNKNOWN)]
    if not said:
        return ""
    return http_sf.ser({one: (Token(preferences[one].value), {}) for one in said})


def forbids_training(*statements: str) -> bool:
    """Whether any of the statements asks that no AI model learn from the content."""
    said = combine(map(parse, statements))
    return said[TRAIN_AI] is Preference.DISALLOW


def _unknown() -> Preferences:
    return dict.fromkeys(CATEGORIES, Preference.UNKNOWN)


def _preference(member: object) -> Preference:
    value = member[0] if isinstance(member, tuple) else None
    if isinstance(value, Token) and str(value) in (Preference.ALLOW, Preference.DISALLOW):
        return Preference(str(value))
    return Preference.UNKNOWN


def _strictest(said: Iterable[Preference]) -> Preference:
    found = set(said)
    for one in (Preference.DISALLOW, Preference.ALLOW):
        if one in found:
            return one
    return Preference.UNKNOWN
