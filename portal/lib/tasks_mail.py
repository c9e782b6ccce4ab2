"""Jobs of the mail: dotted paths for the queue and for ``portal/schedules.py``."""

from portal.lib import mail


def deliver(mail_id: int) -> None:
    """Deliver one mail. May run twice: the row's lease lets one of them act."""
    mail.deliver(mail_id)


def sweep() -> None:
    """Every minute: empty what expired, queue what is due."""
    mail.empty_expired()
    mail.deliver_due()


def delete_old() -> int:
    """Every night: delete the rows whose time is over; return how many."""
    return mail.delete_old()
