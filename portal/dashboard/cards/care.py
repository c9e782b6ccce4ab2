"""Backups and restore drills: what was recorded, and the chain of volumes outside the database."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Max, Min

from dsar.models import LedgerOutbox, LedgerVolume
from portal.dashboard.models import CareRecord

BACKUP_OLD = timedelta(hours=26)  # a daily backup and two hours of grace
DRILL_OLD = timedelta(days=183)  # twice a year (ISO 27001 A.8.13 asks for regular tests)


@dataclass(frozen=True)
class Care:
    """The last backup and the last drill, whether they are recent, and the ledger of erasures."""

    backup: CareRecord | None
    drill: CareRecord | None
    backups: int  # recorded in the last thirty days, and made
    volumes: int
    newest: datetime | None  # when the newest volume was written
    waiting: int  # lines of the ledger that are not outside of the database yet
    waiting_since: datetime | None
    is_whole: bool  # no number is missing in the chain of volumes
    now: datetime

    @property
    def backup_state(self) -> str:
        """The state mark of the last backup; empty: never recorded."""
        return _state(self.backup, BACKUP_OLD, self.now)

    @property
    def drill_state(self) -> str:
        """The state mark of the last drill; empty: never recorded."""
        return _state(self.drill, DRILL_OLD, self.now)


def _state(one: CareRecord | None, old: timedelta, now: datetime) -> str:
    if one is None:
        return ""
    if not one.succeeded:
        return "failed"
    return "late" if now - one.at > old else "done"


def care(now: datetime) -> Care:
    """Return how things stand at ``now`` (aware)."""
    newest = CareRecord.objects.order_by("-at", "-pk")
    chain = LedgerVolume.objects.aggregate(last=Max("number"), at=Max("written_at"))
    volumes = LedgerVolume.objects.count()
    waiting = LedgerOutbox.objects.aggregate(since=Min("record__at"))
    return Care(
        backup=newest.filter(kind=CareRecord.Kind.BACKUP).first(),
        drill=newest.filter(kind=CareRecord.Kind.DRILL).first(),
        backups=newest.filter(
            kind=CareRecord.Kind.BACKUP, succeeded=True, at__gt=now - timedelta(days=30)
        ).count(),
        volumes=volumes,
        newest=chain["at"],
        waiting=LedgerOutbox.objects.count(),
        waiting_since=waiting["since"],
        is_whole=volumes == (chain["last"] or 0),
        now=now,
    )
