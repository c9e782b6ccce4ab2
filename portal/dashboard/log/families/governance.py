"""The register of processing, and the runs of the tasks that erase by the clock."""

from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from consents.models import ProcessingVersion, RetentionRun
from consents.register.jobs import JOBS
from portal.dashboard.log.families.base import Event, Family
from portal.lib.typesetting import named


class Register(Family):
    """Versions of records of the register of processing."""

    slug, label, model = "register", _("Register of processing"), ProcessingVersion
    at, by, related = "recorded_at", "change__author", ("record", "change__author")

    def event(self, row: ProcessingVersion) -> Event:
        """Return the version of a record; who drafted it stands with its change."""
        return Event(
            at=row.recorded_at, family=self.slug, id=row.pk, code="",
            what=gettext("version %(n)s of a record of the register") % {"n": row.number},
            by=row.change.author if row.change else None, thing=str(row.record),
        )  # fmt: skip


class Retention(Family):
    """Runs of the tasks that erase what is no longer needed."""

    slug, label, model = "retention", _("Erasure by the clock"), RetentionRun
    at, by_machines = "ended_at", True

    def event(self, row: RetentionRun) -> Event:
        """Return a run, with its count where the task counts."""
        failed, ran = gettext("a task of retention failed"), gettext("a task of retention ran")
        what = str(JOBS.get(row.task, row.task))
        counted = gettext("%(n)s erased") % {"n": row.erased} if row.erased is not None else ""
        return Event(
            at=row.ended_at, family=self.slug, id=row.pk, code="",
            what=failed if row.failed else ran, thing=named(what, counted) if counted else what,
        )  # fmt: skip


FAMILIES: tuple[Any, ...] = (Register(), Retention())
