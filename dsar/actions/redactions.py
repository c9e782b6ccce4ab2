"""What staff decide about data of others in a copy (art. 15(4)); each decision is on record."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from dsar import rules, staff_mail
from dsar.actions.lifecycle import Code, lock, note
from dsar.models import Approval, Redaction, Step, SubjectRequest
from dsar.redaction import screening
from dsar.redaction.rules import PlacesUndecided, undecided
from dsar.states import IllegalMove, Status
from portal.lib.errors import DomainError

Verdict, Reason = Redaction.Verdict, Redaction.Reason
# Which reasons speak for which decision.
REASONS = {
    Verdict.ACCEPTED: (Reason.OTHERS, Reason.SECRET),
    Verdict.REJECTED: (Reason.KNOWN, Reason.OWN, Reason.NEEDED, Reason.NOBODY),
}
SHORTEST, LONGEST = 2, 200
# More than this is not read through while somebody waits for a page.
MOST_BYTES = 500 * 1024 * 1024


class WrongReason(DomainError):
    """The reason does not speak for the decision, or none was given."""

    code = "wrong_reason"


class NothingFound(DomainError):
    """The words stand nowhere in what was collected."""

    code = "nothing_found"


class AlreadyAsked(DomainError):
    """A second person has been asked and has not yet decided."""

    code = "already_asked"


@transaction.atomic
def decide(
    request: SubjectRequest,
    places: Iterable[int],
    verdict: Redaction.Verdict,
    reason: Redaction.Reason,
    *,
    by: User,
) -> int:
    """Decide about places by their numbers; return how many. A later decision replaces an earlier.

    Raises:
        StaffOnly, NotYourOwn, IllegalMove: not by this person, or not now.
        WrongReason: the reason does not speak for the decision.
    """
    request = _reviewed(request, by)
    return _decide(request, request.redactions.filter(pk__in=list(places)), verdict, reason, by)


@transaction.atomic
def decide_kind(
    request: SubjectRequest,
    kind: Redaction.Kind,
    verdict: Redaction.Verdict,
    reason: Redaction.Reason,
    *,
    by: User,
) -> int:
    """Decide alike about every open place of one kind; return how many. Raises as :func:`decide`.

    A file or page that only an eye can read is never decided about unseen.
    """
    request = _reviewed(request, by)
    unread = [Redaction.Kind.FILE, Redaction.Kind.PICTURE]
    open_ones = request.redactions.filter(kind=kind, verdict=Verdict.OPEN)
    return _decide(request, open_ones.exclude(kind__in=unread), verdict, reason, by)


@transaction.atomic
def mark(request: SubjectRequest, words: str, *, by: User) -> int:
    """Black out words wherever they stand in what was collected; return in how many places.

    The words are looked for and forgotten; only the places are kept.

    Raises:
        NothingFound: they stand nowhere, or are too short to look for.
        StaffOnly, NotYourOwn, IllegalMove: as :func:`decide`.
    """
    request, words = _reviewed(request, by), " ".join(words.split())
    parts = request.steps.filter(kind=Step.Kind.COLLECT).exclude(part="")
    if sum(step.volume for step in parts) > MOST_BYTES:
        raise NothingFound(_("There is too much to look through at once: leave out whole files."))
    found: list[Redaction] = []
    if SHORTEST <= len(words) <= LONGEST:
        known = screening.known_of(request, words)
        found = [place for step in parts for place in screening.places(step, known)]
    if not found:
        raise NothingFound(_("These words stand nowhere in what was collected."))
    now = timezone.now()
    for place in found:
        place.verdict, place.reason = Verdict.ACCEPTED, Reason.OTHERS
        place.by, place.decided_at = by, now
    Redaction.objects.bulk_create(found, batch_size=screening.AT_ONCE)
    note(request, Code.REDACTED, by=by, accepted=len(found), reason=Reason.OTHERS)
    return len(found)


@transaction.atomic
def ask_to_release(request: SubjectRequest, *, by: User) -> Approval:
    """Ask a second person to agree with what was decided, once nothing is open.

    Raises:
        PlacesUndecided: something still is. AlreadyAsked: somebody has been asked.
        StaffOnly, NotYourOwn, IllegalMove: as :func:`decide`.
    """
    request = _reviewed(request, by)
    if undecided(request):
        raise PlacesUndecided(_("Decide about every place first."))
    if request.approvals.filter(act=Approval.Act.RELEASE, verdict="").exists():
        raise AlreadyAsked(_("A second person has already been asked for this."))
    accepted = request.redactions.filter(verdict=Verdict.ACCEPTED).count()
    approval = Approval.objects.create(
        request=request, act=Approval.Act.RELEASE, given={"places": str(accepted)}, asked_by=by
    )
    note(request, Code.SECOND_ASKED, by=by, act=Approval.Act.RELEASE)
    staff_mail.ask_second_person(approval)
    return approval


def _reviewed(request: SubjectRequest, by: User) -> SubjectRequest:
    """Return the locked request, if it is in review and this person may work on it."""
    request = lock(request)
    rules.staff_of_another(request, by)
    if request.status != Status.REVIEW:
        raise IllegalMove(_("Places are decided about while a request is being reviewed."))
    return request


def _decide(
    request: SubjectRequest,
    places: QuerySet[Redaction],
    verdict: Redaction.Verdict,
    reason: Redaction.Reason,
    by: User,
) -> int:
    if reason not in REASONS.get(verdict, ()):
        raise WrongReason(_("Say why: the reason belongs to the decision."))
    now = timezone.now()
    decided = places.update(verdict=verdict, reason=reason, by=by, decided_at=now)
    if decided:
        told: dict[str, Any] = {str(verdict): decided, "reason": str(reason)}
        note(request, Code.REDACTED, by=by, **told)
    return decided
