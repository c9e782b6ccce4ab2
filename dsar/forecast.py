"""Which open requests will likely be answered late, if work goes on as it does now.

A rule that can be explained to anybody, and no statistics: answers leave the house as fast as they
did in the last four weeks, and the request that is due first is answered first. Requests whose
clock stands still are left out. What comes in from now on is due later, and so displaces nothing.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import F, Func, IntegerField, Q, QuerySet, Value, Window
from django.db.models.functions import RowNumber
from django.utils.timezone import get_default_timezone

from dsar.models import Pause, SubjectRequest

WINDOW = 28  # whole days before today: four weeks, so that each day of the week counts alike
ENOUGH = 20  # with fewer requests ended in them, nothing is foreseen


@dataclass(frozen=True)
class Pace:
    """How many requests ended, whichever way, in the ``WINDOW`` days before a day."""

    ended: int

    @property
    def is_known(self) -> bool:
        """Whether these are enough to foresee anything."""
        return self.ended >= ENOUGH

    @property
    def per_day(self) -> float:
        """How many end in a day, week-ends included."""
        return self.ended / WINDOW


def pace(today: date) -> Pace:
    """Return the present pace. ``today`` in the controller's zone, and not counted itself."""
    end = datetime.combine(today, time.min, get_default_timezone())
    begin = datetime.combine(today - timedelta(days=WINDOW), time.min, get_default_timezone())
    ended = SubjectRequest.objects.filter(closed_at__gte=begin, closed_at__lt=end)
    return Pace(ended.count())


def likely_late(today: date, at: Pace | None = None) -> QuerySet[SubjectRequest]:
    """Return the requests that are not late, and will be at this pace (by default the present one).

    A request at place ``n`` of the queue ends once ``n`` have: it will be late if until the end of
    its day fewer than ``n`` can. With too little to go by, none.
    """
    at = at or pace(today)
    if not at.is_known:
        return SubjectRequest.objects.none()
    days_left: Func = Func(
        F("due_on"), Value(today), template="(%(expressions)s)", arg_joiner=" - ",
        output_field=IntegerField(),
    )  # fmt: skip
    return (
        running()
        .annotate(
            place=Window(RowNumber(), order_by=["due_on", "id"]),
            possible=(days_left + 1) * at.ended,
        )
        .filter(possible__gt=0, possible__lt=F("place") * WINDOW)
    )


def in_time(today: date) -> Q:
    """Return the condition that an open request is neither late nor likely to be."""
    return Q(due_on__gte=today) & ~Q(pk__in=likely_late(today).values("pk"))


def running() -> QuerySet[SubjectRequest]:
    """Return the open requests whose clock runs."""
    paused = Pause.objects.filter(answered_at=None)
    return SubjectRequest.objects.open().exclude(pk__in=paused.values("request_id"))
