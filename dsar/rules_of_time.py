"""Who may move the clock of a request, and when. An action calls its rule; a page asks them all."""

from datetime import date, timedelta

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from dsar import office, reckoning, rules
from dsar.kinds import Proof, nature
from dsar.models import Pause, SubjectRequest
from dsar.models.requests import Kind
from portal.lib.errors import DomainError


class NoReasonToPause(DomainError):
    """Only a doubt who asks, or a copy of much data, lets the clock stand still."""

    code = "no_reason_to_pause"


class AlreadyAsked(DomainError):
    """A question waits for its answer; a second one would not stop the clock twice."""

    code = "already_asked"


class NothingAsked(DomainError):
    """The clock is running."""

    code = "nothing_asked"


class SamePlace(DomainError):
    """The country is the one that the request has."""

    code = "same_place"


def reasons_to_pause(request: SubjectRequest) -> list[Pause.Reason]:
    """Return the lawful reasons to ask the person something now (standards §1.2)."""
    found = []
    if request.identity_doubt and nature(request).proof != Proof.NONE:
        found.append(Pause.Reason.IDENTITY)
    if request.kind == Kind.ACCESS:
        found.append(Pause.Reason.WHICH_DATA)
    return found


def stops_clock(request: SubjectRequest, today: date) -> bool:
    """Whether a question asked today stops the clock: the law knows it, and it is not late."""
    asked_after = today - reckoning.counted_from(request)
    in_time = asked_after <= timedelta(days=office.PAUSE_WITHIN_DAYS.now())
    return request.law.may_pause and in_time


def may_pause(request: SubjectRequest, by: User, today: date) -> None:
    """Support asks the person one of the two things without which it cannot go on."""
    rules.staff_of_another(request, by)
    rules.still_open(request)
    if reckoning.running_pause(request) is not None:
        raise AlreadyAsked(_("A question already waits for its answer."))
    if not reasons_to_pause(request):
        raise NoReasonToPause(
            _("Only a recorded doubt who asks, or a copy of much data, can stop the clock.")
        )


def may_resume(request: SubjectRequest, by: User, today: date) -> None:
    """Support goes on without waiting for the answer any longer, or got it elsewhere."""
    rules.staff_of_another(request, by)
    rules.still_open(request)
    if reckoning.running_pause(request) is None:
        raise NothingAsked(_("No question waits for an answer: the clock is running."))


def may_correct_country(request: SubjectRequest, by: User, today: date) -> None:
    """The person, or support for them, says where they live; it decides which law answers."""
    if by.pk != request.person_id:
        rules.staff_of_another(request, by)
    rules.still_open(request)


RULES: dict[str, rules.Rule] = {
    "pause": may_pause,
    "resume": may_resume,
    "correct_country": may_correct_country,
}
