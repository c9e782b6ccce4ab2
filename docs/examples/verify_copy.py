#!/usr/bin/env python3
"""Check a copy of Regard without Regard: Python 3.9 or later, and the package ``cryptography``.

    python verify_copy.py copy.zip jwks.json

The first file is the copy as it was downloaded, the second the public keys, as they stand at
/.well-known/jwks.json of the service. Nothing is fetched and nothing unpacked. Ends with 0 if the
signature holds and every file is as it was signed, else with 1 and the name of each that is not.
"""

import base64
import hashlib
import json
import sys
import zipfile
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

BLOCK = 1024 * 1024
OWN = ("manifest.json", "manifest.jws")
MOST = 64 * 1024 * 1024  # bytes of a manifest; one of a thousand files has about 150 kB


def main(copy: zipfile.ZipFile, keys: dict[str, Any]) -> str:
    """Return what the copy proves, in a line; ``ValueError`` says what is wrong with it."""
    if any(copy.getinfo(name).file_size > MOST for name in OWN):
        raise ValueError("TOO LARGE: this is no manifest.")
    payload = copy.read("manifest.json")
    proven(copy.read("manifest.jws").decode(), payload, keys)
    manifest = json.loads(payload)
    if manifest.get("format") != "regard-copy/1":
        raise ValueError("NOT A COPY: what is signed is something else.")
    wrong = differences(copy, {entry["name"]: entry for entry in manifest["files"]})
    if wrong:
        raise ValueError("ALTERED:\n" + "\n".join(wrong))
    lines = [f"GENUINE: {manifest['controller']}, request {manifest['request']}"]
    lines += [f"made at {manifest['made_at']}, {len(manifest['files'])} files as they were signed"]
    lines += [f"said to be missing: {gap}" for gap in manifest["gaps"]]
    places = sum(entry["places"] for entry in manifest["redactions"])
    lines += [f"{places} places blacked out by whoever made it"] * bool(places)
    return "\n".join(lines)


def proven(jws: str, payload: bytes, jwks: dict[str, Any]) -> None:
    """Return if the signature (a JWS, RFC 7515 and 8037) is one of these keys' under the list."""
    head, body, signature = jws.split(".")
    header = json.loads(decoded(head))
    if header.get("alg") not in ("EdDSA", "Ed25519"):
        raise ValueError("BROKEN: another algorithm than ours.")
    if decoded(body) != payload:
        raise ValueError("ALTERED: manifest.json is not what was signed.")
    key = next((one for one in jwks["keys"] if one["kid"] == header.get("kid")), None)
    if key is None:
        raise ValueError("UNKNOWN KEY: none of these public keys signed the copy.")
    public = Ed25519PublicKey.from_public_bytes(decoded(key["x"]))
    public.verify(decoded(signature), f"{head}.{body}".encode())


def differences(copy: zipfile.ZipFile, listed: dict[str, Any]) -> list[str]:
    """Return, in words, each file that is missing, added, there twice, or not as it was signed."""
    names = copy.namelist()
    wrong = [f"there twice: {name}" for name in sorted(set(names)) if names.count(name) > 1]
    wrong += [f"added: {name}" for name in names if name not in listed and name not in OWN]
    for name, entry in listed.items():
        if name not in names:
            wrong.append(f"missing: {name}")
        elif fingerprint(copy, name) != (entry["size"], entry["sha256"]):
            wrong.append(f"changed: {name}")
    return wrong


def fingerprint(copy: zipfile.ZipFile, name: str) -> tuple[int, str]:
    """Return size and SHA-256 of a file, read in blocks; of one that cannot be read, nothing's."""
    size, hashed = 0, hashlib.sha256()
    try:
        with copy.open(name) as file:
            while block := file.read(BLOCK):
                size += len(block)
                hashed.update(block)
    except (zipfile.BadZipFile, OSError, EOFError):
        return -1, ""
    return size, hashed.hexdigest()


def decoded(part: str) -> bytes:
    """Return the bytes of a part of the signature (base64url without padding)."""
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    try:
        with zipfile.ZipFile(sys.argv[1]) as given:
            sys.stdout.write(main(given, json.loads(Path(sys.argv[2]).read_bytes())) + "\n")
    except InvalidSignature:
        sys.exit("BROKEN: the signature does not fit. The copy proves nothing.")
    except (OSError, zipfile.BadZipFile):
        sys.exit(__doc__)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        sys.exit(str(error) if str(error)[:1].isupper() else "NOT A COPY: it cannot be read.")
