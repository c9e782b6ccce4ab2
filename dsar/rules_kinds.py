"""The rules of what a person decides in words: answers, appeals, the end of a pause."""

from datetime import date

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from dsar import rules, states
from dsar.kinds import nature
from dsar.models import SubjectRequest
from dsar.models.requests import Kind
from dsar.states import Status
from portal.lib.errors import DomainError

# An answer that somebody else can look at again; who withdrew asks anew.
CONTESTED = frozenset({Status.ANSWERED, Status.REFUSED, Status.UNIDENTIFIED, Status.FORWARDED})


class NothingToContest(DomainError):
    """There is no answer that could be looked at again."""

    code = "nothing_to_contest"


class AlreadyContested(DomainError):
    """An appeal is under way; ``request`` is it."""

    code = "already_contested"

    def __init__(self, request: SubjectRequest) -> None:
        super().__init__(
            _("This answer is already being looked at again: %(reference)s.")
            % {"reference": request.reference}
        )
        self.request = request


class TooLateToContest(DomainError):
    """The time to contest an answer here is over."""

    code = "too_late_to_contest"


def may_resolve(request: SubjectRequest, by: User, today: date) -> None:
    """Support answers in words what a person decides, or what a reply has reopened."""
    rules.staff_of_another(request, by)
    rules.of_another_hand(request, by)
    if request.status != Status.REVIEW:
        raise states.IllegalMove(_("This request is not ready for review."))
    if nature(request).searches and request.reopened_on is None:
        raise states.IllegalMove(_("This request is answered by carrying it out."))


def may_appeal(request: SubjectRequest, by: User, today: date) -> None:
    """The person contests an answer once at a time; after its time the authority is left."""
    if by.pk != request.person_id:
        rules.staff_of_another(request, by)
    if request.person.erased_at is not None:
        raise rules.Closed(_("The account has been erased: an answer would reach nobody."))
    if request.kind == Kind.APPEAL or request.status not in CONTESTED:
        raise NothingToContest(_("There is no answer here that could be looked at again."))
    under_way = request.appeals.open().first()
    if under_way is not None:
        raise AlreadyContested(under_way)
    closed = timezone.localdate(request.closed_at) if request.closed_at else today
    if today > request.law.appeal.within.after(closed):
        raise TooLateToContest(
            _("The time to contest it here is over. The authority and the court stay open.")
        )


def may_end_pause(request: SubjectRequest, by: User, today: date) -> None:
    """Support decides that a pause ends; the person is told before it does."""
    rules.staff_of_another(request, by)
    if not request.restrictions.filter(lifted_at=None, told_at=None).exists():
        raise states.IllegalMove(_("Nothing is paused by this request, or its end is decided."))


RULES: dict[str, rules.Rule] = {
    "resolve": may_resolve,
    "appeal": may_appeal,
    "end_pause": may_end_pause,
}
