"""How every source is doing, for staff: what it holds, when it last answered, what waits for it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Count, Q

from dsar.models import Step
from dsar.sources.base import Source, built_in
from dsar.sources.files import BrokenSource, Described, DescribedType, described
from dsar.sources.problems import Problem
from dsar.states import OPEN


@dataclass(frozen=True)
class Doing:
    """The steps of one source: the last that went well, the last that failed, those open."""

    answered_at: datetime | None = None
    failed_at: datetime | None = None
    waiting: int = 0
    failed: int = 0

    @property
    def is_failing(self) -> bool:
        """Whether a request waits because it failed."""
        return self.failed > 0


@dataclass(frozen=True)
class Shown:
    """One source for staff's page. ``file`` is empty for the portal's own."""

    source: Source
    doing: Doing
    kind: str = ""
    file: str = ""
    problems: tuple[Problem, ...] = ()

    @property
    def is_broken(self) -> bool:
        """Whether its file is wrong, so that every step of it fails."""
        return isinstance(self.source, BrokenSource)

    @property
    def can_be_tried(self) -> bool:
        """Whether it is one that can be reached without a request."""
        return isinstance(self.source, DescribedType)


def everything() -> list[Shown]:
    """Return every source; the files are read anew, so that a correction is seen at once."""
    own = built_in()
    files = described(own)
    doing = _doing([*own, *(one.source.slug for one in files)])
    return [Shown(source, doing.get(slug, Doing())) for slug, source in own.items()] + [
        _from_file(one, doing.get(one.source.slug, Doing())) for one in files
    ]


def one(slug: str) -> Shown | None:
    """Return one source by its slug, or None where there is none."""
    return next((each for each in everything() if each.source.slug == slug), None)


def _from_file(one: Described, doing: Doing) -> Shown:
    return Shown(one.source, doing, one.kind, one.path.name, one.problems)


# One step of an index for each source and outcome, at any number of steps.
NEWEST = """
    SELECT source, (
        SELECT max(good.at) FROM unnest(%(good)s::text[]) AS wanted (outcome), LATERAL (
            SELECT max(finished_at) AS at FROM dsar_step s
            WHERE s.source = asked.source AND s.outcome = wanted.outcome AND finished_at IS NOT NULL
        ) AS good
    ), (
        SELECT max(finished_at) FROM dsar_step s
        WHERE s.source = asked.source AND s.outcome = %(failed)s AND finished_at IS NOT NULL
    )
    FROM unnest(%(sources)s::text[]) AS asked (source)
"""


def _doing(slugs: Collection[str]) -> dict[str, Doing]:
    """Return the figures of many sources in two queries: the newest steps, and the open ones."""
    asked: dict[str, Any] = {
        "sources": list(slugs),
        "good": [Step.Outcome.DONE.value, Step.Outcome.NOT_FOUND.value],
        "failed": Step.Outcome.FAILED.value,
    }
    with connection.cursor() as cursor:
        cursor.execute(NEWEST, asked)
        newest = {source: (good, failed) for source, good, failed in cursor.fetchall()}
    still = _open(slugs)
    return {slug: Doing(*newest[slug], *still.get(slug, (0, 0))) for slug in newest}


def _open(slugs: Collection[str]) -> dict[str, tuple[int, int]]:
    """Return, by source, how many steps of open requests wait, and how many have failed."""
    waiting = ~Q(status=Step.Status.FINISHED)
    failed = Q(outcome=Step.Outcome.FAILED, accepted_at=None)
    rows = (
        Step.objects.filter(waiting | failed, source__in=slugs, request__status__in=OPEN)
        .order_by()
        .values("source")
        .annotate(waiting=Count("pk", filter=waiting), failed=Count("pk", filter=failed))
    )
    return {row["source"]: (row["waiting"], row["failed"]) for row in rows}
