"""Who is running on this machine: the demo must know its own processes from strangers.

Needs nothing but the standard library, for the first start runs before anything is installed.
"""

import os
import signal
import subprocess
import time
from pathlib import Path


def commands() -> dict[int, str]:
    """Return the command line of every process by its id, as far as this account may see."""
    if not Path("/proc/self/cmdline").exists():
        listing = subprocess.run(
            ["/bin/ps", "-axo", "pid=,command="], capture_output=True, text=True, check=True
        )
        pairs = (line.strip().partition(" ") for line in listing.stdout.splitlines())
        return {int(pid): command for pid, _, command in pairs}
    found = {}
    for process in Path("/proc").glob("[0-9]*"):
        try:
            found[int(process.name)] = _command(process)
        except OSError:
            continue  # it ended while we looked
    return found


def _command(process: Path) -> str:
    """Return the command line; a zombie has none: it only waits to be collected."""
    words = (process / "cmdline").read_bytes().replace(b"\0", b" ")
    return words.decode(errors="replace").strip()


def marked(marker: str) -> list[int]:
    """Return the ids of the living processes whose command line contains ``marker``, but ours."""
    return [pid for pid, line in commands().items() if marker in line and pid != os.getpid()]


def end(pids: list[int], *, patience: float) -> None:
    """Ask the processes to end, wait ``patience`` seconds, then kill those that remain."""
    for sent in (signal.SIGTERM, signal.SIGKILL):
        for pid in pids:
            _signal(pid, sent)
        until = time.monotonic() + patience
        while (pids := [pid for pid in pids if commands().get(pid)]) and time.monotonic() < until:
            time.sleep(0.1)


def _signal(pid: int, number: int) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return  # gone already, as wished
