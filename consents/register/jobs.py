"""The periodic tasks that erase personal data because its time is over, and what each erases.

``portal/schedules.py`` says when they run; each run is written down (``RetentionRun``), and the
records of the register name those that carry out their period.
"""

from dataclasses import dataclass, field
from enum import StrEnum, auto

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

JOBS: dict[str, str | Promise] = {
    "finished-documents": _("documents and the names in them, at the end of their period"),
    "old-mail": _("the list of mails sent, and to whom"),
    "expired-access": _("sessions with their network addresses, tokens and invitations that ended"),
    "served-proofs": _("proofs of identity, codes, links and drafts of requests that served"),
    "copies": _("copies of people’s data, on the day their link ends"),
    "kept-after-erasure": _("what was kept after an erasure, on the day that was told"),
    "outside-questions": _("answers of services outside, once they were used"),
    "ended-links": _("links and codes of signers that ended"),
    "kept-events": _("events of the signing service that nobody could apply"),
    "left-over-parts": _("sealed files that no request needs"),
    "left-over-files": _("files that no document names"),
}


class Held(StrEnum):
    """Why a run left something alone although its time is over."""

    HOLD = auto()
    REQUEST = auto()
    RESTRICTED = auto()
    KEPT = auto()
    BUSY = auto()
    FILE = auto()


HELD: dict[str, str | Promise] = {
    Held.HOLD: _("under a legal hold"),
    Held.REQUEST: _("of somebody whose request is open"),
    Held.RESTRICTED: _("paused at the request of a person"),
    Held.KEPT: _("kept until a later date after an erasure"),
    Held.BUSY: _("in use at that moment"),
    Held.FILE: _("whose file could not be deleted"),
}


@dataclass
class Outcome:
    """What a run did: how many things it erased, and how many it held back, by reason."""

    erased: int = 0
    held: dict[str, int] = field(default_factory=dict)

    def add(self, erased: int, reasons: list[Held]) -> None:
        """Count what was erased, and each reason once."""
        self.erased += erased
        for reason in reasons:
            self.held[reason.value] = self.held.get(reason.value, 0) + 1
