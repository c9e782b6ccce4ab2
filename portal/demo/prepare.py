"""Everything between an empty database and a site that can be opened; run before each start."""

import hashlib
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO

import django
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.db import OperationalError, connection

IGNORED = ["rest_framework"]  # of its browsable API, which is not served


@contextmanager
def step(words: str) -> Iterator[None]:
    """Say what is being done, and how long it took if a person noticed."""
    print(f"{words} …", end="", flush=True)
    start = time.monotonic()
    yield
    took = time.monotonic() - start
    print(f" {took:.0f} s" if took >= 2 else "", flush=True)


def collect_static_files() -> None:
    """Collect, name by content and compress the static files, unless none of them has changed."""
    files = (
        (name, storage.path(name))
        for finder in get_finders()
        for name, storage in finder.list(IGNORED)
    )
    states = sorted((name, path, os.stat(path).st_mtime_ns) for name, path in files)  # noqa: PTH116
    now = hashlib.sha256(repr(states).encode()).hexdigest()
    note = settings.STATIC_ROOT / ".collected"
    if note.exists() and note.read_text() == now:
        return
    with step("Collecting the static files"):
        call_command("collectstatic", ignore_patterns=IGNORED, verbosity=0, interactive=False)
    note.write_text(now)


def main() -> int:
    """Bring database, static files, sample data and periodic tasks up to date."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    os.environ["LOG_LEVEL"] = "ERROR"  # what the sample data does is no news
    django.setup()
    silence = StringIO()
    try:
        connection.ensure_connection()
    except OperationalError as error:
        print(f"The database does not answer: {str(error).strip()}", file=sys.stderr)
        return 1
    with step("Preparing the database"):
        call_command("migrate", verbosity=0, interactive=False)
        call_command("createcachetable", verbosity=0)
        call_command("check", databases=["default"], stdout=silence)
    collect_static_files()
    with step("Loading the sample data"):
        call_command("seed", stdout=silence)
    call_command("sync_schedules", stdout=silence)
    return 0


if __name__ == "__main__":
    sys.exit(main())
