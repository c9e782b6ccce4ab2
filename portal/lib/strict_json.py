"""JSON from strangers: RFC 8259 and nothing more, so that every later step can rely on it."""

import json
import re
from typing import Any

# PostgreSQL cannot store NUL, and half of a surrogate pair is no character (RFC 8259 §8.2).
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class Malformed(ValueError):
    """The bytes are not JSON. ``code`` is for machines; the sentence repeats nothing of them."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def _refuse_constant(name: str) -> None:
    raise Malformed("malformed_json", f"{name} is not JSON.")


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        # Two readers of one body must not see two values (RFC 8259 §4).
        raise Malformed("duplicate_name", "A name occurs twice in one object.")
    return found


def loads(raw: bytes, *, allow_duplicates: bool = False) -> Any:
    """Return the JSON value in ``raw`` (UTF-8, with or without a byte order mark).

    Raises:
        Malformed: not UTF-8, not JSON, NaN or Infinity, a name twice in one object (unless
            ``allow_duplicates``: the last one counts then), or nested too deep to read.
    """
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Malformed("not_utf8", f"The body is not UTF-8 (byte {error.start}).") from error
    try:
        return json.loads(
            text,
            parse_constant=_refuse_constant,
            object_pairs_hook=None if allow_duplicates else _without_duplicates,
        )
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise Malformed("malformed_json", f"The body is not JSON ({where}).") from error
    except RecursionError as error:
        raise Malformed("malformed_json", "The body is nested too deep.") from error
    except Malformed:
        raise
    except ValueError as error:  # an integer of thousands of digits
        raise Malformed("malformed_json", "A number in the body is too long.") from error


def storable(text: str) -> str:
    """Return the text with what no database can store replaced by U+FFFD."""
    return UNSTORABLE.sub("�", text)


def is_storable(text: str) -> bool:
    """Return whether a text column can hold it."""
    return UNSTORABLE.search(text) is None
