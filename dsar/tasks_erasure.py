"""Jobs of erasures: what is carried out later, who else is told, what is kept outside."""

import logging

from django.utils import timezone

from consents.register.jobs import Outcome
from dsar import ending, erasure, volumes
from dsar.actions import grace, holds, recipients

log = logging.getLogger(__name__)


def end_grace() -> None:
    """Every minute: carry out the approved erasures that nobody has taken back."""
    grace.end_all(timezone.now())


def tell_recipient(notice_id: int) -> None:
    """Send one notice to a recipient."""
    recipients.tell(notice_id)


def tell_recipients() -> None:
    """Every minute: queue the notices that are due, or whose worker died."""
    recipients.sweep()


def carry_ledger() -> None:
    """Every minute, and after each erasure: carry the ledger's new lines out of the database."""
    try:
        volumes.carry()
    except volumes.LedgerAhead as ahead:
        # Said each minute, until somebody has run the command.
        log.error("the ledger of erasures is ahead at %s: run manage.py replay_erasures", ahead)


def end_documents() -> Outcome:
    """Every night: erase the documents whose period is over; return what was done."""
    return ending.end_documents(timezone.localdate())


def remind_of_holds() -> None:
    """Every morning: remind of the legal holds that have to be looked at again."""
    holds.remind(timezone.localdate())


def end_what_was_held(person_id: int) -> None:
    """Erase what a lifted hold had kept."""
    erasure.end_what_is_due(timezone.localdate(), person_id=person_id)
