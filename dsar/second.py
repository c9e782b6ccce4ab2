"""How a question to a second person is shown: what is asked for, in words, and who may decide."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from dsar import rules_desk
from dsar.grounds import ground_label
from dsar.models import Approval
from portal.lib.errors import DomainError

LABELS: dict[str, str | Promise] = {
    "ground": _("Ground"),
    "evidence": _("What shows it"),
    "reason": _("Reason"),
    "note_to_person": _("What the person reads"),
}
CODES = ("ground", "reason")


@dataclass(frozen=True)
class Shown:
    """A question to a second person, as ``me`` sees it."""

    approval: Approval
    given: list[tuple[str | Promise, str]]
    may_decide: bool
    why_not: str | Promise
    is_mine: bool


def shown(approval: Approval, me: User) -> Shown:
    """Return the question with its arguments in words and what ``me`` may do."""
    why_not: str | Promise = ""
    try:
        rules_desk.may_decide(approval, me)
    except DomainError as refusal:
        why_not = refusal.message
    given = [
        (LABELS[name], str(ground_label(value)) if name in CODES else value)
        for name, value in approval.given.items()
        if name in LABELS
    ]
    is_pending = not approval.verdict
    return Shown(
        approval,
        given,
        may_decide=is_pending and not why_not,
        why_not=why_not if is_pending else "",
        is_mine=approval.asked_by_id == me.pk,
    )
