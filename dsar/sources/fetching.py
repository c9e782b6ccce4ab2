"""Reading what lies with a service: a file, as it is copied; a status; when to come back."""

import contextlib
import http.client
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from hashlib import sha256
from typing import Self

from dsar.answers import Link
from dsar.grounds import Cause
from dsar.sources.base import SourceError
from portal.lib import outgoing
from portal.lib.outgoing import Undelivered

# How soon we look again, whatever the service would like.
SOONEST, LATEST = timedelta(seconds=10), timedelta(hours=1)


class Download:
    """A file of the service, read piece by piece, checked at its end against what was announced."""

    def __init__(self, link: Link, *, headers: Mapping[str, str], most: int) -> None:
        if link.size > most:
            raise SourceError(Cause.TOO_LARGE)
        self._link, self._left, self._hash = link, link.size, sha256()
        self._stack = contextlib.ExitStack()
        try:
            self._answer = self._stack.enter_context(outgoing.fetch(link.url, headers=headers))
        except Undelivered:
            raise SourceError(Cause.UNAVAILABLE) from None
        if self._answer.status != 200:
            self._stack.close()
            lost = self._answer.status in (404, 410)
            raise SourceError(Cause.FILE_MISSING if lost else cause_of(self._answer.status))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """End the call."""
        self._stack.close()

    def read(self, size: int = 64 * 1024) -> bytes:
        """Return the next bytes; none at the end of a file that is whole and as announced."""
        try:
            block = self._answer.read(min(size, self._left + 1) if size > 0 else self._left + 1)
        except (OSError, http.client.HTTPException, ValueError):
            raise SourceError(Cause.UNAVAILABLE) from None
        self._left -= len(block)
        self._hash.update(block)
        if self._left < 0:
            raise SourceError(Cause.UNREADABLE)
        if not block and (self._left or self._hash.hexdigest() != self._link.sha256):
            raise SourceError(Cause.UNREADABLE)
        return block


def cause_of(status: int) -> Cause:
    """Return why a call was answered with a status that is no success."""
    return Cause.REFUSED if status in (401, 403) else Cause.UNAVAILABLE


def retry_after(value: str, now: datetime) -> timedelta | None:
    """Return how long to wait by a Retry-After (seconds or a date, RFC 9110 §10.2.3), in bounds."""
    if value.isascii() and value.isdigit():
        asked = timedelta(seconds=min(int(value[:9]), 10**6))
    else:
        try:
            asked = parsedate_to_datetime(value) - now
        except (TypeError, ValueError):
            return None
    return max(SOONEST, min(asked, LATEST))


class Chunks:
    """Chunks as a file to read from, with no more in memory than one of them and a block."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks, self._left = chunks, b""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of what is left."""
        self._chunks, self._left = iter(()), b""

    def read(self, size: int = 64 * 1024) -> bytes:
        """Return at most ``size`` bytes, none at the end."""
        while not self._left:
            chunk = next(self._chunks, None)
            if chunk is None:
                return b""
            self._left = chunk
        block, self._left = self._left[:size], self._left[size:]
        return block
