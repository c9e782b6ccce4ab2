"""How the demo learns that it should end, and why it never ends halfway."""

import contextlib
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stopped(BaseException):
    """Somebody wants the demo to end."""


class Listener:
    """Turns the first signal into ``Stopped``, but not in the middle of what must be whole."""

    def __init__(self) -> None:
        self._asked = self._held = False
        for number in SIGNALS:
            signal.signal(number, self._hear)

    def _hear(self, number: int, frame: FrameType | None) -> None:
        self._asked = True
        if not self._held:
            raise Stopped

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Let the block run to its end; a signal that came meanwhile is heard after it."""
        self._held = True
        try:
            yield
        finally:
            self._held = False
        if self._asked:
            raise Stopped

    def deaf(self) -> None:
        """Hear nothing more: we are stopping, and half a stop would leave orphans."""
        for number in SIGNALS:
            signal.signal(number, signal.SIG_IGN)


class Parent:
    """The ``make`` that started us, if one did: the demo should not outlive it.

    On SIGINT make only waits for its child, for a terminal sends the signal to both of them. A
    script may send it to make alone: what tells us then is that make no longer catches it.
    """

    def __init__(self) -> None:
        self._pid = os.getppid() if os.environ.get("MAKELEVEL") else 0
        self._caught = self._catches_interrupts()

    def is_gone(self) -> bool:
        """Return whether make has ended or been interrupted."""
        if not self._pid:
            return False
        return os.getppid() != self._pid or (self._caught and not self._catches_interrupts())

    def _catches_interrupts(self) -> bool:
        status = Path(f"/proc/{self._pid}/status")  # Linux; elsewhere nothing is known of it
        if not self._pid or not status.exists():
            return False
        caught = next(line for line in status.read_text().splitlines() if line[:7] == "SigCgt:")
        return bool(int(caught.split()[1], 16) & 1 << (signal.SIGINT - 1))
