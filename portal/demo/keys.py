"""Secrets of a demo or a test run: made once, handed over in the environment, never a default."""

import json
import os
import secrets
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from joserfc.jwk import OKPKey


def make() -> dict[str, str]:
    """Return a fresh value for every secret that ``portal/settings.py`` reads."""
    # auto_kid names the key by its RFC 7638 thumbprint.
    receipts = OKPKey.generate_key("Ed25519", {"use": "sig"}, private=True, auto_kid=True)
    oauth = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return {
        "SECRET_KEY": secrets.token_urlsafe(48),
        "RECEIPT_KEYS": json.dumps({"keys": [receipts.as_dict(private=True)]}),
        "OAUTH_PRIVATE_KEY": oauth.private_bytes(
            Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
        ).decode(),
        "DOCUSIGN_HMAC_KEYS": secrets.token_urlsafe(32),
    }


def keep(file: Path) -> dict[str, str]:
    """Return the secrets stored in ``file``; make them at the first call, for the owner alone."""
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        new = file.with_name(f"{file.name}.new")
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as stream:
            json.dump(make(), stream, indent=1)
        new.replace(file)
    stored: dict[str, str] = json.loads(file.read_text())
    return stored
