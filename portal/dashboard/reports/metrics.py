"""The metrics of Cal. Code Regs. tit. 11, § 7102(a).

Per calendar year and type of request: how many were received, complied with in whole or in part,
and denied, and the days to a substantive answer. Counted are the requests *received* in the year,
each as it stands at the moment of counting, so that what was received is what was complied with,
denied, ended otherwise, and is open. Words that turned out to be no request, and repetitions, are
none. Pure but for the two queries at the end.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.conf import settings
from django.utils.timezone import get_default_timezone

from consents.models.ledger import REFUSING
from dsar.grounds import RefusalGround
from dsar.models.requests import Kind
from dsar.regimes import LAWS, RegimeCode
from portal.dashboard.models.reports import Report
from portal.dashboard.periods import Period, year_of
from portal.dashboard.reports.counting_requests import rows


class Type(StrEnum):
    """The types of request that § 7102(a)(1) names, in its order."""

    DELETE = "delete"
    CORRECT = "correct"
    KNOW = "know"
    OPT_OUT = "opt_out"
    LIMIT = "limit"


class Part(StrEnum):
    """What became of a request; every one is in exactly one of these."""

    COMPLIED = "complied"
    UNVERIFIABLE = "unverifiable"
    NOT_A_CONSUMER = "not_a_consumer"
    EXEMPT = "exempt"
    OTHER = "other"
    ENDED = "ended"  # taken back by the person, or passed on to who decides about the data
    OPEN = "open"


DENIED = (Part.UNVERIFIABLE, Part.NOT_A_CONSUMER, Part.EXEMPT, Part.OTHER)
RESPONDED = (Part.COMPLIED, *DENIED)
# Contesting an answer and asking for a human look are not types of § 7102.
TYPES: dict[str, Type] = {
    Kind.ERASURE: Type.DELETE,
    Kind.RECTIFICATION: Type.CORRECT,
    Kind.ACCESS: Type.KNOW,
    Kind.PORTABILITY: Type.KNOW,
    Kind.OBJECTION: Type.OPT_OUT,
    Kind.RESTRICTION: Type.LIMIT,
}
# A ground that is not named here is "other". Nobody is refused for living elsewhere: they are
# answered under their own law, so that "not a consumer" stays empty.
GROUNDS: dict[str, Part] = {
    RefusalGround.IDENTITY: Part.UNVERIFIABLE,
    RefusalGround.THIRD_PARTIES: Part.EXEMPT,
    RefusalGround.LEGAL_DUTY: Part.EXEMPT,
    RefusalGround.LEGAL_CLAIMS: Part.EXEMPT,
}
SCOPES: dict[str, list[str]] = {
    Report.Scope.ALL: [code.value for code in RegimeCode],
    Report.Scope.CCPA: [RegimeCode.CCPA.value],
    Report.Scope.US: sorted({law.value for place, law in LAWS.items() if place.startswith("US")}),
}


@dataclass(frozen=True)
class Line:
    """One type of request in one year. ``parts`` by :class:`Part`; ``days``: how many requests
    took so many whole days, by part ("complied" → "12" → 3), of what was answered."""

    type: str
    parts: dict[str, int]
    days: dict[str, dict[str, int]]

    @property
    def received(self) -> int:
        """All of them."""
        return sum(self.parts.values())

    @property
    def complied(self) -> int:
        """Complied with in whole or in part."""
        return self.parts[Part.COMPLIED]

    @property
    def denied(self) -> int:
        """For whatever reason."""
        return sum(self.parts[part] for part in DENIED)

    @property
    def median_days(self) -> float | None:
        """From receipt to the substantive answer; None: there was none."""
        return median(self.taken())

    @property
    def mean_days(self) -> float | None:
        """The same, as a mean, to one decimal."""
        taken = self.taken()
        count = sum(taken.values())
        return round(sum(day * n for day, n in taken.items()) / count, 1) if count else None

    def taken(self, parts: Iterable[str] = RESPONDED) -> dict[int, int]:
        """Return how many requests of these parts took so many days."""
        found: dict[int, int] = {}
        for part in parts:
            for day, times in self.days.get(part, {}).items():
                found[int(day)] = found.get(int(day), 0) + times
        return found


@dataclass(frozen=True)
class Metrics:
    """A calendar year, as of an ISO instant; one line a type, all of them."""

    year: int
    scope: str
    as_of: str
    lines: list[Line]
    set_aside: int  # repetitions, and words that were no request: in none of the lines
    schema: str = field(default="regard-7102/1")


def median(taken: dict[int, int]) -> float | None:
    """Return the median of days that occur so many times each; None of nothing."""
    count = sum(taken.values())
    if not count:
        return None
    low, high, seen = None, None, 0
    for day in sorted(taken):
        seen += taken[day]
        if low is None and seen * 2 >= count:
            low = day
        if high is None and seen * 2 > count:
            high = day
    return ((low or 0) + (high or 0)) / 2


def gather(year: int, scope: str, as_of: datetime) -> Metrics:
    """Return the metrics of a year as of a moment (aware), for the requests of a scope."""
    counted: dict[Type, dict[str, dict[str, int]]] = {one: {} for one in Type}
    set_aside = 0
    for kind, part, day, times in [
        *_requests(year_of(year), scope, as_of),
        *_opt_outs(year_of(year), scope, as_of),
    ]:
        if part == "aside":
            set_aside += times
        elif kind in TYPES:
            days = counted[TYPES[kind]].setdefault(part, {})
            days[str(day)] = days.get(str(day), 0) + times
    lines = [_line(one, counted[one]) for one in Type]
    return Metrics(year, scope, as_of.isoformat(), lines, set_aside)


def _line(of: Type, counted: dict[str, dict[str, int]]) -> Line:
    parts = {part.value: sum(counted.get(part, {}).values()) for part in Part}
    days = {part.value: counted[part] for part in RESPONDED if part in counted}
    return Line(of.value, parts, days)


def _requests(period: Period, scope: str, as_of: datetime) -> list[tuple[Any, ...]]:
    """Return (kind, part, days, how many). What a switch obeyed at once is a choice, see below."""
    cases = " ".join(
        f"WHEN refusal_ground = '{ground}' THEN '{part}'" for ground, part in GROUNDS.items()
    )
    return rows(
        f"""
        SELECT kind, part, CASE WHEN part = 'open' THEN 0 ELSE days END, count(*) FROM (
            SELECT kind, (closed_at AT TIME ZONE %(zone)s)::date - received_on AS days, CASE
                WHEN status IN ('spam', 'duplicate') THEN 'aside'
                WHEN closed_at IS NULL OR closed_at >= %(as_of)s THEN 'open'
                WHEN status = 'answered' THEN 'complied'
                WHEN status = 'unidentified' THEN 'unverifiable'
                WHEN status IN ('withdrawn', 'forwarded') THEN 'ended'
                {cases} ELSE 'other' END AS part
            FROM dsar_subjectrequest r
            WHERE received_on BETWEEN %(first)s AND %(last)s AND received_at < %(as_of)s
                AND regime = ANY(%(laws)s)
                AND NOT (kind = 'objection' AND EXISTS (SELECT FROM dsar_requestevent e
                    WHERE e.request_id = r.id AND e.code = 'obeyed'))
        ) AS r GROUP BY 1, 2, 3
        """,  # noqa: S608
        zone=settings.TIME_ZONE,
        as_of=as_of,
        first=period.first,
        last=period.last,
        laws=SCOPES[scope],
    )


def _opt_outs(period: Period, scope: str, as_of: datetime) -> list[tuple[Any, ...]]:
    """Return the same of refusals by a switch, a link or a signal: complied with once every system
    that had to be told applies them. Only of purposes that sell, share or train; of people who live
    there, as far as their account says."""
    countries = sorted({place[:2] for place, law in LAWS.items() if law in SCOPES[scope]})
    return rows(
        """
        SELECT 'objection', CASE WHEN due = applied THEN 'complied' ELSE 'open' END,
            CASE WHEN due = applied THEN
                (coalesce(done, at) AT TIME ZONE %(zone)s)::date - (at AT TIME ZONE %(zone)s)::date
            ELSE 0 END, count(*)
        FROM (
            SELECT e.id, e.at, count(m.id) AS due, max(m.applied_at) AS done,
                count(m.id) FILTER (WHERE m.applied_at < %(as_of)s) AS applied
            FROM consents_choiceevent e
            JOIN consents_purpose p ON p.id = e.purpose_id
                AND (p.shares_with_third_parties OR p.honours_gpc OR p.is_ai_training)
            LEFT JOIN accounts_user u ON u.id = e.person_id
            LEFT JOIN consents_propagation m ON m.event_id = e.id AND m.status <> 'replaced'
            WHERE e.at >= %(start)s AND e.at < least(%(end)s, %(as_of)s)
                AND e.act = ANY(%(refusing)s) AND e.organisation_id IS NULL
                AND (%(everybody)s OR u.country = ANY(%(countries)s))
            GROUP BY e.id, e.at
        ) AS o GROUP BY 2, 3
        """,
        zone=settings.TIME_ZONE,
        as_of=as_of.astimezone(get_default_timezone()),
        start=period.start,
        end=period.end,
        refusing=sorted(REFUSING),
        everybody=scope == Report.Scope.ALL,
        countries=countries,
    )
