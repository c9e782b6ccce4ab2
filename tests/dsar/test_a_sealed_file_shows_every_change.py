"""portal.lib.crypto: what is sealed is read back whole, or not at all."""

import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.lib import crypto

HEAD = len(crypto.MAGIC) + crypto.PREFIX
SEALED_CHUNK = crypto.CHUNK + crypto.TAG
KEY = crypto.new_key()


def seal(data: bytes, *, piece: int = 10_000) -> bytes:
    target = io.BytesIO()
    writer = crypto.SealingWriter(target, KEY)
    for start in range(0, len(data), piece):
        writer.write(data[start : start + piece])
    writer.close()
    return target.getvalue()


def unseal(sealed: bytes, key: bytes = KEY) -> bytes:
    return b"".join(crypto.unseal(io.BytesIO(sealed), key))


@pytest.mark.parametrize("size", [0, 1, crypto.CHUNK - 1, crypto.CHUNK, crypto.CHUNK + 1, 200_000])
def test_what_was_sealed_comes_back(size: int) -> None:
    data = bytes(range(256)) * (size // 256 + 1)
    assert unseal(seal(data[:size])) == data[:size]


@given(st.binary(max_size=300), st.integers(1, 50))
def test_it_does_not_matter_in_which_pieces_it_was_written(data: bytes, piece: int) -> None:
    assert unseal(seal(data, piece=piece)) == data


@given(st.data())
def test_any_changed_byte_is_seen(data: Any) -> None:
    sealed = bytearray(seal(b"x" * 100))
    place = data.draw(st.integers(0, len(sealed) - 1))
    sealed[place] ^= data.draw(st.integers(1, 255))
    with pytest.raises(crypto.Unsealable):
        unseal(bytes(sealed))


def test_a_cut_end_is_seen() -> None:
    sealed = seal(b"x" * 3 * crypto.CHUNK)
    for end in (HEAD + SEALED_CHUNK, HEAD + 2 * SEALED_CHUNK, HEAD, len(sealed) - 1):
        with pytest.raises(crypto.Unsealable):
            unseal(sealed[:end])


def test_chunks_in_another_order_are_seen() -> None:
    sealed = seal(b"x" * 3 * crypto.CHUNK)
    first = sealed[HEAD : HEAD + SEALED_CHUNK]
    second = sealed[HEAD + SEALED_CHUNK : HEAD + 2 * SEALED_CHUNK]
    with pytest.raises(crypto.Unsealable):
        unseal(sealed[:HEAD] + second + first + sealed[HEAD + 2 * SEALED_CHUNK :])


def test_what_was_never_sealed_is_not_read() -> None:
    with pytest.raises(crypto.Unsealable):
        unseal(b"PK\x03\x04 a zip")


def test_another_key_opens_nothing() -> None:
    with pytest.raises(crypto.Unsealable):
        unseal(seal(b"secret"), crypto.new_key())


def test_a_key_is_wrapped_by_the_installations_secret(settings: Any) -> None:
    wrapped = crypto.wrap(KEY)
    assert KEY not in wrapped
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "a new secret"
    assert crypto.unwrap(wrapped) == KEY  # while the former one is still known
    settings.SECRET_KEY_FALLBACKS = []
    with pytest.raises(crypto.Unsealable):
        crypto.unwrap(wrapped)


def test_a_network_that_gives_little_at_a_time_is_read_whole() -> None:
    class Slow(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            return super().read(min(size or 0, 1000))

    data = b"y" * 150_000
    assert b"".join(crypto.unseal(Slow(seal(data)), KEY)) == data
