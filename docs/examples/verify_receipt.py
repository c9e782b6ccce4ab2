#!/usr/bin/env python3
"""Check a receipt of Regard without Regard: Python 3.9 or later, and the package ``cryptography``.

    python verify_receipt.py receipt.json jwks.json

The first file is the receipt (JSON or PDF) or the certificate of erasure as it was downloaded, the
second the public keys, as they stand at /.well-known/jwks.json of the service. Nothing is fetched.
Ends with 0 if the seal holds and the file shows just what was sealed, else with 1 and the reason.
"""

import base64
import hashlib
import json
import re
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

MOST = 2 * 1024 * 1024  # bytes; a receipt has about 20 kB


def main(file: bytes, keys: dict[str, Any]) -> str:
    """Return what the file proves, in lines; ``ValueError`` says why it proves nothing."""
    envelope = read(file)
    sealed = proven(envelope["jws"], keys)
    shown = envelope.get("receipt", envelope.get("certificate"))
    if shown != sealed:
        raise ValueError("ALTERED: the readable part is not what was sealed.")
    record = sealed.get("dpv:hasRecordOfActivity")
    if record is None:
        return f"GENUINE: a sealed document of the kind {sealed.get('format')!r}."
    notice = record["dpv:hasNotice"]
    if hashlib.sha256(canonical(envelope["text"])).hexdigest() != notice["schema:sha256"]:
        raise ValueError("ALTERED: the text in the file is not the text that was shown.")
    status = (record.get("dpv:hasConsentStatus") or record["dpv:hasStatus"])[0]
    return "\n".join([
        f"GENUINE: {record['regard:act']}, {status['dpv:isIndicatedAtTime']}",
        f"who: {status['dpv:isIndicatedBy']['@id']}, by way of {status['dpv:hasIndicationMethod']}",
        f"about: {record['dpv:hasScope'].get('@id', 'everything')}",
        f"text: {notice['dct:title']}, version {notice['schema:version']}",
        "It does not say what holds today: a later choice has a receipt of its own.",
    ])  # fmt: skip


def read(data: bytes) -> dict[str, Any]:
    """Return the sealed file, which a PDF carries as an attachment."""
    if len(data) > MOST:
        raise ValueError("TOO LARGE: this is no receipt.")
    if data.startswith(b"%PDF-"):
        data = next((one for one in attachments(data) if b'"jws"' in one), b"")
    envelope: Any = json.loads(data.decode("utf-8-sig"))
    if not isinstance(envelope, dict) or not isinstance(envelope.get("jws"), str):
        raise ValueError("NO SEAL: the file holds no seal, so it proves nothing.")
    return envelope


def attachments(document: bytes) -> Iterator[bytes]:
    """Yield the attached files of a PDF, of which nothing else is read."""
    for found in list(re.finditer(rb"/EmbeddedFile(?![A-Za-z])", document))[:32]:
        begin = re.compile(rb"stream\r?\n").search(document, found.end(), found.end() + 2000)
        if begin:
            packed = document[begin.end() : begin.end() + 256 * 1024]
            try:
                yield zlib.decompressobj().decompress(packed, 256 * 1024)
            except zlib.error:
                yield packed.partition(b"endstream")[0]


def proven(jws: str, jwks: dict[str, Any]) -> dict[str, Any]:
    """Return what the seal (a JWS, RFC 7515) seals, once the signature is proven (RFC 8037)."""
    head, payload, signature = jws.split(".")
    header = json.loads(decoded(head))
    if header.get("alg") not in ("EdDSA", "Ed25519"):
        raise ValueError("BROKEN: another algorithm than ours.")
    key = next((one for one in jwks["keys"] if one["kid"] == header.get("kid")), None)
    if key is None:
        raise ValueError("UNKNOWN KEY: none of these public keys made the seal.")
    public = Ed25519PublicKey.from_public_bytes(decoded(key["x"]))
    public.verify(decoded(signature), f"{head}.{payload}".encode())
    sealed = json.loads(decoded(payload))
    if not isinstance(sealed, dict):
        raise ValueError("NOT A RECEIPT: it holds nothing that a receipt holds.")
    return sealed


def decoded(part: str) -> bytes:
    """Return the bytes of a part of the seal (base64url without padding)."""
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def canonical(text: Any) -> bytes:
    """Return the RFC 8785 form of an object of plain texts: compact, sorted JSON in UTF-8."""
    return json.dumps(text, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    try:
        given, public = (Path(name).read_bytes() for name in sys.argv[1:3])
        sys.stdout.write(main(given, json.loads(public)) + "\n")
    except InvalidSignature:
        sys.exit("BROKEN: the seal does not fit. The file proves nothing.")
    except OSError:
        sys.exit(__doc__)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        sys.exit(str(error) if str(error)[:1].isupper() else "NOT A RECEIPT: it cannot be read.")
