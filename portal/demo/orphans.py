"""Processes whose parent has ended: we take them in, so that none stays behind as a zombie.

PostgreSQL detaches itself, and a killed server leaves children. Their death is then told to process
1, which in many containers is a program that never listens.
"""

import contextlib
import ctypes
import os
import sys

PR_SET_CHILD_SUBREAPER = 36  # linux/prctl.h


def adopt() -> None:
    """Become the parent of every descendant that loses its own. Only Linux offers that."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def bury(known: set[int]) -> None:
    """Collect the dead among our children, but those in ``known``, whom somebody else awaits."""
    look = os.WEXITED | os.WNOHANG | os.WNOWAIT
    with contextlib.suppress(ChildProcessError):  # we have no children at all
        while (dead := os.waitid(os.P_ALL, 0, look)) and dead.si_pid not in known:
            os.waitpid(dead.si_pid, 0)
