"""Counts the figures of a report: one query for each dataclass of ``figures.py``."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Count, Q
from django.utils.timezone import get_default_timezone

from consents.asking import CLIENT as CANARIES
from consents.models import PurposeVersion
from consents.models.ledger import REFUSING
from portal.dashboard.reports import figures
from portal.dashboard.reports.periods import Period

NO_ANSWERS: tuple[Any, ...] = (0, 0, None, None, None, None)


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
        received=received(period),
        answered=answered(period),
        standing=standing(as_of),
        choices=choices(period),
        obeyed=obeyed(period, as_of),
        gate=gate(period),
        canaries=canaries(period),
        changes=changes(period),
        erasures=erasures(period),
        unconfirmed=unconfirmed(period, as_of),
        short_notices=short_notices(period),
    )


def titles(at: datetime) -> dict[str, dict[str, str]]:
    """Return what each purpose was called at a moment: slug to language to title."""
    found = PurposeVersion.objects.in_force(at).select_related("purpose")
    return {one.purpose.slug: _titles(one) for one in found}


def _titles(version: PurposeVersion) -> dict[str, str]:
    return {language: words["title"] for language, words in version.texts.items()}


def rows(sql: str, **params: Any) -> list[tuple[Any, ...]]:
    """Return what a query finds."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return list(cursor.fetchall())


def received(period: Period) -> figures.Received:
    """Count requests by the day they were received."""
    found = rows(
        """
        SELECT grouping(kind, regime, channel, month), coalesce(kind, regime, channel, month),
            count(*)
        FROM (
            SELECT kind, regime, channel, to_char(received_on, 'YYYY-MM') AS month
            FROM dsar_subjectrequest WHERE received_on BETWEEN %(first)s AND %(last)s
        ) AS r
        GROUP BY GROUPING SETS ((), (kind), (regime), (channel), (month))
        """,
        first=period.first,
        last=period.last,
    )
    # grouping() has a bit set for each column that is not grouped by.
    by: dict[int, dict[str, int]] = {level: {} for level in (0b0111, 0b1011, 0b1101, 0b1110)}
    for level, name, times in sorted(row for row in found if row[1] is not None):
        by[level][name] = times
    kinds, regimes, channels, months = by.values()
    return figures.Received(sum(kinds.values()), kinds, regimes, channels, months)


def answered(period: Period) -> figures.Answered:
    """Count the requests that ended, and how long the answered ones took."""
    found = rows(
        """
        SELECT grouping(kind, status), kind, status, outcome, refusal_ground, count(*),
            count(*) FILTER (WHERE status IN ('answered', 'refused') AND closed_on > due_on),
            count(*) FILTER (WHERE status IN ('answered', 'refused') AND extended_at IS NOT NULL),
            percentile_cont(0.5) WITHIN GROUP (ORDER BY took) FILTER (WHERE status = 'answered'),
            avg(took) FILTER (WHERE status = 'answered'),
            percentile_cont(0.9) WITHIN GROUP (ORDER BY took) FILTER (WHERE status = 'answered'),
            max(took) FILTER (WHERE status = 'answered')
        FROM (
            SELECT kind, status, outcome, refusal_ground, due_on, extended_at,
                closed_at - received_at AS took,
                (closed_at AT TIME ZONE %(zone)s)::date AS closed_on
            FROM dsar_subjectrequest WHERE closed_at >= %(start)s AND closed_at < %(end)s
        ) AS r
        GROUP BY GROUPING SETS ((), (kind), (kind, status, outcome, refusal_ground))
        """,
        zone=settings.TIME_ZONE,
        start=period.start,
        end=period.end,
    )
    total = next((row[6:] for row in found if row[0] == 3), NO_ANSWERS)
    kinds = {row[1]: row for row in found if row[0] == 1}
    finest = [row[1:6] for row in found if row[0] == 0]
    late, extended, *lengths = total
    days = [figures.in_days(one) for one in lengths]
    return figures.Answered(
        by_status=_sums((status, n) for _k, status, _o, _g, n in finest),
        by_outcome=_sums((outcome, n) for _k, _s, outcome, _g, n in finest if outcome),
        refused_by_ground=_sums((ground, n) for _k, s, _o, ground, n in finest if s == "refused"),
        appeals_by_outcome=_sums(
            (outcome or status, n)
            for kind, status, outcome, _g, n in finest
            if kind == "appeal" and status in ("answered", "refused")
        ),
        by_kind=[_of_kind(kinds[kind], finest) for kind in sorted(kinds)],
        late=late,
        extended=extended,
        median_days=days[0],
        mean_days=days[1],
        ninetieth_days=days[2],
        slowest_days=days[3],
    )


def _of_kind(row: tuple[Any, ...], finest: list[tuple[Any, ...]]) -> figures.AnsweredKind:
    kind, late, median = row[1], row[6], row[8]
    by_status = _sums((status, n) for k, status, _o, _g, n in finest if k == kind)
    return figures.AnsweredKind(
        kind, by_status.get("answered", 0), by_status.get("refused", 0), late,
        figures.in_days(median),
    )  # fmt: skip


def _sums(pairs: Iterable[tuple[str, int]]) -> dict[str, int]:
    found: Counter[str] = Counter()
    for name, times in pairs:
        found[name] += times
    return dict(sorted(found.items()))


def standing(as_of: datetime) -> figures.Standing:
    """Count what was open at a moment. What a later reply reopened counts as open since."""
    ((opened, late, extended, paused, oldest),) = rows(
        """
        SELECT count(*), count(*) FILTER (WHERE due_on < %(day)s),
            count(*) FILTER (WHERE extended_at < %(as_of)s),
            count(*) FILTER (WHERE EXISTS (
                SELECT FROM dsar_pause p WHERE p.request_id = r.id AND p.stops_clock
                    AND p.asked_at < %(as_of)s
                    AND (p.answered_at IS NULL OR p.answered_at >= %(as_of)s))),
            min(received_on)
        FROM dsar_subjectrequest r
        WHERE received_at < %(as_of)s AND (closed_at IS NULL OR closed_at >= %(as_of)s)
        """,
        as_of=as_of,
        day=as_of.astimezone(get_default_timezone()).date(),
    )
    return figures.Standing(opened, late, extended, paused, oldest and oldest.isoformat())


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


def erasures(period: Period) -> figures.Erasures:
    """Count what erasures did, and what was proven by a new search."""
    found = rows(
        """
        SELECT decision, ground, count(*), coalesce(sum(amount), 0), count(proven_at)
        FROM dsar_erasureitem WHERE done_at >= %(start)s AND done_at < %(end)s
        GROUP BY decision, ground
        UNION ALL
        SELECT '', '', (SELECT count(*) FROM dsar_certificate
            WHERE issued_at >= %(start)s AND issued_at < %(end)s), 0, count(*)
        FROM dsar_erasureitem WHERE ended_at >= %(start)s AND ended_at < %(end)s
        ORDER BY 1, 2
        """,
        start=period.start,
        end=period.end,
    )
    (_decision, _ground, certificates, _amount, ended), *lines = found
    return figures.Erasures(
        [figures.ErasedLine(row[0], row[1], row[2], int(row[3]), row[4]) for row in lines],
        certificates,
        ended,
    )


def unconfirmed(period: Period, as_of: datetime) -> int:
    """Count the receipts that were to be confirmed in the period and were not, or late."""
    zone = get_default_timezone()
    ((count,),) = rows(
        """
        SELECT count(*) FROM dsar_subjectrequest
        WHERE acknowledge_on BETWEEN %(first)s AND %(last)s AND acknowledge_on < %(day)s
            AND status NOT IN ('spam', 'duplicate')
            AND coalesce((acknowledged_at AT TIME ZONE %(zone)s)::date, 'infinity') > acknowledge_on
            AND coalesce((closed_at AT TIME ZONE %(zone)s)::date, 'infinity') > acknowledge_on
        """,
        first=period.first,
        last=period.last,
        day=as_of.astimezone(zone).date(),
        zone=settings.TIME_ZONE,
    )
    return int(count)


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
