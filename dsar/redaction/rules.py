"""When a copy has to be looked through, and when it may leave the house."""

from django.conf import settings
from django.db.models import Max
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from accounts.office import SECOND_PERSON
from dsar.models import Approval, Redaction, Step, SubjectRequest
from portal.lib.errors import DomainError

SUGGEST = "suggest"


class PlacesUndecided(DomainError):
    """The search found data of others, and nobody has said yet what becomes of it."""

    code = "places_undecided"


class SecondPersonMissing(DomainError):
    """What was blacked out, or left in, has to be seen by a second person."""

    code = "second_person_missing"


def has_something_to_screen(request: SubjectRequest) -> bool:
    """Return whether what was collected holds anything in which data of others is looked for."""
    if settings.REDACT != SUGGEST:
        return False
    parts = request.steps.filter(kind=Step.Kind.COLLECT).exclude(part="")
    return any(table.get("screen") for step in parts for table in step.tables)


def undecided(request: SubjectRequest) -> int:
    """Return how many places wait for a decision."""
    return request.redactions.filter(verdict=Redaction.Verdict.OPEN).count()


def second_person_missing(request: SubjectRequest) -> bool:
    """Whether a second person has still to agree with what was decided (setting ``SECOND_PERSON``).

    One who agreed before the last decision has not seen it.
    """
    if Approval.Act.RELEASE not in SECOND_PERSON.now():
        return False
    last = request.redactions.aggregate(last=Max("decided_at"))["last"]
    if last is None:
        return False
    agreed = request.approvals.filter(act=Approval.Act.RELEASE, verdict=Approval.Verdict.AGREED)
    return not agreed.filter(asked_at__gte=last).exists()


def withholds_a_file(request: SubjectRequest) -> bool:
    """Whether a whole file is left out of the copy, which is then given in part."""
    accepted = request.redactions.filter(verdict=Redaction.Verdict.ACCEPTED)
    return accepted.filter(file__isnull=False, page=None).exists()


def all_decided(request: SubjectRequest) -> None:
    """Let pass a copy in which nothing is left to be decided.

    Raises:
        PlacesUndecided, SecondPersonMissing.
    """
    if places := undecided(request):
        sentence = ngettext_lazy(
            "There is %(places)d place to decide: does it show somebody else’s data?",
            "There are %(places)d places to decide: do they show somebody else’s data?",
            "places",
        )
        raise PlacesUndecided(sentence % {"places": places})
    if second_person_missing(request):
        raise SecondPersonMissing(_("A second person has to agree with what was blacked out."))


def forget(step: Step) -> None:
    """Forget what was found in a part that is collected anew: the places are others there."""
    step.redactions.all().delete()
    step.request.steps.filter(kind=Step.Kind.SCREEN).delete()
