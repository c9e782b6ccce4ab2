"""Counts the figures of a report: one query for each dataclass of ``figures.py``."""

from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Count, Q

from consents.asking import CLIENT as CANARIES
from consents.models import PurposeVersion
from consents.models.ledger import REFUSING
from portal.dashboard.periods import Period
from portal.dashboard.reports import counting_requests as of_requests
from portal.dashboard.reports import figures
from portal.dashboard.reports.counting_requests import rows


def gather(period: Period, now: datetime) -> figures.Figures:
    """Return the figures of the period and of the one before it, all of one state of the tables."""
    with transaction.atomic(), connection.cursor() as cursor:
        if not connection.savepoint_ids:  # inside another transaction its level is not ours to set
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        return figures.Figures(
            now=part(period, now), before=part(period.before, now), titles=titles(period.end)
        )


def part(period: Period, now: datetime) -> figures.Part:
    """Return everything about one period, as of its end or, if that is to come, ``now``."""
    as_of = figures.moment(period.end, now)
    return figures.Part(
        received=of_requests.received(period),
        answered=of_requests.answered(period),
        standing=of_requests.standing(as_of),
        choices=choices(period),
        obeyed=obeyed(period, as_of),
        gate=gate(period),
        canaries=canaries(period),
        changes=changes(period),
        erasures=of_requests.erasures(period),
        unconfirmed=of_requests.unconfirmed(period, as_of),
        short_notices=short_notices(period),
    )


def titles(at: datetime) -> dict[str, dict[str, str]]:
    """Return what each purpose was called at a moment: slug to language to title."""
    found = PurposeVersion.objects.in_force(at).select_related("purpose")
    return {one.purpose.slug: _titles(one) for one in found}


def _titles(version: PurposeVersion) -> dict[str, str]:
    return {language: words["title"] for language, words in version.texts.items()}


def choices(period: Period) -> list[figures.ChoiceLine]:
    """Count the acts of choice by purpose, act and source."""
    found = rows(
        """
        SELECT p.slug, e.act, e.source, count(*)
        FROM consents_choiceevent e JOIN consents_purpose p ON p.id = e.purpose_id
        WHERE e.at >= %(start)s AND e.at < %(end)s
        GROUP BY p.position, p.slug, e.act, e.source ORDER BY p.position, p.slug, e.act, e.source
        """,
        start=period.start,
        end=period.end,
    )
    return [figures.ChoiceLine(*row) for row in found]


# The refusals of a period, and each message about them that no later choice replaced.
REFUSALS = """
    SELECT e.id, e.at, m.system_id, m.expected_by,
        CASE WHEN m.applied_at < %(as_of)s THEN m.applied_at END AS applied_at
    FROM consents_choiceevent e JOIN consents_propagation m ON m.event_id = e.id
    WHERE e.at >= %(start)s AND e.at < %(end)s AND e.act = ANY(%(refusing)s)
        AND m.status <> 'replaced'
"""


def obeyed(period: Period, as_of: datetime) -> figures.Obeyed:
    """Count how soon the systems obeyed: in all (first row), and each for itself."""
    found = rows(
        f"""
        WITH told AS ({REFUSALS}), whole AS (
            SELECT id, at, CASE WHEN count(*) = count(applied_at) THEN max(applied_at) END AS done
            FROM told GROUP BY id, at
        )
        SELECT 0, '', '', count(*), count(done), 0, 0,
            percentile_cont(0.5) WITHIN GROUP (ORDER BY done - at), max(done - at) FROM whole
        UNION ALL (
        SELECT s.id, s.slug, s.name, count(*), count(applied_at),
            count(*) FILTER (WHERE applied_at > expected_by),
            count(*) FILTER (WHERE applied_at IS NULL AND expected_by < %(as_of)s),
            percentile_cont(0.5) WITHIN GROUP (ORDER BY applied_at - at), max(applied_at - at)
        FROM told JOIN consents_system s ON s.id = system_id GROUP BY s.id ORDER BY s.slug)
        """,  # noqa: S608
        start=period.start,
        end=period.end,
        as_of=as_of,
        refusing=sorted(REFUSING),
    )
    lines = [_system(row) for row in found]
    whole = lines[0]
    return figures.Obeyed(
        whole.told, whole.applied, whole.median_seconds, whole.worst_seconds, lines[1:]
    )


def _system(row: tuple[Any, ...]) -> figures.SystemLine:
    _pk, slug, name, told, applied, late, unacknowledged, median, worst = row
    return figures.SystemLine(
        slug, name, told, applied, late, unacknowledged,
        figures.in_seconds(median), figures.in_seconds(worst),
    )  # fmt: skip


def gate(period: Period) -> figures.Gate:
    """Count what the gate answered; the questions about canaries are no system's."""
    found = rows(
        """
        SELECT reason, allowed, count(*), 0 FROM consents_permitanswer
        WHERE at >= %(start)s AND at < %(end)s AND client <> %(canaries)s GROUP BY 1, 2
        UNION ALL
        SELECT '', true, coalesce(sum(asked), 0), coalesce(sum(allowed), 0)
        FROM consents_bulkanswer
        WHERE at >= %(start)s AND at < %(end)s AND client <> %(canaries)s
        ORDER BY 3 DESC, 1
        """,
        start=period.start,
        end=period.end,
        canaries=CANARIES,
    )
    lines = [figures.GateLine(row[0], row[1], int(row[2])) for row in found if row[0]]
    _reason, _allowed, asked, allowed = next(row for row in found if not row[0])
    return figures.Gate(lines, int(asked), int(allowed))


def canaries(period: Period) -> figures.Canaries:
    """Count the checks of the gate by how they ended."""
    found: dict[str, int] = dict(
        rows(
            """SELECT outcome, count(*) FROM consents_canarycheck
            WHERE at >= %(start)s AND at < %(end)s GROUP BY 1""",
            start=period.start,
            end=period.end,
        )
    )
    names = ("held", "leaked", "unreachable")
    return figures.Canaries(*(found.get(name, 0) for name in names))


def changes(period: Period) -> list[figures.Changed]:
    """Return the wordings published, or in effect, since a day of the period; none was stopped."""
    inside = Q(published_at__gte=period.start, published_at__lt=period.end)
    inside |= Q(effective_from__gte=period.start, effective_from__lt=period.end)
    told = "announcing__version__announcements"
    found = (
        PurposeVersion.objects.standing()
        .filter(inside)
        .annotate(
            told=Count(told),
            failed=Count(told, filter=Q(**{f"{told}__failed_at__isnull": False})),
            read=Count(told, filter=Q(**{f"{told}__read_at__isnull": False})),
        )
        .select_related("purpose")
        .order_by("published_at", "pk")
    )
    return [_changed(one) for one in found]


def _changed(version: Any) -> figures.Changed:
    return figures.Changed(
        purpose=version.purpose.slug,
        number=version.number,
        titles=_titles(version),
        published=version.published_at.isoformat(),
        effective=version.effective_from.isoformat(),
        widens=version.widens,
        notice_days=version.notice_days,
        told=version.told,
        failed=version.failed,
        read=version.read,
    )


def short_notices(period: Period) -> int:
    """Count the wider wordings in effect since the period, sooner than their notice promised."""
    ((count,),) = rows(
        """
        SELECT count(*) FROM consents_purposeversion
        WHERE widens AND effective_from >= %(start)s AND effective_from < %(end)s
            AND effective_from < published_at + make_interval(days => notice_days)
        """,
        start=period.start,
        end=period.end,
    )
    return int(count)
