"""The figures of the dashboard: one card, one query, one dataclass.

The only code that reads choices and requests together. Every day is of the controller's time zone
and is passed in by the view; nothing in here asks the clock.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import ceil

from django.db import connection
from django.db.models import Count, Min, Q
from django.db.models.functions import TruncMonth

from accounts.models import User
from consents.asking import CLIENT as CANARIES
from consents.models import CanaryCheck, PermitAnswer, Purpose, PurposeVersion
from consents.models.purposes import Control
from dsar.models import SubjectRequest
from dsar.states import OPEN

SOON = timedelta(days=7)


@dataclass(frozen=True)
class Workload:
    """What is open today, and how it stands with its day."""

    open: int
    due_soon: int  # today or within seven days, not late
    overdue: int
    extended: int
    unassigned: int
    oldest: date | None  # the day the oldest open request was received

    @property
    def in_time(self) -> int:
        """Open and not late."""
        return self.open - self.overdue


def workload(today: date) -> Workload:
    """Return the open requests as they stand on ``today``."""
    return Workload(
        **SubjectRequest.objects.filter(status__in=OPEN).aggregate(
            open=Count("pk"),
            due_soon=Count("pk", filter=Q(due_on__gte=today, due_on__lte=today + SOON)),
            overdue=Count("pk", filter=Q(due_on__lt=today)),
            extended=Count("pk", filter=Q(extended_at__isnull=False)),
            unassigned=Count("pk", filter=Q(assignee=None)),
            oldest=Min("received_on"),
        )
    )


@dataclass(frozen=True)
class Answers:
    """How requests closed since a day were answered."""

    answered: int
    refused: int
    withdrawn: int
    with_gaps: int
    late: int  # answered or refused after their day
    median_days: float | None  # from receipt to answer, whole days and fractions

    @property
    def median_count(self) -> int:
        """The whole number that decides between "day" and "days"."""
        return ceil(self.median_days or 0)


def answers(since: datetime, zone: str) -> Answers:
    """Return the requests closed since ``since`` (aware). The median is over answered ones.

    ``zone`` is the controller's: a request is late by its days.
    """
    sql = """
        SELECT count(*) FILTER (WHERE status = 'answered'),
            count(*) FILTER (WHERE status = 'refused'),
            count(*) FILTER (WHERE status = 'withdrawn'),
            count(*) FILTER (WHERE outcome = 'with_gaps'),
            count(*) FILTER (WHERE status IN ('answered', 'refused')
                AND (closed_at AT TIME ZONE %s)::date > due_on),
            percentile_cont(0.5) WITHIN GROUP (ORDER BY closed_at - received_at)
                FILTER (WHERE status = 'answered')
        FROM dsar_subjectrequest WHERE closed_at >= %s
    """
    with connection.cursor() as cursor:
        cursor.execute(sql, [zone, since])
        answered, refused, withdrawn, with_gaps, late, median = cursor.fetchone()
    days = None if median is None else round(median / timedelta(days=1), 1)
    return Answers(answered, refused, withdrawn, with_gaps, late, median_days=days)


@dataclass(frozen=True)
class Choosing:
    """How the customers stand to one purpose that they decide about, for all their documents."""

    purpose: Purpose
    title: str  # in the active language
    people: int
    refused: int
    allowed: int
    separately: int  # choices for one document or organisation, counted apart

    @property
    def undecided(self) -> int:
        """People who chose nothing: the default, or their organisation's contract, holds."""
        return self.people - self.refused - self.allowed

    @property
    def refused_rate(self) -> float:
        """The share of customers who said no, in per cent."""
        return round(100 * self.refused / self.people, 1) if self.people else 0.0


def choosing(now: datetime) -> list[Choosing]:
    """Return one row a purpose in force at ``now`` (aware) that people decide about."""
    people = User.objects.filter(role="customer", is_active=True, erased_at=None).count()
    sql = """
        SELECT s.purpose_id,
            count(*) FILTER (WHERE s.document_id IS NULL AND s.within_id IS NULL AND NOT s.allowed),
            count(*) FILTER (WHERE s.document_id IS NULL AND s.within_id IS NULL AND s.allowed),
            count(*) FILTER (WHERE s.document_id IS NOT NULL OR s.within_id IS NOT NULL)
        FROM consents_standing s
        JOIN accounts_user u ON u.id = s.person_id
            AND u.role = 'customer' AND u.is_active AND u.erased_at IS NULL
        GROUP BY s.purpose_id
    """
    with connection.cursor() as cursor:
        cursor.execute(sql)
        found = {row[0]: row[1:] for row in cursor.fetchall()}
    decided = {Control.CONSENT, Control.OBJECTION}
    versions = PurposeVersion.objects.in_force(now).select_related("purpose")
    return [
        Choosing(one.purpose, one.text().title, people, *found.get(one.purpose_id, (0, 0, 0)))
        for one in sorted(versions, key=lambda one: one.purpose.position)
        if one.purpose.control in decided
    ]


@dataclass(frozen=True)
class GateDay:
    """What the gate was asked on one day."""

    day: date
    allowed: int
    denied: int


def gate_days(first: date, last: date, zone: str) -> list[GateDay]:
    """Return one row a day from ``first`` to ``last``, days without a question included."""
    sql = """
        SELECT day::date,
            count(a.id) FILTER (WHERE a.allowed), count(a.id) FILTER (WHERE NOT a.allowed)
        FROM generate_series(
            %(first)s::timestamp, %(last)s::timestamp, interval '1 day'
        ) AS day
        LEFT JOIN consents_permitanswer a
            ON a.at >= day AT TIME ZONE %(zone)s
            AND a.at < (day + interval '1 day') AT TIME ZONE %(zone)s
            AND a.client <> %(canaries)s
        GROUP BY 1 ORDER BY 1
    """
    with connection.cursor() as cursor:
        cursor.execute(sql, {"first": first, "last": last, "zone": zone, "canaries": CANARIES})
        return [GateDay(*row) for row in cursor.fetchall()]


def gate_reasons(since: datetime) -> list[tuple[str, bool, int]]:
    """Return (reason code, allowed, how often) since then, the most frequent first."""
    found = (
        PermitAnswer.objects.filter(at__gte=since)
        .exclude(client=CANARIES)
        .values_list("reason", "allowed")
        .annotate(times=Count("pk"))
        .order_by("-times", "reason")
    )
    return list(found)


@dataclass(frozen=True)
class CanaryDay:
    """How the checks of the gate with canaries ended since a moment."""

    held: int
    leaked: int
    unreachable: int

    @property
    def checks(self) -> int:
        """All of them."""
        return self.held + self.leaked + self.unreachable


def canary_day(since: datetime) -> CanaryDay:
    """Return the checks since then (aware)."""
    return CanaryDay(
        **CanaryCheck.objects.filter(at__gte=since).aggregate(
            held=Count("pk", filter=Q(outcome="held")),
            leaked=Count("pk", filter=Q(outcome="leaked")),
            unreachable=Count("pk", filter=Q(outcome="unreachable")),
        )
    )


@dataclass(frozen=True)
class Machinery:
    """What stands still and wants a person."""

    failed_steps: int
    failed_mails: int
    unreadable_events: int
    packages: int
    packages_bytes: int


def machinery() -> Machinery:
    """Return the counts of what failed, and the packages that lie ready."""
    sql = """
        SELECT
            (SELECT count(*) FROM dsar_step s JOIN dsar_subjectrequest r ON r.id = s.request_id
                WHERE s.outcome = 'failed' AND r.status = ANY(%s)),
            (SELECT count(*) FROM kernel_outgoingmail WHERE status = 'failed'),
            (SELECT count(*) FROM consents_inboundevent WHERE status = 'unreadable'),
            (SELECT count(*) FROM dsar_package WHERE key IS NOT NULL),
            (SELECT coalesce(sum(size), 0) FROM dsar_package WHERE key IS NOT NULL)
    """
    with connection.cursor() as cursor:
        cursor.execute(sql, [sorted(OPEN)])
        return Machinery(*map(int, cursor.fetchone()))


def received_by_month(first: date, last: date) -> list[tuple[date, str, int]]:
    """Return (first day of the month, kind, how many) of the requests received in between."""
    return list(
        SubjectRequest.objects.filter(received_on__gte=first, received_on__lte=last)
        .annotate(month=TruncMonth("received_on"))
        .values_list("month", "kind")
        .annotate(times=Count("pk"))
        .order_by("month", "kind")
    )


def due_by_day(first: date, last: date) -> dict[date, int]:
    """Return how many open requests are due on each day of the range."""
    return dict(
        SubjectRequest.objects.filter(status__in=OPEN, due_on__gte=first, due_on__lte=last)
        .values_list("due_on")
        .annotate(times=Count("pk"))
    )
