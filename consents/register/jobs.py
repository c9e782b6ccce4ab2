"""The periodic tasks that erase personal data because its time is over, and what each erases.

``portal/schedules.py`` says when they run; each run is written down (``RetentionRun``), and the
records of the register name those that carry out their period.
"""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

JOBS: dict[str, str | Promise] = {
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
