"""The demo as a newcomer starts it, in processes of its own, and a script's view of it."""

import base64
import hashlib
import hmac
import http.client
import json
import os
import signal
import struct
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from pathlib import Path
from typing import Any

from portal.demo import postgres
from tests.ports import free_port

ROOT = Path(__file__).resolve().parents[2]
# The demo must find its own settings, not those of the test run.
OURS = {"PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "VIRTUAL_ENV", "SSL_CERT_FILE"}


class Demo:
    """A demo on a free port, its state in ``directory``."""

    def __init__(self, directory: Path) -> None:
        port = free_port()
        self.url = f"http://localhost:{port}"
        self.state = directory
        kept = {name: value for name, value in os.environ.items() if name in OURS}
        self._log = (directory / "demo.log").open("w")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "portal.demo.supervisor"],
            cwd=ROOT,
            env=kept | {"PORT": str(port), "REGARD_STATE": str(directory)},
            stdout=self._log,
            stderr=subprocess.STDOUT,
        )

    def wait(self, seconds: float = 480) -> dict[str, Any]:
        """Return what demo.json says, once the demo answers that it is well."""
        end = time.monotonic() + seconds
        while time.monotonic() < end and self._process.poll() is None:
            if self._is_well():
                content: dict[str, Any] = json.loads((self.state / "demo.json").read_text())
                return content
            time.sleep(0.5)
        raise AssertionError((self.state / "demo.log").read_text()[-3000:])

    def stop(self) -> int:
        """Press Ctrl-C; return what the demo said at its end."""
        self._process.send_signal(signal.SIGINT)
        code = self._process.wait(240)
        self._log.close()
        # Its data may lie outside the state, where nothing else would take them away.
        postgres.remove(self.state / "postgres")
        return code

    def _is_well(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/healthz", timeout=30) as answer:  # noqa: S310
                return bool(answer.status == 200) and (self.state / "demo.json").exists()
        except (OSError, http.client.HTTPException):
            return False


class Service:
    """The signing service: posts envelopes and asks the gate."""

    def __init__(self, demo: dict[str, Any]) -> None:
        self._demo = demo
        api = demo["api"]
        form = {
            "grant_type": "client_credentials",
            "client_id": api["client_id"],
            "client_secret": api["client_secret"],
            "scope": "permits:read documents:write uses:write",
        }
        answer = self._ask(api["token_url"], urllib.parse.urlencode(form).encode(), {})
        self._token = answer["access_token"]

    def permit(self, reference: str) -> dict[str, Any]:
        """Ask whether the document may be used for training."""
        query = urllib.parse.urlencode({"document": reference, "purpose": "ai-training"})
        bearer = {"Authorization": f"Bearer {self._token}"}
        return self._ask(f"{self._demo['url']}/api/v1/permits/?{query}", None, bearer)

    def post_envelope(self, subject: str, people: dict[str, str]) -> str:
        """Report a completed envelope of these (name → address); return the reference."""
        envelope = str(uuid.uuid4())
        body = json.dumps(_envelope(envelope, subject, people)).encode()
        key = self._demo["docusign_hmac_key"].encode()
        seal = base64.b64encode(hmac.new(key, body, hashlib.sha256).digest()).decode()
        headers = {"X-DocuSign-Signature-1": seal, "Content-Type": "application/json"}
        self._ask(f"{self._demo['url']}/hooks/docusign/", body, headers)
        return f"docusign:{envelope}/1"

    def _ask(self, url: str, body: bytes | None, headers: dict[str, str]) -> dict[str, Any]:
        request = urllib.request.Request(url, data=body, headers=headers)  # noqa: S310
        with urllib.request.urlopen(request, timeout=120) as answer:  # noqa: S310
            content = answer.read()
        found: dict[str, Any] = json.loads(content) if content else {}
        return found


def totp(secret: str) -> str:
    """Return what an authenticator app shows now (RFC 6238)."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.new(key, struct.pack(">Q", int(time.time()) // 30), hashlib.sha1).digest()
    start = digest[-1] & 15
    number = struct.unpack(">I", digest[start : start + 4])[0] & 0x7FFFFFFF
    return f"{number % 10**6:06d}"


def _envelope(envelope: str, subject: str, people: dict[str, str]) -> dict[str, Any]:
    (sender, *signers) = people.items()
    now = time.strftime("%Y-%m-%dT%H:%M:%S.0000000Z", time.gmtime())
    return {
        "event": "envelope-completed",
        "apiVersion": "v2.1",
        "generatedDateTime": now,
        "data": {
            "accountId": str(uuid.uuid4()),
            "envelopeId": envelope,
            "envelopeSummary": {
                "status": "completed",
                "emailSubject": subject,
                "sentDateTime": now,
                "completedDateTime": now,
                "sender": {"userName": sender[0], "email": sender[1]},
                "recipients": {
                    "signers": [
                        {
                            "name": name, "email": email, "recipientId": str(n),
                            "status": "completed", "signedDateTime": now,
                        }
                        for n, (name, email) in enumerate(signers, 1)
                    ]
                },
                "envelopeDocuments": [
                    {"documentId": "1", "name": f"{subject}.pdf", "type": "content", "order": "1"}
                ],
            },
        },
    }  # fmt: skip
