"""The one way in which staff change a decision of an erasure's plan."""

from datetime import date

from accounts.models import User
from dsar.actions import approvals, evidence
from dsar.grounds import ErasureGround
from dsar.models import Approval, ErasureItem
from dsar.models.erasure import Decision


def decide(
    item: ErasureItem,
    *,
    by: User,
    decision: Decision,
    why: str,
    ground: ErasureGround = ErasureGround.LEGAL_CLAIMS,
    until: date | None = None,
) -> ErasureItem | Approval:
    """Decide otherwise about one thing; return it, or the question to a second person.

    To lock away needs a ground, an end and a reason. To erase evidence of a contract needs a second
    person besides, always: what is destroyed cannot be decided again. ``until`` is a day of the
    controller's zone.

    Raises:
        NotYoursToDecide: others have a part in it, a hold keeps it, or it is a proof we owe.
        EvidenceMissing, NamesSomebody: about the reason, the ground or the end.
        StaffOnly, NotYourOwn, IllegalMove, AlreadyCarriedOut, AlreadyAsked.
    """
    if decision == Decision.ERASE:
        why = evidence.require_words(item, decision, why)
        act = Approval.Act.ERASE_EVIDENCE
        return approvals.ask(item.request, act, by=by, item=item.pk, why=why)
    return evidence.lock_away(item, by=by, ground=ground, until=until or date.min, why=why)
