"""What the settings read in a test run: made before Django is, and shared with every subprocess."""

import atexit
import fcntl
import os
import shutil
import tempfile
from pathlib import Path

from portal.demo import keys, postgres

ROOT = Path(__file__).resolve().parent.parent
SERVER = ROOT / ".regard" / "test-postgres"


def prepare() -> None:
    """Set the environment and have a PostgreSQL ready; a worker of xdist inherits both."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "portal.settings"
    if "PYTEST_XDIST_WORKER" in os.environ:
        return
    state = Path(tempfile.mkdtemp(prefix="regard-test-"))
    atexit.register(shutil.rmtree, state, ignore_errors=True)
    (state / "static").mkdir()
    os.environ |= keys.make() | {
        "REGARD_STATE": str(state),
        "REGARD_STATIC_MANIFEST": "0",
        "REGARD_DEMO": "0",
        "HTTPS": "0",
        "DEBUG": "0",
        "LOG_LEVEL": "WARNING",
        "SITE_URL": "http://localhost",
        "EMAIL_URL": "smtp://localhost:1025",
        "AI_TRAINING_SHAPE": "consent",
        "ERASURE_GRACE_HOURS": "0",
        "TIME_ZONE": "Europe/Paris",
        "CONTROLLER_NAME": "Paraphe SAS",
        "CONTROLLER_ADDRESS": "8 rue des Tests, 75011 Paris",
        "CONTROLLER_COUNTRY": "FR",
        "CONTROLLER_EMAIL": "privacy@paraphe.example",
        "DPO_NAME": "Dina Moreau",
        "DPO_EMAIL": "dpo@paraphe.example",
    }
    if not os.environ.get("DATABASE_URL"):
        os.environ["EMBEDDED_DATABASE_DIR"] = str(SERVER)
        _borrow_server()


def _borrow_server() -> None:
    """Start the server that all test runs of this checkout share; the last one stops it.

    Each run holds a shared lock for as long as it lives, also when it is killed: who can make the
    lock exclusive is the last.
    """
    SERVER.parent.mkdir(parents=True, exist_ok=True)
    gate = SERVER.with_name("test-postgres.gate").open("w")
    users = SERVER.with_name("test-postgres.users").open("w")
    fcntl.flock(gate, fcntl.LOCK_EX)
    postgres.start(SERVER, durable=False)
    fcntl.flock(users, fcntl.LOCK_SH)
    fcntl.flock(gate, fcntl.LOCK_UN)

    def give_back() -> None:
        fcntl.flock(gate, fcntl.LOCK_EX)
        try:
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            pass  # somebody else is still testing
        else:
            postgres.stop(SERVER)
        users.close()
        gate.close()

    atexit.register(give_back)
