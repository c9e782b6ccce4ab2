"""What the public page shows is counted by the worker and kept: a reader never makes it count.

The running year is counted up to the end of the last month, once a month. A year that is over is
counted once more, a month after its end, so that answers of January are in it; then it stands.
"""

from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Min
from django.utils.timezone import get_default_timezone

from consents.models import PurposeVersion
from consents.models.ledger import ALLOWING
from portal.dashboard.models.reports import PublicYear, Report
from portal.dashboard.periods import DAY, Period
from portal.dashboard.reports import counting, figures, metrics
from portal.dashboard.reports.figures import loaded
from portal.dashboard.reports.suppression import (
    FEWEST,
    PublicLine,
    Shown,
    hidden,
    settled,
    suppress,
)
from portal.lib.office.contacts import TRANSPARENCY_PAGE


@dataclass(frozen=True)
class Agreed:
    """How often people agreed to one purpose."""

    purpose: str
    titles: dict[str, str]
    times: Shown


@dataclass(frozen=True)
class PublicFigures:
    """All that is shown of one year. Checks of the gate and wordings are about nobody."""

    lines: list[PublicLine]
    agreed: list[Agreed]
    applied_median_seconds: int | None  # None too where fewer than FEWEST were applied
    canaries: figures.Canaries
    changes: list[figures.Changed]


def is_on() -> bool:
    """Whether the office publishes its figures."""
    return TRANSPARENCY_PAGE.now()


def publish(now: datetime) -> None:
    """Count every year that is not up to date; do nothing while the page is switched off."""
    if not is_on():
        return
    today = now.astimezone(get_default_timezone()).date()
    since = PurposeVersion.objects.aggregate(since=Min("effective_from"))["since"]
    if since is None:
        return
    for year in range(since.astimezone(get_default_timezone()).year, today.year + 1):
        _publish(year, today)


def _publish(year: int, today: date) -> None:
    known = PublicYear.objects.filter(year=year).first()
    until, is_final = counted_until(year, today)
    if until == date(year, 1, 1) or (known and (known.is_final or known.until == until)):
        return
    before = loaded(PublicFigures, known.figures) if known else None
    found = count(year, until, before)
    PublicYear.objects.update_or_create(
        year=year, defaults={"until": until, "is_final": is_final, "figures": asdict(found)}
    )


def counted_until(year: int, today: date) -> tuple[date, bool]:
    """Return the day before which a year is counted when it is ``today``, and whether for good."""
    february = date(year + 1, 2, 1)
    if today >= february:
        return february, True
    return min(today.replace(day=1), date(year + 1, 1, 1)), False


def count(year: int, until: date, before: PublicFigures | None = None) -> PublicFigures:
    """Return what may be shown of a year, as of the midnight before ``until``."""
    period = Period(date(year, 1, 1), min(until - DAY, date(year, 12, 31)))
    as_of = Period(period.first, until - DAY).end
    found = metrics.gather(year, Report.Scope.ALL, as_of)
    known = {one.type: one for one in before.lines} if before else {}
    obeyed = counting.obeyed(period, as_of)
    return PublicFigures(
        lines=[suppress(line, known.get(line.type)) for line in found.lines],
        agreed=_agreed(period, before),
        applied_median_seconds=obeyed.median_seconds if obeyed.applied >= FEWEST else None,
        canaries=counting.canaries(period),
        changes=[_nameless(one) for one in counting.changes(period)],
    )


def _agreed(period: Period, before: PublicFigures | None) -> list[Agreed]:
    known = {one.purpose: one.times for one in before.agreed} if before else {}
    times: dict[str, int] = {}
    for line in counting.choices(period):
        if line.act in ALLOWING and line.source != "contract":
            times[line.purpose] = times.get(line.purpose, 0) + line.times
    titles = counting.titles(period.end)
    return [
        Agreed(slug, titles.get(slug, {}), settled(hidden(n), known.get(slug)))
        for slug, n in times.items()
    ]


def _nameless(change: figures.Changed) -> figures.Changed:
    """Without how many were told and read it: small numbers of people may stand behind them."""
    values: dict[str, Any] = asdict(change) | {"told": 0, "failed": 0, "read": 0}
    return figures.Changed(**values)
