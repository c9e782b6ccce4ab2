"""Figures per day, kept by the worker: counted anew for each day on which something changed.

A trigger writes which day was touched (``portal/migrations/0001_rollups.py``); :func:`refresh`
takes those rows and counts these days whole, in one transaction. A change that commits meanwhile
leaves its own row for the next time, so nothing is missed and nothing is counted twice. Counting a
day again gives the same figures (ADR 27).
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from time import monotonic

from django.conf import settings
from django.db import connection, models, transaction
from django.db.models import Max, Min
from django.utils import timezone

from consents.asking import CLIENT as CANARIES
from consents.models import ChoiceEvent, PermitAnswer, Use
from dsar.models import SubjectRequest
from portal.dashboard.models import (
    ChoiceTally,
    GateTally,
    RequestTally,
    RollupState,
    StandingTally,
    Touched,
    UseTally,
)

LOCK = 0x7461_6C6C_79  # any number that only this lock has
AT_ONCE = 31  # days counted in one transaction
PATIENCE = 60.0  # seconds of one run; what is left is for the next minute
EVERY = timedelta(minutes=10)
UNCOMMITTED = timedelta(hours=1)  # an answer of the gate is written down within that time

# The instants of each day, in the controller's zone, so that an index on instants is used.
DAYS = """
WITH days AS MATERIALIZED (
    SELECT day, day::timestamp AT TIME ZONE %(zone)s AS begins,
        (day + 1)::timestamp AT TIME ZONE %(zone)s AS ends
    FROM unnest(%(days)s::date[]) AS day
)
"""
RECEIVED = "FROM days JOIN dsar_subjectrequest r ON r.received_on = days.day GROUP BY 1, 2, 3, 4"
CLOSED = """
    FROM days JOIN dsar_subjectrequest r ON r.closed_at >= days.begins AND r.closed_at < days.ends
"""
REQUESTS = f"""
    SELECT day, 'kind', r.regime, r.kind, count(*) {RECEIVED}
    UNION ALL SELECT day, 'channel', r.regime, r.channel, count(*) {RECEIVED}
    UNION ALL SELECT day, 'end', r.regime,
        CASE r.status WHEN 'answered' THEN r.outcome ELSE r.status END, count(*)
        {CLOSED} GROUP BY 1, 2, 3, 4
    UNION ALL SELECT day, 'took', r.regime, (day - r.received_on)::text, count(*)
        {CLOSED} WHERE r.status IN ('answered', 'refused') GROUP BY 1, 2, 3, 4
    UNION ALL SELECT day, 'late', r.regime, '', count(*)
        {CLOSED} WHERE r.status IN ('answered', 'refused') AND day > r.due_on GROUP BY 1, 2, 3, 4
"""
CHOICES = """
    SELECT day, c.purpose_id, c.act, c.source, count(*)
    FROM days JOIN consents_choiceevent c ON c.at >= days.begins AND c.at < days.ends
    WHERE c.address_id IS NULL OR c.address_id NOT IN (
        SELECT y.address_id FROM consents_canary k
        JOIN consents_party y ON y.document_id = k.document_id
    )
    GROUP BY 1, 2, 3, 4
"""
USES = """
    SELECT day, v.purpose_id, sum(u.number)
    FROM days CROSS JOIN consents_purposeversion v CROSS JOIN LATERAL (
        SELECT count(*) AS number FROM consents_use u
        WHERE u.version_id = v.id AND u.at >= days.begins AND u.at < days.ends
    ) u
    WHERE u.number > 0 GROUP BY 1, 2
"""
GATE = f"""
    SELECT day, p.allowed, p.reason, count(*)
    FROM days JOIN consents_permitanswer p ON p.at >= days.begins AND p.at < days.ends
    WHERE p.client <> '{CANARIES}'
    GROUP BY 1, 2, 3
"""  # noqa: S608 - a constant
# How people stand is known of now alone: of every day that is asked for, the last.
STANDING = """
    SELECT max(day), s.purpose_id,
        count(*) FILTER (WHERE s.document_id IS NULL AND s.within_id IS NULL AND NOT s.allowed),
        count(*) FILTER (WHERE s.document_id IS NULL AND s.within_id IS NULL AND s.allowed),
        count(*) FILTER (WHERE s.document_id IS NOT NULL OR s.within_id IS NOT NULL)
    FROM (SELECT max(day) AS day FROM days) d CROSS JOIN consents_standing s
    JOIN accounts_user u ON u.id = s.person_id
        AND u.role = 'customer' AND u.is_active AND u.erased_at IS NULL
    WHERE day IS NOT NULL GROUP BY 2
"""


@dataclass(frozen=True)
class Rollup:
    """One kept figure: where it is kept, in which columns, and how a day is counted.

    ``every``: no trigger tells what changed, so it is counted that often (every day since).
    """

    name: str
    model: type[models.Model]
    columns: str
    counting: str
    span: Callable[[], tuple[date, date] | None]  # the days that can be counted
    every: timedelta | None = None


def _span(days: Iterable[datetime | date | None]) -> tuple[date, date] | None:
    known = [
        timezone.localdate(one, timezone.get_default_timezone())
        if isinstance(one, datetime)
        else one
        for one in days
        if one is not None
    ]
    return (min(known), max(known)) if known else None


def _request_days() -> tuple[date, date] | None:
    found = SubjectRequest.objects.aggregate(
        a=Min("received_on"), b=Max("received_on"), c=Min("closed_at"), d=Max("closed_at")
    )
    return _span(found.values())


def _days_of(model: type[models.Model]) -> Callable[[], tuple[date, date] | None]:
    return lambda: _span(model._default_manager.aggregate(a=Min("at"), b=Max("at")).values())


def _today() -> tuple[date, date]:
    return timezone.localdate(), timezone.localdate()


ROLLUPS = {
    one.name: one
    for one in (
        Rollup("requests", RequestTally, "day, measure, regime, value, number", REQUESTS,
               _request_days),
        Rollup("choices", ChoiceTally, "day, purpose_id, act, source, number", CHOICES,
               _days_of(ChoiceEvent)),
        Rollup("uses", UseTally, "day, purpose_id, number", USES, _days_of(Use)),
        Rollup("gate", GateTally, "day, allowed, reason, number", GATE, _days_of(PermitAnswer),
               EVERY),
        Rollup("standing", StandingTally, "day, purpose_id, refused, allowed, separately", STANDING,
               _today, EVERY),
    )
}  # fmt: skip


def refresh(patience: float = PATIENCE) -> None:
    """Count anew what has changed since the last time; stop after ``patience`` seconds."""
    until = monotonic() + patience
    for one in ROLLUPS.values():
        _touch_what_no_trigger_sees(one)
        while _count_some(one) and monotonic() < until:
            pass


def touch_everything(one: Rollup) -> None:
    """Have every day counted again: those that hold rows, and those that hold figures."""
    kept = one.model._default_manager.aggregate(a=Min("day"), b=Max("day"))
    found = [one.span(), _span(kept.values()) if one.name != "standing" else None]
    spans = [span for span in found if span]
    if not spans:
        return
    first, last = min(span[0] for span in spans), max(span[1] for span in spans)
    Touched.objects.bulk_create(Touched(what=one.name, day=day) for day in _all_days((first, last)))


@transaction.atomic
def _touch_what_no_trigger_sees(one: Rollup) -> None:
    """Everything, the first time and in a new zone; of what has no trigger (the gate must not be
    slowed by one), the days since the last time."""
    _alone()
    state = RollupState.objects.filter(name=one.name).first()
    if state is None or state.zone != settings.TIME_ZONE:
        touch_everything(one)
        _note(one, milliseconds=0)
    elif one.every and timezone.now() - state.counted_at >= one.every:
        since = timezone.localdate(state.counted_at - UNCOMMITTED), timezone.localdate()
        days = [timezone.localdate()] if one.name == "standing" else _all_days(since)
        Touched.objects.bulk_create(Touched(what=one.name, day=day) for day in days)


@transaction.atomic
def _count_some(one: Rollup) -> bool:
    """Count some touched days, the last ones first; return whether there are more."""
    _alone()
    begun, started = timezone.now(), monotonic()
    days = _take(one)
    if not days and one.every:
        return False  # its age is that of the last time it was looked at
    one.model._default_manager.filter(day__in=days).delete()
    if days:
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO {one.model._meta.db_table} ({one.columns}) {DAYS} {one.counting}",
                {"days": days, "zone": settings.TIME_ZONE},
            )
    _note(one, milliseconds=int(1000 * (monotonic() - started)), at=begun)
    return RollupState.objects.filter(name=one.name, left__gt=0).exists()


def _take(one: Rollup) -> list[date]:
    """Return the last touched days, and delete their rows."""
    day = "coalesce(day, (at AT TIME ZONE %(zone)s)::date)"
    sql = f"""
        WITH recent AS (
            SELECT DISTINCT {day} AS day FROM portal_touched WHERE what = %(what)s
            ORDER BY 1 DESC LIMIT %(most)s
        ), taken AS (
            DELETE FROM portal_touched USING recent
            WHERE what = %(what)s AND recent.day = coalesce(
                portal_touched.day, (portal_touched.at AT TIME ZONE %(zone)s)::date
            ) RETURNING 1
        )
        SELECT day FROM recent
    """  # noqa: S608 - constants
    with connection.cursor() as cursor:
        cursor.execute(sql, {"zone": settings.TIME_ZONE, "what": one.name, "most": AT_ONCE})
        return [found for (found,) in cursor.fetchall()]


def _note(one: Rollup, *, milliseconds: int, at: datetime | None = None) -> None:
    touched = Touched.objects.filter(what=one.name)
    day = models.functions.Coalesce(
        "day", models.functions.TruncDate("at", tzinfo=timezone.get_default_timezone())
    )
    left = touched.annotate(on=day).values("on").distinct().count()
    RollupState.objects.update_or_create(
        name=one.name,
        defaults={
            "counted_at": at or timezone.now(),
            "zone": settings.TIME_ZONE,
            "milliseconds": milliseconds,
            "left": left,
        },
    )


def _alone() -> None:
    """Wait until nobody else counts; the transaction's end lets the next one in."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])


def differences(one: Rollup) -> Sequence[tuple[object, ...]]:
    """Return the kept rows that are not what counting gives now, and what counting gives instead.

    Each begins with "kept" or "counted". Days that are touched and not counted yet differ rightly.
    """
    span = one.span()
    days = _all_days(span) if span else []
    table = one.model._meta.db_table
    of_these = "WHERE day = ANY(%(days)s)" if one.name == "standing" else ""
    sql = f"""{DAYS}, counted AS ({one.counting}),
        kept AS (SELECT {one.columns} FROM {table} {of_these})
        SELECT 'kept', * FROM (SELECT * FROM kept EXCEPT SELECT * FROM counted) k
        UNION ALL
        SELECT 'counted', * FROM (SELECT * FROM counted EXCEPT SELECT * FROM kept) c
    """  # noqa: S608 - constants
    with connection.cursor() as cursor:
        cursor.execute(sql, {"days": days, "zone": settings.TIME_ZONE})
        return list(cursor.fetchall())


def _all_days(span: tuple[date, date]) -> list[date]:
    return [span[0] + timedelta(days=n) for n in range((span[1] - span[0]).days + 1)]


@dataclass(frozen=True)
class AsOf:
    """Of when the figures on a page are: ``at`` of the oldest of those asked for, None: never."""

    at: datetime | None
    left: int  # days that are still to be counted

    @property
    def is_whole(self) -> bool:
        """Whether every day has been counted."""
        return self.at is not None and not self.left


FIRST_DAYS = """
SELECT (SELECT min(day) FROM portal_requesttally WHERE measure = 'kind'),
    (SELECT min(day) FROM portal_choicetally), (SELECT min(day) FROM portal_usetally),
    (SELECT min(day) FROM portal_gatetally)
"""


def begun() -> dict[str, date | None]:
    """Return from which day on there are figures, by rollup: one query.

    What lies before that day is not nothing, it is not known: nothing is compared with it.
    """
    with connection.cursor() as cursor:
        cursor.execute(FIRST_DAYS)
        return dict(zip(("requests", "choices", "uses", "gate"), cursor.fetchone(), strict=True))


def as_of(*names: str) -> AsOf:
    """Return how old the figures of these rollups are."""
    found = list(RollupState.objects.filter(name__in=names))
    if len(found) < len(names):
        return AsOf(None, 0)
    return AsOf(min(one.counted_at for one in found), sum(one.left for one in found))
