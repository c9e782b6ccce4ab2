"""What may be done to a request: each action locks, checks its rule, writes its event, changes,
and queues what follows, in one transaction. ``by`` is None where the system itself acts."""

from dsar.actions.holds import lift_hold, place_hold
from dsar.actions.messages import read_messages, write_message
from dsar.actions.requests import open_request, start, withdraw
from dsar.actions.staff import approve, extend, refuse, release, retry, take

__all__ = [
    "approve",
    "extend",
    "lift_hold",
    "open_request",
    "place_hold",
    "read_messages",
    "refuse",
    "release",
    "retry",
    "start",
    "take",
    "withdraw",
    "write_message",
]
