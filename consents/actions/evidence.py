"""Recording evidence, withdrawing it, and letting the gate ask for it.

Recording opens something and needs a second person (``consents.changing``). Withdrawing only
closes: one officer may do it at once. That the gate asks for evidence is never taken back.
"""

from dataclasses import dataclass, field
from datetime import date

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from accounts.changes.actions import DpoOnly
from accounts.changes.models import Change
from accounts.models import User
from consents.models import Evidence, EvidenceFile, EvidenceWithdrawal, Purpose
from consents.models.evidence import end_of
from portal.lib.errors import DomainError


class NotEvidence(DomainError):
    """It was withdrawn already, or no reason is given."""

    code = "evidence_not_withdrawable"


@dataclass(frozen=True)
class Measurement:
    """What was measured, as it was typed and checked. Words are by language."""

    method: str
    method_words: dict[str, str]
    measured_on: date
    dataset: dict[str, str]
    documents: int
    items: int
    found: int
    reviewer: str
    reviewer_function: str
    valid_until: date
    attack: dict[str, str] = field(default_factory=dict)
    attempts: int = 0
    successes: int = 0
    is_independent: bool = False
    is_file_public: bool = False


def record(
    purpose: Purpose,
    measured: Measurement,
    *,
    by: User,
    file: EvidenceFile | None = None,
    change: Change | None = None,
) -> Evidence:
    """Write the evidence down, unchangeable from now on, and return it."""
    return Evidence.objects.create(
        purpose=purpose, by=by, file=file, change=change,
        expires_at=end_of(measured.valid_until),
        **{name: one for name, one in vars(measured).items() if name != "valid_until"},
    )  # fmt: skip


@transaction.atomic
def withdraw(evidence: Evidence, *, by: User, reason: str) -> EvidenceWithdrawal:
    """Let the evidence count no more, at once; ``reason`` is read by everybody.

    Raises:
        DpoOnly: ``by`` is not a data protection officer.
        NotEvidence: there is no reason, or it was withdrawn already.
    """
    if not by.is_dpo:
        raise DpoOnly(_("Only a data protection officer may do this."))
    if not reason.strip():
        raise NotEvidence(_("Say why it does not count any more: everybody reads this."))
    try:
        with transaction.atomic():
            return EvidenceWithdrawal.objects.create(
                evidence=evidence, by=by, reason=reason.strip()
            )
    except IntegrityError as error:
        raise NotEvidence(_("This evidence was withdrawn already.")) from error


def ask_for(purpose: Purpose) -> None:
    """Let the gate ask for valid evidence of what the purpose claims, from now on.

    There is no way back (migration 0023): to ask no more would open what is closed for people, and
    nobody would have been told. A version that no longer claims anything is wider, and tells them.
    """
    Purpose.objects.filter(pk=purpose.pk).update(needs_evidence=True)
