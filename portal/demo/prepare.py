"""Everything between an empty database and a site that can be opened; run before each start."""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import django
from django.core.management import call_command
from django.db import OperationalError, connection


@contextmanager
def step(words: str) -> Iterator[None]:
    """Say what is being done, and how long it took if a person noticed."""
    print(f"{words} …", end="", flush=True)
    start = time.monotonic()
    yield
    took = time.monotonic() - start
    print(f" {took:.0f} s" if took >= 2 else "", flush=True)


def main() -> int:
    """Bring database, static files, sample data and periodic tasks up to date."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    django.setup()
    try:
        connection.ensure_connection()
    except OperationalError as error:
        print(f"The database does not answer: {str(error).strip()}", file=sys.stderr)
        return 1
    with step("Preparing the database"):
        call_command("migrate", verbosity=0, interactive=False)
        call_command("createcachetable", verbosity=0)
        call_command("check", databases=["default"], verbosity=0)
    with step("Collecting the static files"):
        call_command("collectstatic", verbosity=0, interactive=False)
    with step("Loading the sample data"), open(os.devnull, "w") as silence:  # noqa: PTH123
        call_command("seed", stdout=silence)
    call_command("sync_schedules", verbosity=0)
    return 0


if __name__ == "__main__":
    sys.exit(main())
