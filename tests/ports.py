"""Ports for the servers of a test."""

import contextlib
import itertools
import os
import socket
from collections.abc import Iterator

# Below the ports that a system gives out by itself, to who listens and to who calls: none of ours
# is taken between the moment it is found free and the moment it is used.
FIRST, AFTER_LAST = 20_000, 32_000


def _numbers() -> Iterator[int]:
    """Yield the ports in turn; processes that run side by side begin apart."""
    begin = os.getpid() * 61
    for number in itertools.count(begin):
        yield FIRST + number % (AFTER_LAST - FIRST)


_next = _numbers()


def free_port() -> int:
    """Return a port of this machine on which nobody listens, another one each time."""
    for port in itertools.islice(_next, AFTER_LAST - FIRST):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise AssertionError("no port is free")
