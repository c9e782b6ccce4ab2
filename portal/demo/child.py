"""One server of the demo, kept running."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

STEADY = 60  # seconds after which a server counts as started
LONGEST_PAUSE = 30  # seconds between two attempts at a server that does not stay up


class Child:
    """A server in a process group of its own; ``watch`` starts it again whenever it has ended."""

    def __init__(
        self,
        name: str,
        command: list[str],
        *,
        env: dict[str, str],
        cwd: Path,
        log: Path,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name = name
        self._clock = clock
        self._command, self._env, self._cwd = command, env, cwd
        self._log = log.open("ab")
        self._process: subprocess.Popen[bytes] | None = None
        self._failures = 0
        self._started = 0.0

    @property
    def pid(self) -> int:
        """The number of the process and of its group, 0 while there is none."""
        return self._process.pid if self._process else 0

    def watch(self) -> bool:
        """Start the server if it does not run and is due; return whether it was started."""
        if self._process:
            if self._process.poll() is None:
                return False
            self._bury(self._process)
        if self._failures and self._clock() < self._started + self._pause():
            return False
        self._started = self._clock()
        self._process = subprocess.Popen(
            self._command, cwd=self._cwd, env=self._env, start_new_session=True,
            stdin=subprocess.DEVNULL, stdout=self._log, stderr=self._log,
        )  # fmt: skip
        return True

    def _pause(self) -> int:
        return min(1 << (self._failures - 1), LONGEST_PAUSE)

    def _bury(self, process: subprocess.Popen[bytes]) -> None:
        """Note that the server has ended by itself, and end what it left of its group."""
        print(f"The {self.name} ended ({process.returncode}) and is started again.", flush=True)
        _kill_group(process)
        steady = self._clock() - self._started > STEADY
        self._failures = 1 if steady else self._failures + 1
        self._process = None

    def ask_to_end(self) -> None:
        """Ask the server to finish what it does and to end."""
        if self._process:
            self._process.terminate()

    def end(self, until: float) -> None:
        """Wait for the end until the clock says ``until``, then kill the whole group."""
        if self._process:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(max(0, until - self._clock()))
            _kill_group(self._process)
            self._process.wait()
        self._log.close()


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
