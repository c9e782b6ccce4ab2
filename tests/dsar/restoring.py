"""A backup of the test database by PostgreSQL's own programs, and its restore."""

import os
import shutil
from pathlib import Path

import pytest
from django.db import connection, connections

from portal.demo import place, postgres
from tests import environment

OWN_SERVER = not os.environ.get("DATABASE_URL")
needs_own_server = pytest.mark.skipif(
    not OWN_SERVER, reason="drives the embedded server's programs"
)

# A partitioned table cannot be dropped part by part, as the dump's own --clean would.
EMPTY = "DROP SCHEMA public CASCADE;\nCREATE SCHEMA public;\n"


def back_up(files: Path, copy: Path) -> str:
    """Return the database as SQL that puts it back; copy the files beside."""
    shutil.copytree(files, copy)
    return _run("pg_dump", "--no-owner", _database())


def restore(dump: str, files: Path, copy: Path) -> None:
    """Put database and files back as they were."""
    connections.close_all()
    _run("psql", "--quiet", "-v", "ON_ERROR_STOP=1", "-1", "-d", _database(), text=EMPTY + dump)
    shutil.rmtree(files)
    shutil.copytree(copy, files)


def _database() -> str:
    return str(connection.settings_dict["NAME"])


def _run(program: str, *arguments: str, text: str = "") -> str:
    server = connection.settings_dict
    where = ["-h", str(server["HOST"]), "-p", str(server["PORT"]), "-U", str(server["USER"])]
    account = place.server_account()
    programs = place.usable_programs(
        postgres._cluster(environment.SERVER, create=False).data, account
    )
    done = place.run_as([str(programs / program), *where, *arguments], account, text=text)
    assert done.returncode == 0, done.stderr
    return done.stdout
