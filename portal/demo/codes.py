"""``make codes``: the second factors of the demo's staff, for who has no authenticator at hand."""

import base64
import hashlib
import hmac
import json
import struct
import time

from portal.demo import state

STEP = 30  # seconds a code is valid


def totp(secret: str, at: float) -> str:
    """Return the six digits for a base32 secret at a moment in seconds since 1970 (RFC 6238)."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    # RFC 6238 asks for SHA-1 here, and every authenticator uses it.
    digest = hmac.new(key, struct.pack(">Q", int(at // STEP)), hashlib.sha1).digest()
    offset = digest[-1] & 15
    number = struct.unpack(">I", digest[offset : offset + 4])[0] & 0x7FFFFFFF
    return f"{number % 10**6:06}"


def main() -> None:
    """Print who needs which code now."""
    now = time.time()
    file = state.directory() / "demo.json"
    if not file.exists():
        raise SystemExit("There is no demo yet: make demo.")
    for role, person in json.loads(file.read_text())["people"].items():
        if secret := person.get("totp_secret"):
            print(f"{role:10} {person['email']:32} {totp(secret, now)}")
    print(f"Valid for {STEP - now % STEP:.0f} s.")


if __name__ == "__main__":
    main()
