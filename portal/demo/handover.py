"""What a script needs to use the demo: ``.regard/demo.json``, for its owner's eyes alone."""

import json
import os
from pathlib import Path
from typing import Any

from django.conf import settings

from accounts.models import User
from portal.demo.sample import people
from portal.demo.sample.clock import uid

FILE = "demo.json"
TOKEN_PATH = "/identity/o/api/token"  # noqa: S105 - where allauth gives out access tokens


def write_demo_json(url: str) -> Path:
    """Write who can sign in with what at ``url``, and return the file.

    Called at each start: the address may have changed. The machine's secret is stored hashed in the
    database, so it is kept from the file before; without one it gets a new secret.
    """
    url = url.rstrip("/")
    file = Path(settings.STATE_DIR) / FILE
    content = {
        "url": url,
        "people": {role: who for role, key in people.ROLES.items() if (who := _credentials(key))},
        "api": {
            "client_id": people.CLIENT_ID,
            "client_secret": _kept_secret(file) or people.new_secret(),
            "token_url": url + TOKEN_PATH,
        },
        "docusign_hmac_key": next(iter(settings.DOCUSIGN_HMAC_KEYS), ""),
    }
    _write(file, content)
    return file


def _credentials(key: str) -> dict[str, str] | None:
    """Return how to sign in as somebody; None who was erased, or came with a later sample."""
    person = User.objects.filter(uid=uid(key), erased_at=None).first()
    if person is None or not person.email:
        return None
    found = {"name": person.name, "email": person.email, "password": people.PASSWORD}
    secret = people.totp_secret(person)
    return found | {"totp_secret": secret} if secret else found


def _kept_secret(file: Path) -> str:
    """Return the machine's secret of an earlier start, if it still opens the door."""
    if not file.exists():
        return ""
    secret = str(json.loads(file.read_text())["api"]["client_secret"])
    return secret if people.is_secret(secret) else ""


def _write(file: Path, content: dict[str, Any]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    new = file.with_name(f"{file.name}.new")
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as stream:
        json.dump(content, stream, indent=2, ensure_ascii=False)
    new.replace(file)
