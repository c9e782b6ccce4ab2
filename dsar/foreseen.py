"""What a figure of a law or a day of the calendar would do to open requests, before it counts."""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dsar import calendars, reckoning
from dsar.models import SubjectRequest
from portal.lib.office import store

AT_A_TIME = 2000
FIELDS = (
    "received_on", "reopened_on", "extended_at", "kind", "regime", "country", "region", "due_on",
    "status",
)  # fmt: skip


@dataclass(frozen=True)
class Recount:
    """How many requests are open, get another day, and would be late by that alone."""

    open: int
    moved: int
    late: int


def recount(key: str, value: Any, *, regime: str = "") -> Recount:
    """Return what would follow if ``value`` held for ``key`` of the office; nothing is written.

    ``regime``: only requests under this law. Requests that are alike are counted once.
    """
    today, groups, samples = reckoning.office_today(), Counter[Any](), dict[Any, SubjectRequest]()
    found = SubjectRequest.objects.open().only(*FIELDS).prefetch_related("pauses")
    wanted = found.filter(regime=regime) if regime else found
    for request in wanted.iterator(chunk_size=AT_A_TIME):
        alike = (
            request.regime, reckoning.asked_of(request.kind), reckoning.counted_from(request),
            reckoning.is_extended(request), reckoning.paused_days(request, today),
        )  # fmt: skip
        groups[alike] += 1
        samples.setdefault(alike, request)
    with store.settled():
        now = _due(samples, today)
    with store.supposing(key, value):
        then = _due(samples, today)
    return Recount(
        open=groups.total(),
        moved=sum(n for one, n in groups.items() if now[one] != then[one]),
        late=sum(n for one, n in groups.items() if then[one] < today <= now[one]),
    )


def in_words(found: Recount) -> str:
    """Return the recount in sentences."""
    n, moved, late = found.open, found.moved, found.late
    told = ngettext(
        "%(n)s open request is counted anew.", "%(n)s open requests are counted anew.", n
    ) % {"n": n}
    if not n:
        return told
    moves = ngettext("%(n)s gets another day.", "%(n)s get another day.", moved) % {"n": moved}
    lates = ngettext("%(n)s is late at once.", "%(n)s are late at once.", late) % {"n": late}
    return f"{told} {moves if moved else _('None gets another day.')} {lates if late else ''}"


def _due(samples: dict[Any, SubjectRequest], today: date) -> dict[Any, date]:
    years: dict[int, Any] = {}
    found = {}
    for alike, request in samples.items():
        start = reckoning.counted_from(request)
        closed = years.setdefault(start.year, calendars.closed_days(start))
        found[alike] = reckoning.steps(request, today, closed)[-1].day
    return found
