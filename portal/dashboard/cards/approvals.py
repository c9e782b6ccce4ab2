"""What waits for me as a second person."""

from dataclasses import dataclass

from accounts.changes.actions import waiting_for
from accounts.models import User
from dsar.queries import pending_for


@dataclass(frozen=True)
class Waiting:
    """How many acts about requests, and how many changes of what governs data."""

    requests: int
    changes: int


def waiting(me: User) -> Waiting:
    """Return what ``me`` may decide now."""
    return Waiting(pending_for(me).values("request_id").distinct().count(), waiting_for(me).count())
