"""Counts what a report says of requests: one query for each dataclass of ``figures.py``."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils.timezone import get_default_timezone

from portal.dashboard.periods import Period
from portal.dashboard.reports import figures

NO_ANSWERS: tuple[Any, ...] = (0, 0, None, None, None, None)


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
