"""Who may do what at the desk: a second person, notes, giving work away, searching again."""

from datetime import date

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.office import SECOND_PERSON
from dsar import rules, states
from dsar.kinds import nature
from dsar.models import Approval, Step, SubjectRequest
from dsar.states import Status
from portal.lib.errors import DomainError


class SecondPersonNeeded(DomainError):
    """The office wants two persons for this act (setting SECOND_PERSON)."""

    code = "second_person_needed"


class NotASecondPerson(DomainError):
    """Who asked cannot agree; where it has to be, one of the two is the DPO."""

    code = "not_a_second_person"


def may_assign(request: SubjectRequest, by: User, today: date) -> None:
    """Support gives an open request to a colleague; see ``rules.may_take``."""
    rules.may_take(request, by, today)


def may_note(request: SubjectRequest, by: User, today: date) -> None:
    """Support writes to each other, while there is somebody whose data it is."""
    rules.staff_of_another(request, by)
    if request.person.erased_at is not None:
        raise rules.Closed(_("The account has been erased: no word about it is kept any more."))


def may_search_again(request: SubjectRequest, by: User, today: date) -> None:
    """Support searches again for what a reply has reopened."""
    rules.staff_of_another(request, by)
    states.require(Status(request.status), Status.SEARCHING)
    if request.reopened_on is None or not nature(request).searches:
        raise states.IllegalMove(_("Only what a reply has opened again is searched for again."))
    rules.nothing_carried_out(request)


def in_time_to_retry(request: SubjectRequest, step: Step) -> None:
    """Let a step be tried again as long as the answer is made of what it does (invariant 8).

    Of what is being carried out the plan is decided, the copy is being made. Of what has ended
    before, the parts are gone, and one alone would pass for all; an erasure that was begun goes on.

    Raises:
        IllegalMove: it would come too late.
    """
    erases = step.kind in (Step.Kind.ERASE, Step.Kind.PROVE, Step.Kind.CERTIFICATE)
    searches = not erases and step.kind != Step.Kind.PACKAGE
    if searches and request.status not in (Status.SEARCHING, Status.REVIEW):
        raise states.IllegalMove(_("This is being carried out, or is closed."))
    if request.reopened_on is None or rules.searched_since_reopened(request):
        return
    if not erases or not request.items.filter(done_at__isnull=False).exists():
        raise states.IllegalMove(_("Answered before: search again, or answer in words."))


def second_person(request: SubjectRequest, act: str, second: Approval | None) -> None:
    """Let an act pass to which a second person has agreed, or that needs none in this office.

    Raises:
        SecondPersonNeeded: nobody has agreed.
    """
    if act not in SECOND_PERSON.now():
        return
    agreed = second is not None and second.verdict == Approval.Verdict.AGREED
    if not agreed or second is None or (second.request_id, second.act) != (request.pk, act):
        raise SecondPersonNeeded(_("A second person has to agree to this."))


def may_decide(approval: Approval, by: User) -> None:
    """A colleague of who asked decides; where it has to be, one of the two is the DPO."""
    rules.staff_of_another(approval.request, by)
    rules.of_another_hand(approval.request, by)
    if by.pk == approval.asked_by_id:
        raise NotASecondPerson(_("You asked for this: a colleague has to decide."))
    if approval.needs_the_dpo and not (by.is_dpo or approval.asked_by.is_dpo):
        raise NotASecondPerson(_("The data protection officer has to decide this."))


RULES: dict[str, rules.Rule] = {
    "assign": may_assign,
    "note": may_note,
    "search_again": may_search_again,
}
