"""PostgreSQL is stopped under load and comes back: does everything go on by itself?

    python -m tests.faults.stop_the_database [SECONDS]

A server of its own is stopped for SECONDS (60), with the settings of production: a lease of a
minute, and the worker's own schedule. Nothing is done afterwards but to approve what waits for a
person. The exit status tells.
"""

import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

from tests import environment

REQUESTS = 24
BEFORE = 4.0  # seconds of work before the database goes


def main(seconds: float) -> int:
    """Run it; return what the shell is told."""
    place = Path(tempfile.mkdtemp(prefix="regard-fault-"))
    environment.SERVER = place / "postgres"
    os.environ |= {"FILES_DIR": str(place / "files"), "ERASURE_LEDGER_DIR": str(place / "ledger")}
    environment.prepare()
    import django

    django.setup()
    try:
        return _run(seconds)
    finally:
        from portal.demo import postgres

        postgres.stop(environment.SERVER)
        shutil.rmtree(place, ignore_errors=True)


def _run(seconds: float) -> int:
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection

    from portal import schedules
    from portal.demo import postgres
    from tests.consents.worlds import make_purpose
    from tests.faults.storm import Storm, damage
    from tests.servers import MailServer, Worker, subprocess_environment

    call_command("migrate", verbosity=0, interactive=False)
    call_command("createcachetable", verbosity=0)
    schedules.sync()
    mails = MailServer()
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", mails.port
    worker = Worker(subprocess_environment())
    try:
        worker.start()
        storm = Storm(worker, make_purpose(), at_once=REQUESTS, sweeps=False)
        storm.feed()
        time.sleep(BEFORE)
        done = len(storm.requests) - _open()
        connection.close()
        postgres.stop(environment.SERVER)
        _say(f"Stopped with {done} of {len(storm.requests)} requests answered.")
        time.sleep(seconds)
        postgres.start(environment.SERVER, durable=False)
        back = time.monotonic()
        _say(f"Back after {seconds:.0f} s.")
        storm.calm()
        took = time.monotonic() - back
        found = damage(storm)
        _say(f"All {len(storm.requests)} answered, and every mail sent, {took:.0f} s later.")
        _say(f"Lost, stuck or twice: {found}" if found else "Nothing lost, stuck or done twice.")
        return 1 if found else 0
    finally:
        worker.stop()
        mails.stop()


def _open() -> int:
    from dsar.models import SubjectRequest

    return SubjectRequest.objects.open().count()


def _say(words: str) -> None:
    print(words, flush=True)  # noqa: T201


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]) if len(sys.argv) > 1 else 60))
