"""What stands still and wants a person, and what lies in store."""

from dataclasses import dataclass

from django.db import connection
from django.db.models import Count

from dsar.models import Step
from dsar.sources.base import Words, built_in
from dsar.sources.files import described
from dsar.states import OPEN
from portal.dashboard.cards import links


@dataclass(frozen=True)
class Machinery:
    """The counts of what failed, and the copies that lie ready."""

    failed_mails: int
    unreadable_events: int
    packages: int
    packages_bytes: int


def machinery() -> Machinery:
    """Return them: one query."""
    sql = """
        SELECT
            (SELECT count(*) FROM kernel_outgoingmail WHERE status = 'failed'),
            (SELECT count(*) FROM consents_inboundevent WHERE status = 'unreadable'),
            (SELECT count(*) FROM dsar_package WHERE key IS NOT NULL),
            (SELECT coalesce(sum(size), 0) FROM dsar_package WHERE key IS NOT NULL)
    """
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return Machinery(*map(int, cursor.fetchone()))


@dataclass(frozen=True)
class FailedSource:
    """A source that failed, and for how many open requests."""

    slug: str
    title: str
    requests: int

    @property
    def link(self) -> str:
        """Where these requests are."""
        return links.queue("failed", source=self.slug) if self.slug else links.queue("failed")


def failed_sources() -> list[FailedSource]:
    """Return the sources with a failed step of an open request, most first: one query."""
    rows = (
        Step.objects.filter(outcome=Step.Outcome.FAILED, request__status__in=OPEN)
        .values_list("source")
        .annotate(n=Count("request", distinct=True))
        .order_by("-n", "source")
    )
    found = [(slug, n) for slug, n in rows if slug]
    titles = labels() if found else {}
    return [FailedSource(slug, str(titles.get(slug, slug)), n) for slug, n in found]


def labels() -> dict[str, Words]:
    """Return the name of every source, without asking how it is doing."""
    own = built_in()
    files = {one.source.slug: one.source.label for one in described(own)}
    return {slug: source.label for slug, source in own.items()} | files
