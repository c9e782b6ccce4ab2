"""Jobs about questions outside: reminders, what nobody answered, what was kept until today."""

from django.utils import timezone

from dsar.actions import outside, owners


def follow_up() -> int:
    """Every hour: remind, tell the office of what nobody answered, forget what was used.

    Returns how many answers and codes were forgotten.
    """
    now = timezone.now()
    owners.remind_all(now)
    owners.escalate(now)
    return outside.forget()


def ask_about_ends() -> None:
    """Every night: ask the owners of sources to erase what was kept until today."""
    owners.ask_about_ends(timezone.localdate())
