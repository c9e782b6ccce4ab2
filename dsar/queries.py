"""What the pages of requests read: the person's list, and the queue of staff."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import F, Q, QuerySet
from django.db.models.functions import TruncDate
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from dsar.models import SubjectRequest
from dsar.models.requests import Kind
from dsar.states import OPEN, Status

PAGE = 25
SOON = timedelta(days=7)
NAMES = Callable[[User, date], Q]

# The same filters the dashboard's figures link to.
WHEN: dict[str, tuple[str | Promise, NAMES]] = {
    "open": (_("Open"), lambda me, today: Q(status__in=OPEN)),
    "mine": (_("Mine"), lambda me, today: Q(status__in=OPEN, assignee=me)),
    "unassigned": (_("Nobody’s yet"), lambda me, today: Q(status__in=OPEN, assignee=None)),
    "review": (_("To review"), lambda me, today: Q(status=Status.REVIEW)),
    "week": (
        _("Due within 7 days"),
        lambda me, today: Q(status__in=OPEN, due_on__gte=today, due_on__lte=today + SOON),
    ),
    "late": (_("Late"), lambda me, today: Q(status__in=OPEN, due_on__lt=today)),
    "failed": (_("With a failed step"), lambda me, today: Q(status__in=OPEN)),
    "extended": (_("Extended"), lambda me, today: Q(status__in=OPEN, extended_at__isnull=False)),
    "answered": (_("Answered"), lambda me, today: Q(status=Status.ANSWERED)),
    "refused": (_("Refused"), lambda me, today: Q(status=Status.REFUSED)),
    "withdrawn": (_("Withdrawn"), lambda me, today: Q(status=Status.WITHDRAWN)),
    "closed-late": (
        _("Closed late"),
        lambda me, today: Q(status__in=[Status.ANSWERED, Status.REFUSED]),
    ),
}


@dataclass(frozen=True)
class Queue:
    """One page of the queue. ``older`` is the key of the next page, empty at the end."""

    rows: list[SubjectRequest]
    older: str


def queue(me: User, today: date, *, when: str, kind: str, text: str, after: str) -> Queue:
    """Return a page of requests, the one due first on top.

    ``text`` is (the beginning of) a reference. Never an address: whose request it is would be told
    without a reason, and without a row that the person can read; support looks people up instead.
    Unknown filters count as "open"; a malformed ``after`` as the first page.
    """
    found = _filtered(me, today, when).select_related("assignee", "person")
    if kind in Kind.values:
        found = found.filter(kind=kind)
    if text := text.strip().replace("\0", ""):
        found = found.filter(reference__istartswith=text)
    rows = list(_after(found.order_by("due_on", "id"), after)[: PAGE + 1])
    more = len(rows) > PAGE
    last = rows[PAGE - 1] if more else None
    return Queue(rows[:PAGE], f"{last.due_on.isoformat()}_{last.pk}" if last else "")


def _filtered(me: User, today: date, when: str) -> QuerySet[SubjectRequest]:
    _label, condition = WHEN.get(when, WHEN["open"])
    found = SubjectRequest.objects.filter(condition(me, today))
    if when == "failed":
        found = found.filter(steps__outcome="failed").distinct()
    if when == "closed-late":
        found = found.alias(closed_on=TruncDate("closed_at")).filter(closed_on__gt=F("due_on"))
    return found


def _after(found: QuerySet[SubjectRequest], key: str) -> QuerySet[SubjectRequest]:
    """Continue behind a key "YYYY-MM-DD_id"."""
    day, _sep, pk = key.partition("_")
    try:
        due_on, last = date.fromisoformat(day), int(pk)
    except ValueError:
        return found
    if last.bit_length() > 63:
        return found
    return found.filter(Q(due_on__gt=due_on) | Q(due_on=due_on, pk__gt=last))


def of_person(person: User) -> list[SubjectRequest]:
    """Return the person's requests, newest first; one may have a page of them at most."""
    mine = SubjectRequest.objects.filter(person=person).select_related("package")
    return list(mine.order_by("-received_at", "-id")[:100])


def count(me: User, today: date, when: str) -> int:
    """Return how many requests a filter of the queue holds."""
    return _filtered(me, today, when).count()
