"""Where the demo keeps what it must know between two starts, and whether it runs already.

Needs nothing but the standard library, for the first start runs before anything is installed.
"""

import contextlib
import errno
import fcntl
import json
import os
import socket
from collections.abc import Iterator
from pathlib import Path

from portal.demo import processes

ROOT = Path(__file__).resolve().parents[2]


class Refused(Exception):
    """The demo cannot start; the message is a sentence that says what to do."""


def directory() -> Path:
    """Return the directory of the demo's state, ``.regard`` unless ``REGARD_STATE`` names one."""
    return Path(os.environ.get("REGARD_STATE") or ROOT / ".regard").absolute()


def address() -> tuple[str, int]:
    """Return the host and port to listen on, from ``HOST`` and ``PORT``.

    Raises:
        Refused: the port is none.
    """
    wanted = os.environ.get("PORT") or "8000"
    if not wanted.isdecimal() or not 0 < int(wanted) < 65536:
        raise Refused(f"PORT={wanted} is not a port. Use a number from 1024 to 65535.")
    return os.environ.get("HOST") or "127.0.0.1", int(wanted)


def require_port(host: str, port: int) -> None:
    """Make sure that we can listen there.

    Raises:
        Refused: somebody else does, or we may not.
    """
    other = port + 1 if port < 65535 else 8000
    with socket.socket() as probe:
        # Connections that have just ended do not matter.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except PermissionError as error:
            raise Refused(f"Port {port} is for the system. Try: make demo PORT=8000") from error
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise Refused(f"Cannot listen on {host}, port {port}: {error.strerror}.") from error
            raise Refused(
                f"Port {port} is in use by another program. Try: make demo PORT={other}"
            ) from error


@contextlib.contextmanager
def only_one(host: str, port: int) -> Iterator[None]:
    """Hold the demo of this checkout for one process.

    Raises:
        Refused: another process holds it.
    """
    directory().mkdir(parents=True, exist_ok=True)
    with (directory() / "demo.lock").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            file.seek(0)
            raise Refused(f"The demo of this checkout runs already: {file.read()}") from error
        file.truncate(0)
        file.write(f"http://{_name(host)}:{port}/ (process {os.getpid()})")
        file.flush()
        yield


def url() -> str:
    """Return the address people type, without a slash at its end."""
    host, port = address()
    return f"http://{_name(host)}:{port}"


def _name(host: str) -> str:
    # WebAuthn takes plain http from "localhost", and from no number.
    return "localhost" if host in {"127.0.0.1", "0.0.0.0"} else host  # noqa: S104


def remember(groups: list[int]) -> None:
    """Write down the process groups of our servers, for the case that we are killed."""
    new = directory() / "children.json.new"
    new.write_text(json.dumps(groups))
    new.replace(_children())


def forget() -> None:
    """Note that all our servers have ended."""
    _children().unlink(missing_ok=True)


def _children() -> Path:
    return directory() / "children.json"


def end_leftovers() -> None:
    """End the servers of a demo whose supervisor was killed."""
    if not _children().exists():
        return
    groups = set(json.loads(_children().read_text()))
    # A number may have passed to a stranger meanwhile; ours name this checkout or its state.
    ours = {*processes.marked(f"{ROOT}/"), *processes.marked(f"{directory()}/")}
    processes.end([pid for pid in ours if _group(pid) in groups], patience=10)
    forget()


def _group(pid: int) -> int:
    try:
        return os.getpgid(pid)
    except ProcessLookupError:
        return 0
