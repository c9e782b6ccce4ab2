"""What is open today, how it stands with its day, and what will likely be late."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from accounts.models import User
from dsar.forecast import ENOUGH, WINDOW, Pace, likely_late, pace, running
from dsar.models import SubjectRequest
from dsar.queries import WHEN
from dsar.states import Status
from portal.dashboard.cards import links
from portal.dashboard.charts import Chart, Series
from portal.lib.days import day_label

AHEAD = 28  # days of the chart


@dataclass(frozen=True)
class Workload:
    """The open requests. Each figure is a view of the queue, whose rows it counts."""

    open: int
    week: int  # due today or within seven days, not late
    late: int
    unread: int
    review: int
    unassigned: int
    failed: int  # with a step that failed
    paused: int
    extended: int
    gaps: int
    identity: int

    @property
    def in_time(self) -> int:
        """Open and not late."""
        return self.open - self.late


def workload(me: User, today: date) -> Workload:
    """Return the open requests as they stand on ``today``: one query."""
    views = {name: WHEN[name].condition(me, today) for name in Workload.__dataclass_fields__}
    return Workload(
        **SubjectRequest.objects.open().aggregate(
            **{name: Count("pk", filter=wanted or None) for name, wanted in views.items()}
        )
    )


@dataclass(frozen=True)
class Oldest:
    """The open request that was received first."""

    reference: str
    received_on: date
    days: int  # that it has been open, to today


def oldest(today: date) -> Oldest | None:
    """Return it, None if nothing is open."""
    first = SubjectRequest.objects.open().order_by("received_on", "pk").first()
    if first is None:
        return None
    return Oldest(first.reference, first.received_on, (today - first.received_on).days)


@dataclass(frozen=True)
class Forecast:
    """What will be late, if work goes on as it does (``dsar.forecast`` has the rule)."""

    pace: Pace
    running: int  # open, and their clock runs
    late: int  # likely to be late; late already are not among them
    first_on: date | None  # the first day on which one will be
    window: int = WINDOW
    enough: int = ENOUGH


def forecast(today: date) -> Forecast:
    """Return the forecast as of ``today``: three queries."""
    at = pace(today)
    late = likely_late(today, at).order_by("due_on").values_list("due_on", flat=True)
    found = list(late) if at.is_known else []
    return Forecast(at, running().count(), len(found), found[0] if found else None)


def answered_since(begin: datetime) -> int:
    """Return how many requests were answered since then (aware): one query."""
    return SubjectRequest.objects.filter(status=Status.ANSWERED, closed_at__gte=begin).count()


def due_chart(today: date, at: Pace) -> Chart:
    """Draw how many open requests are due on each of the coming days: one query."""
    last = today + timedelta(days=AHEAD - 1)
    rows = SubjectRequest.objects.open().filter(due_on__gte=today, due_on__lte=last)
    late = likely_late(today, at).values("pk")
    counted = rows.values("due_on").annotate(
        all=Count("pk"), late=Count("pk", filter=Q(pk__in=late) if at.is_known else Q(pk=None))
    )
    found = {row["due_on"]: (row["all"], row["late"]) for row in counted.order_by("due_on")}
    days = [today + timedelta(days=n) for n in range(AHEAD)]
    figures = [found.get(day, (0, 0)) for day in days]
    return Chart(
        name=_("Answers due, in the coming four weeks"),
        labels=[day_label(day) for day in days],
        series=[
            Series(
                _("likely to be late"),
                [late for _all, late in figures],
                [links.queue("forecast", due_from=day, due_to=day) for day in days],
            ),
            Series(
                _("in time"),
                [all_ - late for all_, late in figures],
                [links.queue("in-time", due_from=day, due_to=day) for day in days],
            ),
        ],
    )
