"""What may be done to a request: each action locks, checks its rule, writes its event, changes,
and queues what follows, in one transaction. ``by`` is None where the system itself acts."""

from dsar.actions.holds import lift_hold, place_hold
from dsar.actions.messages import read_messages, write_message
from dsar.actions.notes import write_note
from dsar.actions.reopening import search_again
from dsar.actions.requests import open_request, start, withdraw
from dsar.actions.resolving import resolve
from dsar.actions.staff import approve, assign, extend, refuse, release, retry, take

__all__ = [
    "approve",
    "assign",
    "extend",
    "lift_hold",
    "open_request",
    "place_hold",
    "read_messages",
    "refuse",
    "release",
    "resolve",
    "retry",
    "search_again",
    "start",
    "take",
    "withdraw",
    "write_message",
    "write_note",
]
