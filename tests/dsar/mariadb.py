"""A MariaDB server of the tests' own, where the machine has one: made, used and thrown away."""

import atexit
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import pymysql
import pytest

SERVER, INSTALLER = shutil.which("mariadbd"), shutil.which("mariadb-install-db")
IS_HERE = bool(SERVER and INSTALLER)
# The databases that a mapping is tried in; the third only where its server is installed.
DATABASES = [
    "sqlite",
    "postgresql",
    pytest.param(
        "mariadb",
        marks=pytest.mark.skipif(not IS_HERE, reason="no server of MariaDB (mariadbd) here"),
    ),
]
STARTS = 60  # seconds, on a busy machine
NOBODY = "nobody"  # who the server runs as where the tests are root


@cache
def address() -> Path:
    """Return the socket of the server, which lives as long as the tests do."""
    running = _serving()
    path = next(running)
    atexit.register(lambda: next(running, None))
    return path


@contextmanager
def connected(database: str = "") -> Iterator[Any]:
    """Give a connection as the owner of all, in which names are quoted as in standard SQL."""
    known: dict[str, Any] = {"unix_socket": str(address()), "user": "root", "autocommit": True}
    if database:
        known["database"] = database
    with closing(pymysql.connect(**known, sql_mode="ANSI_QUOTES")) as own:
        yield own


def _serving() -> Iterator[Path]:
    """Make a server in a place of its own, and take both away in the end."""
    place = Path(tempfile.mkdtemp(prefix="regard-maria-"))
    account: dict[str, Any] = {}
    if os.geteuid() == 0:
        shutil.chown(place, NOBODY)
        account = {"user": NOBODY, "group": pwd.getpwnam(NOBODY).pw_gid, "extra_groups": []}
    common = ["--no-defaults", f"--datadir={place / 'data'}"]
    subprocess.run(
        [str(INSTALLER), *common, "--auth-root-authentication-method=normal", "--skip-test-db"],
        check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **account,
    )  # fmt: skip
    path = place / "socket"
    more = [f"--socket={path}", "--skip-networking", "--innodb-flush-log-at-trx-commit=0"]
    more += ["--innodb-buffer-pool-size=32M", f"--pid-file={place / 'pid'}"]
    with (place / "log").open("wb") as log:
        server = subprocess.Popen([str(SERVER), *common, *more], stdout=log, stderr=log, **account)
    try:
        _wait(server, path)
        yield path
    finally:
        server.terminate()
        server.wait(STARTS)
        shutil.rmtree(place, ignore_errors=True)


def _wait(server: "subprocess.Popen[bytes]", path: Path) -> None:
    end = time.monotonic() + STARTS
    while True:
        try:
            with socket.socket(socket.AF_UNIX) as probe:
                probe.connect(str(path))
        except OSError:
            if server.poll() is not None or time.monotonic() > end:
                raise
            time.sleep(0.1)
        else:
            return
