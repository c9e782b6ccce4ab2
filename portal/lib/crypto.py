"""Files sealed with a key of their own, written and read as streams in constant memory.

The format is the STREAM construction of Hoang, Reyhanitabar, Rogaway and Vizár (2015) over
AES-256-GCM: chunks of 64 KiB, each with its number and a mark on the last one in the nonce, so
that none can be changed, dropped, repeated, reordered or cut off unseen. A key seals one file.
"""

import base64
import hashlib
import os
import secrets
from collections.abc import Iterator
from typing import IO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

MAGIC = b"RGS1"
CHUNK = 64 * 1024
TAG = 16
PREFIX = 7  # random bytes of the nonce; 4 for the counter, 1 for the mark of the last chunk


class Unsealable(Exception):
    """The file is not what was sealed, or not with this key."""


def new_key() -> bytes:
    """Return a fresh 256-bit key."""
    return AESGCM.generate_key(bit_length=256)


def wrap(key: bytes) -> bytes:
    """Return the key sealed under the installation's secret, for the database to hold."""
    nonce = os.urandom(12)
    return nonce + AESGCM(_wrapping_key(settings.SECRET_KEY)).encrypt(nonce, key, MAGIC)


def unwrap(wrapped: bytes) -> bytes:
    """Return a key sealed by :func:`wrap`, under the present secret or a former one.

    Raises:
        Unsealable: no secret of this installation opens it.
    """
    wrapped = bytes(wrapped)
    for secret in [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]:
        try:
            return AESGCM(_wrapping_key(secret)).decrypt(wrapped[:12], wrapped[12:], MAGIC)
        except InvalidTag:
            continue
    raise Unsealable("no secret of this installation opens the key")


def new_token() -> str:
    """Return 256 random bits for a link."""
    return secrets.token_urlsafe(32)


def hash_token(token: str) -> str:
    """Return what the database holds of a link's token: enough to know it, not to make it."""
    return hashlib.sha256(token.encode()).hexdigest()


def seal_text(text: str, *, about: str, holder: str) -> str:
    """Return the text sealed for an address (URL): nobody reads it, and one holder alone uses it.

    ``about`` names what kind of text it is, ``holder`` whose it is: both must be given again.
    """
    nonce = os.urandom(12)
    cipher = AESGCM(_text_key(settings.SECRET_KEY, about))
    sealed = nonce + cipher.encrypt(nonce, text.encode(), holder.encode())
    return base64.urlsafe_b64encode(sealed).decode().rstrip("=")


def unseal_text(token: str, *, about: str, holder: str) -> str:
    """Return what :func:`seal_text` sealed.

    Raises:
        Unsealable: it was not sealed here, not for this, or not for this holder.
    """
    try:
        sealed = base64.b64decode(token + "=" * (-len(token) % 4), b"-_", validate=True)
    except ValueError:
        raise Unsealable("not a sealed text") from None
    for secret in [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]:
        try:
            cipher = AESGCM(_text_key(secret, about))
            return cipher.decrypt(sealed[:12], sealed[12:], holder.encode()).decode()
        except (InvalidTag, ValueError):
            continue
    raise Unsealable("no secret of this installation opens the text")


class SealingWriter:
    """A write-only stream that seals what passes. ``close`` writes the last chunk."""

    def __init__(self, target: IO[bytes], key: bytes) -> None:
        self._target, self._cipher = target, AESGCM(key)
        self._prefix, self._number = os.urandom(PREFIX), 0
        self._buffer = bytearray()
        target.write(MAGIC + self._prefix)

    def write(self, data: bytes | bytearray | memoryview) -> int:
        """Take bytes in; full chunks go out sealed."""
        self._buffer += data
        while len(self._buffer) > CHUNK:  # one stays back: the last chunk is marked
            self._seal(bytes(self._buffer[:CHUNK]), last=False)
            del self._buffer[:CHUNK]
        return len(data)

    def flush(self) -> None:
        """Do nothing: a chunk is sealed when it is full."""

    def close(self) -> None:
        """Seal what is left, marked as the last. The target stays open."""
        self._seal(bytes(self._buffer), last=True)
        self._buffer.clear()

    def _seal(self, chunk: bytes, *, last: bool) -> None:
        nonce = _nonce(self._prefix, self._number, last=last)
        self._target.write(self._cipher.encrypt(nonce, chunk, None))
        self._number += 1


def unseal(source: IO[bytes], key: bytes) -> Iterator[bytes]:
    """Yield what was sealed, chunk by chunk, each checked before it is given out.

    Raises:
        Unsealable: a chunk was changed, or the end is missing.
    """
    head = _read(source, len(MAGIC) + PREFIX)
    if head[: len(MAGIC)] != MAGIC:
        raise Unsealable("not a sealed file")
    cipher, prefix, number = AESGCM(key), head[len(MAGIC) :], 0
    chunk = _read(source, CHUNK + TAG)
    while True:
        following = _read(source, CHUNK + TAG) if len(chunk) == CHUNK + TAG else b""
        last = not following
        try:
            yield cipher.decrypt(_nonce(prefix, number, last=last), chunk, None)
        except InvalidTag:
            raise Unsealable(f"chunk {number} is not as it was sealed") from None
        if last:
            return
        chunk, number = following, number + 1


def _read(source: IO[bytes], length: int) -> bytes:
    """Read exactly ``length`` bytes, less at the end only: a network may give fewer at a time."""
    data = source.read(length)
    while len(data) < length and (more := source.read(length - len(data))):
        data += more
    return data


def _nonce(prefix: bytes, number: int, *, last: bool) -> bytes:
    return prefix + number.to_bytes(4, "big") + bytes([last])


def _wrapping_key(secret: str) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=b"regard key wrapping").derive(secret.encode())


def _text_key(secret: str, about: str) -> bytes:
    info = f"regard text {about}".encode()
    return HKDF(SHA256(), 32, salt=None, info=info).derive(secret.encode())
