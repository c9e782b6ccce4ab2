"""RFC 8785 canonical JSON, and the hashes that are taken of it."""

import hashlib
from typing import Any

import rfc8785


def canonical_json(value: Any) -> bytes:
    """Return the RFC 8785 (JCS) bytes of a JSON value: one value, one sequence of bytes."""
    return rfc8785.dumps(value)


def sha256_of(value: Any) -> str:
    """Return the hex SHA-256 of the canonical form of a JSON value."""
    return hashlib.sha256(canonical_json(value)).hexdigest()
