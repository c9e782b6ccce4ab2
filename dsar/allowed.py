"""What is allowed now: every act of a page, with the sentence that says why not."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.utils import timezone
from django.utils.functional import Promise

from accounts.models import User
from dsar import rules
from dsar.models import SubjectRequest
from portal.lib.errors import DomainError

RULES: dict[str, rules.Rule] = {
    "take": rules.may_take,
    "start": rules.may_start,
    "approve": rules.may_approve,
    "extend": rules.may_extend,
    "refuse": rules.may_refuse,
    "withdraw": rules.may_withdraw,
    "write": rules.may_write,
}


@dataclass(frozen=True)
class Verdict:
    """Whether an act is allowed now, and the sentence that says why not."""

    act: str
    allowed: bool
    why_not: str | Promise = ""


def acts(
    request: SubjectRequest, by: User, table: Mapping[str, rules.Rule] | None = None
) -> dict[str, Verdict]:
    """Return, for each act, whether ``by`` may do it now; pages grey out the others.

    ``table`` holds the rules to ask, by default those here.
    """
    today = timezone.localdate(timezone=timezone.get_default_timezone())
    asked = RULES if table is None else table
    return {act: _verdict(act, rule, request, by, today) for act, rule in asked.items()}


def _verdict(
    act: str,
    rule: rules.Rule,
    request: SubjectRequest,
    by: User,
    today: date,
) -> Verdict:
    try:
        rule(request, by, today)
    except DomainError as refusal:
        return Verdict(act, allowed=False, why_not=refusal.message)
    return Verdict(act, allowed=True)
