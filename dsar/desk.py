"""What the pages of staff say about a request: how its day stands, and what is to be done next."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from dsar import agents, rules, rules_desk
from dsar.kinds import nature
from dsar.models import Approval, Step, SubjectRequest
from dsar.models.requests import Identity, Kind
from dsar.queries import SOON
from dsar.redaction.rules import undecided
from dsar.sentences import Entry
from dsar.states import Status
from portal.lib.errors import DomainError


@dataclass(frozen=True)
class Due:
    """How the day of an answer stands: in words, and as a state mark ("" for none)."""

    state: str
    words: str


def due(request: SubjectRequest, today: date, *, is_paused: bool = False) -> Due:
    """Say how far the legal date is; ``today`` in the controller's zone."""
    days = (request.due_on - today).days
    if not request.is_open:
        return _closed(request)
    if days < 0:
        return Due(
            "late", ngettext("late by %(n)d day", "late by %(n)d days", -days) % {"n": -days}
        )
    if is_paused:
        return Due("pause", _("the clock stands still"))
    if days == 0:
        return Due("due-soon", _("due today"))
    words = ngettext("due in %(n)d day", "due in %(n)d days", days) % {"n": days}
    return Due("due-soon" if days <= SOON.days else "", words)


def _closed(request: SubjectRequest) -> Due:
    if request.closed_at is None:
        return Due("", "")
    return Due("", _("closed %(day)s") % {"day": date_format(request.closed_at, "DATE_FORMAT")})


def brief(entries: Iterable[Entry]) -> list[Entry]:
    """Return a timeline in which a run of the same, by the same, is one line with its number."""
    found = []
    for (what, who), run in groupby(entries, lambda one: (one.what, one.who)):
        group = list(run)
        if len(group) == 1:
            found.append(group[0])
            continue
        times = ngettext("%(n)d time", "%(n)d times", len(group)) % {"n": len(group)}
        found.append(Entry(group[0].at, what, who, times))
    return found


def next_action(request: SubjectRequest, me: User, steps: list[Step]) -> str:
    """Return the one sentence that says what is to be done now, and by whom."""
    pending = request.approvals.filter(verdict="").select_related("asked_by").first()
    if pending is not None and request.is_open:
        return _second(pending, request, me)
    if request.unread_by_staff:
        return _("Read the new message and answer it.")
    return {
        Status.RECEIVED: _received,
        Status.IDENTITY: _identity,
        Status.SEARCHING: _working,
        Status.REVIEW: _review,
        Status.GRACE: _grace,
        Status.PREPARING: _working,
    }.get(Status(request.status), _over)(request, steps)


def _second(pending: Approval, request: SubjectRequest, me: User) -> str:
    pending.request = request
    act = pending.get_act_display()
    try:
        rules_desk.may_decide(pending, me)
    except DomainError:
        return _("A second person decides: %(act)s.") % {"act": act}
    return _("Decide as the second person: %(act)s.") % {"act": act}


def _received(request: SubjectRequest, steps: list[Step]) -> str:
    if request.identity == Identity.FAILED:
        return _("Nobody confirmed who asks: ask again, or close the request.")
    return _("Be sure who asks, then begin.")


def _identity(request: SubjectRequest, steps: list[Step]) -> str:
    mandate = agents.acting(request)
    if mandate is not None and mandate.is_claimed and mandate.proof == mandate.Proof.POWER:
        return _("Look at the power of attorney: where it is good, say that you are sure who asks.")
    if request.identity_asked_at is None:
        return _("Ask the person to confirm who they are.")
    day = date_format(request.identity_asked_at, "DATE_FORMAT")
    return _("Wait: the person was asked on %(day)s to confirm who they are.") % {"day": day}


def _working(request: SubjectRequest, steps: list[Step]) -> str:
    outside = sum(bool(step.awaits) for step in steps if step.status == Step.Status.WAITING)
    if outside:
        words = ngettext(
            "Wait: %(n)d answer from outside is missing.",
            "Wait: %(n)d answers from outside are missing.",
            outside,
        )
        return words % {"n": outside}
    done = sum(step.status == Step.Status.FINISHED for step in steps)
    return _("Nothing to do: the worker has finished %(done)d of %(all)d steps.") % {
        "done": done,
        "all": len(steps),
    }


def _review(request: SubjectRequest, steps: list[Step]) -> str:
    if request.reopened_on is not None and not rules.searched_since_reopened(request):
        return _("A reply has opened it again: read it, then search again or answer in words.")
    if not nature(request).searches:
        return _("Decide, and say why in words.")
    missing = [step for step in steps if step.is_gap and step.accepted_at is None]
    if any(step.kind in rules.ESSENTIAL for step in missing):
        return _("Try the last step again: without it there is no answer.")
    if places := undecided(request):
        words = ngettext(
            "Decide about %(n)d place: does it show somebody else’s data?",
            "Decide about %(n)d places: do they show somebody else’s data?",
            places,
        )
        return words % {"n": places}
    what = _("the plan") if request.kind == Kind.ERASURE else _("the copy")
    if missing:
        words = ngettext(
            "Approve %(what)s: %(n)d source is missing.",
            "Approve %(what)s: %(n)d sources are missing.",
            len(missing),
        )
        return words % {"what": what, "n": len(missing)}
    return _("Approve %(what)s.") % {"what": what}


def _grace(request: SubjectRequest, steps: list[Step]) -> str:
    until = request.grace_until and timezone.localtime(request.grace_until)
    day = date_format(until, "DATETIME_FORMAT") if until else ""  # it can end on the same day
    return _("Nothing to do: until %(day)s it can be taken back.") % {"day": day}


def _over(request: SubjectRequest, steps: list[Step]) -> str:
    return _("Nothing to do: it is closed. A reply of the person opens it again.")
