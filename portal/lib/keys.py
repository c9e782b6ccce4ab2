"""Keys that seal receipts: Ed25519 signatures as JWS (RFC 7515, RFC 8037), keys as JWKS (RFC 7517).

``settings.RECEIPT_KEYS`` is a JSON Web Key Set. The first key with a private part signs; every key
verifies, so that a receipt outlives the key that sealed it: a retired key loses its ``d`` and
stays.
"""

from dataclasses import dataclass
from typing import Any, Final, Literal

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from joserfc import jws
from joserfc.errors import BadSignatureError, JoseError, UnsupportedAlgorithmError
from joserfc.jwk import OKPKey

CURVE: Final[Literal["Ed25519"]] = "Ed25519"
# RFC 9864 renames "EdDSA" to "Ed25519". We write the name that every reader knows, and read both.
ALGORITHM = "EdDSA"
ALLOWED = frozenset({"EdDSA", "Ed25519"})
PUBLIC = ("kty", "crv", "x")  # what RFC 7638 takes the thumbprint of, and all of a public key


class BadSeal(Exception):
    """The seal proves nothing. ``code`` is ``malformed``, ``unknown_key`` or ``broken``."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Verified:
    """What was sealed, and by which key."""

    payload: bytes
    kid: str


class _Registry(jws.JWSRegistry):
    """Joserfc's, with our two names of one algorithm, and without its warning about the older."""

    def get_alg(self, name: str) -> Any:
        if name not in ALLOWED:
            raise UnsupportedAlgorithmError(f"Algorithm {name!r} is not allowed")
        return self.algorithms[name]


_REGISTRY = _Registry(algorithms=sorted(ALLOWED))


def generate() -> dict[str, str]:
    """Return a new private JWK; its ``kid`` is the RFC 7638 thumbprint of its public part."""
    key = OKPKey.generate_key(CURVE, {"use": "sig"}, private=True, auto_kid=True)
    return {name: str(value) for name, value in key.as_dict(private=True).items()}


def sign(payload: bytes) -> str:
    """Return the JWS compact serialisation of ``payload`` under the first private key.

    Raises:
        ImproperlyConfigured: ``RECEIPT_KEYS`` holds no private Ed25519 key.
    """
    jwk = _signing_key()
    header = {"alg": ALGORITHM, "kid": _kid(jwk)}
    return jws.serialize_compact(header, payload, OKPKey.import_key(jwk), registry=_REGISTRY)


def signing_kid() -> str:
    """Return the name of the key that signs at present.

    Raises:
        ImproperlyConfigured: as for :func:`sign`.
    """
    return _kid(_signing_key())


def verify(token: str, jwks: dict[str, Any] | None = None) -> Verified:
    """Return what ``token`` seals, once its signature is proven.

    ``jwks`` replaces the installation's keys, for a check elsewhere. A token that names no key
    (RFC 8037's own example does not) is tried with each.

    Raises:
        BadSeal: it is no JWS of ours, names a key that is not known, or does not fit its key.
    """
    header = _opened(token).headers()
    if str(header.get("alg")) not in ALLOWED:
        raise BadSeal("malformed")
    wanted = header.get("kid")
    candidates = [jwk for jwk in _public(jwks) if wanted in (None, jwk["kid"])]
    if not candidates:
        raise BadSeal("unknown_key")
    for jwk in candidates:
        try:
            opened = jws.deserialize_compact(token, OKPKey.import_key(jwk), registry=_REGISTRY)
        except BadSignatureError:
            continue
        except JoseError as error:  # a critical header that we do not understand (RFC 7515 §4.1.11)
            raise BadSeal("malformed") from error
        return Verified(opened.payload, jwk["kid"])
    raise BadSeal("broken")


def payload_of(token: str) -> bytes:
    """Return what a JWS says it seals, *unproven*.

    Raises:
        BadSeal: it is no JWS.
    """
    return _opened(token).payload


def public_jwks() -> dict[str, list[dict[str, Any]]]:
    """Return the key set that anybody may have: no private part leaves here."""
    return {"keys": [{**jwk, "use": "sig", "alg": ALGORITHM} for jwk in _public(None)]}


def _opened(token: str) -> jws.CompactSignature:
    try:
        return jws.extract_compact(token.encode("ascii"), registry=_REGISTRY)
    except (JoseError, ValueError) as error:  # ValueError: not ASCII, not base64url, not JSON
        raise BadSeal("malformed") from error


def _signing_key() -> dict[str, Any]:
    for jwk in settings.RECEIPT_KEYS["keys"]:
        if jwk.get("crv") == CURVE and jwk.get("d"):
            return dict(jwk)
    raise ImproperlyConfigured("RECEIPT_KEYS holds no private Ed25519 key.")


def _public(jwks: dict[str, Any] | None) -> list[dict[str, Any]]:
    """Return the public Ed25519 keys of a set (default: ours), each with its ``kid``."""
    keys = (settings.RECEIPT_KEYS if jwks is None else jwks)["keys"]
    return [
        {name: jwk[name] for name in PUBLIC} | {"kid": _kid(jwk)}
        for jwk in keys
        if jwk.get("crv") == CURVE
    ]


def _kid(jwk: dict[str, Any]) -> str:
    return str(jwk.get("kid") or OKPKey.import_key({n: jwk[n] for n in PUBLIC}).thumbprint())
