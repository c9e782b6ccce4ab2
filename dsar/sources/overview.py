"""How every source is doing, for staff: what it holds, when it last answered, what waits for it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max, Q

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


def _doing(slugs: Collection[str]) -> dict[str, Doing]:
    """Return the figures of many sources in one query."""
    good = Q(outcome__in=[Step.Outcome.DONE, Step.Outcome.NOT_FOUND])
    failed = Q(outcome=Step.Outcome.FAILED)
    is_open = Q(request__status__in=OPEN)
    rows = (
        Step.objects.filter(source__in=slugs)
        .order_by()
        .values("source")
        .annotate(
            answered=Max("finished_at", filter=good),
            broke=Max("finished_at", filter=failed),
            waiting=Count("pk", filter=is_open & ~Q(status=Step.Status.FINISHED)),
            open_failures=Count("pk", filter=is_open & failed & Q(accepted_at=None)),
        )
    )
    return {
        row["source"]: Doing(row["answered"], row["broke"], row["waiting"], row["open_failures"])
        for row in rows
    }
