"""What ``portal/settings.py`` reads from the environment, in the demo."""

import json
import os
import sys
from pathlib import Path
from urllib.parse import urlsplit

from portal.demo import keys, state

CONTROLLER = {
    "CONTROLLER_NAME": "Signaro SAS",
    "CONTROLLER_ADDRESS": "12 rue des Écoles, 69001 Lyon, France",
    "CONTROLLER_COUNTRY": "FR",
    "CONTROLLER_EMAIL": "privacy@signaro.example",
    "DPO_NAME": "Hélène Garnier",
    "DPO_EMAIL": "dpo@signaro.example",
    "DEFAULT_FROM_EMAIL": "Signaro <privacy@signaro.example>",
}


def make(*, smtp_port: int) -> dict[str, str]:
    """Return the environment of every process of the demo; what the caller has set stays."""
    host, port = state.address()
    demo = (
        CONTROLLER
        | keys.keep(state.directory() / "secrets.json")
        | {
            "BIND": f"{host}:{port}",
            "SITE_URL": state.url(),
            # The systems of the demo are pages of the demo itself.
            "OUTGOING_ALLOWED_HOSTS": urlsplit(os.environ.get("SITE_URL", state.url())).netloc,
            # A billing system that is not Regard's, as a file describes it.
            "SOURCES_DIR": str(state.ROOT / "portal" / "demo" / "sources"),
            "DEMO_BILLING_URL": f"sqlite:///{state.directory() / 'billing.sqlite'}",
            "TRANSPARENCY_PAGE": "1",
            # A minute, so that it can be seen to end.
            "ERASURE_GRACE_HOURS": "0.0167",
            "EMAIL_URL": f"smtp://localhost:{smtp_port}",
            "ALLOWED_HOSTS": "*" if host == "0.0.0.0" else f"localhost,127.0.0.1,[::1],{host}",  # noqa: S104
        }
    )
    fixed = {
        "REGARD_DEMO": "1",
        "REGARD_STATE": str(state.directory()),
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "PYTHONUNBUFFERED": "1",
    }
    return demo | _libraries() | dict(os.environ) | fixed


def _libraries() -> dict[str, str]:
    """Return where macOS finds the libraries that Homebrew has installed."""
    if sys.platform != "darwin":
        return {}
    return {"DYLD_FALLBACK_LIBRARY_PATH": "/opt/homebrew/lib:/usr/local/lib:/usr/lib"}


def write(environment: dict[str, str]) -> None:
    """Keep the part that changes with each start, for ``make manage`` in another terminal."""
    changing = {name: environment[name] for name in ("BIND", "SITE_URL", "EMAIL_URL")}
    _file().write_text(json.dumps(changing))


def read() -> dict[str, str]:
    """Return the environment of the demo that runs, or of the one that ran last."""
    changing = json.loads(_file().read_text()) if _file().exists() else {}
    return make(smtp_port=1025) | changing


def _file() -> Path:
    return state.directory() / "running.json"
