"""Jobs of the alarms."""

from django.utils import timezone

from portal.dashboard.alarms import digest, hooks, rounds


def ring() -> None:
    """Ask every rule, and tell what is new."""
    rounds.ring(timezone.now())


def deliver(message_id: int) -> None:
    """Send one message to a webhook."""
    hooks.deliver(message_id)


def sweep() -> None:
    """Try messages again."""
    hooks.sweep()


def send_digests() -> None:
    """Send the digests whose hour has come."""
    digest.send_due(timezone.now())
