"""Deciding otherwise than the rules propose about one thing of an erasure's plan.

Only towards what the law allows: what others have a part in, what a hold keeps and what the portal
itself must prove is decided by the rules alone. Who destroys evidence needs a second person.
"""

from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import actions as accounts
from accounts.models import User
from dsar import rules, states
from dsar.actions.lifecycle import Code, lock, note
from dsar.grounds import ErasureGround, Sentence
from dsar.models import Approval, ErasureItem, SubjectRequest
from dsar.models.erasure import Decision
from dsar.models.requests import Kind
from dsar.states import Status
from portal.lib.errors import DomainError

# Nothing is kept longer for a claim: the longest limitation period of the laws we know (C. civ.
# 2232) is counted from the day the right arose.
LONGEST = timedelta(days=20 * 366)
# What a law lets the controller keep, and what somebody may therefore decide to lock away.
GROUNDS = (ErasureGround.LEGAL_CLAIMS, ErasureGround.LEGAL_DUTY)
# What the rules propose and somebody may change: what goes may be locked away, what is locked away
# may go (it is nobody else's), and either may get another end.
TO_LOCK = frozenset({Sentence.ERASED, Sentence.ONLY_YOURS})
LOCKED = frozenset({Sentence.CONTRACT_PROOF, Sentence.KEPT_BY_DECISION})


class NotYoursToDecide(DomainError):
    """The rules alone decide about this thing."""

    code = "not_yours_to_decide"


def options(item: ErasureItem) -> list[Decision]:
    """Return what may be decided about an item; nothing, where the rules alone do."""
    if item.source != "documents" or item.done_at is not None:
        return []
    if item.sentence in LOCKED:
        return [Decision.RESTRICT, Decision.ERASE]
    if item.sentence in TO_LOCK | {Sentence.ERASED_BY_DECISION}:
        return [Decision.RESTRICT]
    return []


def may_decide(request: SubjectRequest, by: User, today: date) -> None:
    """Let staff change the plan of an erasure that is ready for review.

    Raises:
        StaffOnly, NotYourOwn, IllegalMove, AlreadyCarriedOut.
    """
    rules.staff_of_another(request, by)
    if request.kind != Kind.ERASURE or request.status != Status.REVIEW:
        raise states.IllegalMove(_("A plan is changed while it is reviewed."))
    rules.nothing_carried_out(request)


def require_words(item: ErasureItem, decision: Decision, why: str) -> str:
    """Return the reason, which the person will read.

    Raises:
        NotYoursToDecide: the rules alone decide about this.
        EvidenceMissing: no reason is given. NamesSomebody: it names the person.
    """
    if decision not in options(item):
        raise NotYoursToDecide(
            _("This is decided by the rules alone: others have a part in it, or it is a proof.")
        )
    if not why.strip():
        raise rules.EvidenceMissing(_("Say why, in words that the person will read."))
    if accounts.names(item.request.person, why):
        raise accounts.NamesSomebody(
            _("Give the reason without the name or an address of the person.")
        )
    return why.strip()[:1000]


@transaction.atomic
def lock_away(
    item: ErasureItem, *, by: User, ground: ErasureGround, until: date, why: str
) -> ErasureItem:
    """Keep one thing locked away, with its ground, its end and the reason.

    Raises:
        see :func:`may_decide` and :func:`require_words`; EvidenceMissing: no ground of the law, or
        no end within reach.
    """
    request = lock(item.request_id)
    today = timezone.localdate()
    may_decide(request, by, today)
    item = request.items.select_for_update().get(pk=item.pk)
    why = require_words(item, Decision.RESTRICT, why)
    if ground not in GROUNDS:
        raise rules.EvidenceMissing(_("Name the law or the claim for which it is kept."))
    if not today < until <= today + LONGEST:
        raise rules.EvidenceMissing(
            _("Name a day to come on which it ends, at most 20 years away.")
        )
    item.decision, item.sentence = Decision.RESTRICT, Sentence.KEPT_BY_DECISION
    item.ground, item.until, item.why = ground, until, why
    return _decided(request, item, by=by, agreed_by=None)


def erase(request: SubjectRequest, approval: Approval) -> ErasureItem:
    """Carry out what two people agreed on: evidence that is nobody else's goes too.

    Called with the request locked, in the transaction of the second person's agreement.

    Raises:
        see :func:`may_decide` and :func:`require_words`.
    """
    by = approval.asked_by
    may_decide(request, by, timezone.localdate())
    item = request.items.select_for_update().get(pk=int(approval.given["item"]))
    item.why = require_words(item, Decision.ERASE, approval.given["why"])
    item.decision, item.sentence = Decision.ERASE, Sentence.ERASED_BY_DECISION
    item.ground, item.until = ErasureGround.NOT_NEEDED, None
    return _decided(request, item, by=by, agreed_by=approval.decided_by)


def _decided(
    request: SubjectRequest, item: ErasureItem, *, by: User, agreed_by: User | None
) -> ErasureItem:
    item.decided_at, item.decided_by, item.agreed_by = timezone.now(), by, agreed_by
    item.save()
    about: dict[str, Any] = {"item": item.pk, "decision": item.decision, "source": item.source}
    note(request, Code.PLAN_CHANGED, by=by, **about)
    return item
