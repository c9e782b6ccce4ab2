"""Signatures of receipts. The vectors are those of RFC 8037, appendix A."""

import base64
import json
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from hypothesis import given
from hypothesis import strategies as st

from portal.lib import keys

D = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"
X = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
THUMBPRINT = "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
RFC_8037_JWS = (
    "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc."
    "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"
)
PRIVATE: dict[str, str | list[str]] = {"kty": "OKP", "crv": "Ed25519", "d": D, "x": X}


@pytest.fixture
def rfc_key(settings: Any) -> None:
    """The installation's one key is that of RFC 8037, without a ``kid``."""
    settings.RECEIPT_KEYS = {"keys": [PRIVATE]}


def header_of(token: str) -> dict[str, str]:
    head = token.split(".")[0]
    header: dict[str, str] = json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))
    return header


def with_header(token: str, **header: object) -> str:
    head = base64.urlsafe_b64encode(json.dumps(header).encode()).rstrip(b"=").decode()
    return ".".join([head, *token.split(".")[1:]])


def test_the_vector_of_rfc_8037_verifies_although_it_names_no_key(rfc_key: None) -> None:
    assert keys.verify(RFC_8037_JWS) == keys.Verified(b"Example of Ed25519 signing", THUMBPRINT)


def test_a_key_without_a_name_is_known_by_its_rfc_7638_thumbprint(rfc_key: None) -> None:
    token = keys.sign(b"text")
    assert header_of(token) == {"alg": "EdDSA", "kid": THUMBPRINT}
    assert keys.verify(token) == keys.Verified(b"text", THUMBPRINT)


def test_the_newer_name_of_the_algorithm_is_read_too(rfc_key: None) -> None:
    from joserfc import jws
    from joserfc.jwk import OKPKey

    key = OKPKey.import_key(PRIVATE)
    token = jws.serialize_compact({"alg": "Ed25519"}, b"text", key, algorithms=["Ed25519"])
    assert keys.verify(token).payload == b"text"


def test_a_retired_key_still_verifies_and_no_longer_signs(settings: Any) -> None:
    old, new = keys.generate(), keys.generate()
    settings.RECEIPT_KEYS = {"keys": [old]}
    token = keys.sign(b"text")
    old.pop("d")
    settings.RECEIPT_KEYS = {"keys": [old, new]}
    assert keys.verify(token).kid == old["kid"]
    assert header_of(keys.sign(b"text"))["kid"] == new["kid"]


def test_without_a_private_key_nothing_is_sealed(settings: Any) -> None:
    settings.RECEIPT_KEYS = {"keys": [{"kty": "OKP", "crv": "Ed25519", "x": X}]}
    with pytest.raises(ImproperlyConfigured):
        keys.sign(b"text")


def test_the_public_key_set_holds_every_key_and_no_private_part(settings: Any) -> None:
    settings.RECEIPT_KEYS = {"keys": [keys.generate(), {"kty": "OKP", "crv": "Ed25519", "x": X}]}
    published = keys.public_jwks()["keys"]
    assert [set(jwk) for jwk in published] == [{"kty", "crv", "x", "kid", "use", "alg"}] * 2
    assert published[1]["kid"] == THUMBPRINT


def test_a_key_is_named_by_its_thumbprint_when_made() -> None:
    from joserfc.jwk import OKPKey

    jwk = keys.generate()
    assert jwk["kid"] == OKPKey.import_key({**jwk}).thumbprint()


def test_a_seal_of_a_stranger_is_of_an_unknown_key(settings: Any) -> None:
    settings.RECEIPT_KEYS = {"keys": [keys.generate()]}
    token = keys.sign(b"text")
    settings.RECEIPT_KEYS = {"keys": [keys.generate()]}
    with pytest.raises(keys.BadSeal, match="unknown_key"):
        keys.verify(token)


def test_a_seal_on_another_text_is_broken(rfc_key: None) -> None:
    token, other = keys.sign(b"yes"), keys.sign(b"no")
    head, payload, _signature = token.split(".")
    with pytest.raises(keys.BadSeal, match="broken"):
        keys.verify(f"{head}.{payload}.{other.split('.')[2]}")


@pytest.mark.parametrize(
    "header",
    [
        {"alg": "none"},
        {"alg": "HS256"},
        {"alg": "EdDSA", "crit": ["exp"], "exp": 1},
        {"alg": "EdDSA", "b64": False, "crit": ["b64"]},
        {"kid": THUMBPRINT},
        {"alg": ["EdDSA"]},
        {"alg": "EdDSA", "kid": 7},
    ],
)
def test_a_header_outside_the_allow_list_is_refused(rfc_key: None, header: dict[str, Any]) -> None:
    with pytest.raises(keys.BadSeal):
        keys.verify(with_header(RFC_8037_JWS, **header))


@given(st.text() | st.lists(st.text("abAB01-_=. \n\u2028é"), max_size=5).map(".".join))
def test_garbage_is_never_more_than_a_bad_seal(text: str) -> None:
    with pytest.raises(keys.BadSeal):
        keys.verify(text, {"keys": [PRIVATE]})
