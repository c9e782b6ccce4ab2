"""Changes that were stopped before their day, and evidence for what is called anonymous."""

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from consents.models import Evidence, EvidenceWithdrawal, PurposeStop
from portal.dashboard.log.families.base import Event, Family
from portal.dashboard.log.wanted import Wanted


class Stops(Family):
    """Versions of purposes that were stopped before they took effect."""

    slug, label, model = "stops", _("Changes stopped"), PurposeStop
    by, related = "by", ("by", "version__purpose")

    def of_purpose(self, wanted: Wanted) -> Q | None:
        """Versions of this purpose."""
        return Q(version__purpose=wanted.purpose_key)

    def event(self, row: PurposeStop) -> Event:
        """Return the stop of a version."""
        what = gettext("version %(n)s stopped before its day") % {"n": row.version.number}
        return Event(
            at=row.at, family=self.slug, id=row.pk, code="", what=what, by=row.by,
            purpose=row.version.text().title,
        )  # fmt: skip


class Recorded(Family):
    """Evidence that was recorded."""

    slug, label, model = "evidence", _("Evidence recorded"), Evidence
    at, by, related = "recorded_at", "by", ("by", "purpose")

    def of_purpose(self, wanted: Wanted) -> Q | None:
        """Evidence for this purpose."""
        return Q(purpose=wanted.purpose_key)

    def event(self, row: Evidence) -> Event:
        """Return the recording: when it was measured."""
        what = gettext("evidence recorded, measured on %(day)s") % {
            "day": row.measured_on.isoformat()
        }
        return Event(
            at=row.recorded_at, family=self.slug, id=row.pk, code="", what=what, by=row.by,
            purpose=row.purpose.slug,
        )  # fmt: skip


class Withdrawn(Family):
    """Evidence that counts no more."""

    slug, label, model = "withdrawals", _("Evidence withdrawn"), EvidenceWithdrawal
    by, related = "by", ("by", "evidence__purpose")

    def of_purpose(self, wanted: Wanted) -> Q | None:
        """Evidence for this purpose."""
        return Q(evidence__purpose=wanted.purpose_key)

    def event(self, row: EvidenceWithdrawal) -> Event:
        """Return the withdrawal."""
        return Event(
            at=row.at, family=self.slug, id=row.pk, code="", what=gettext("evidence withdrawn"),
            by=row.by, purpose=row.evidence.purpose.slug,
        )  # fmt: skip


FAMILIES: tuple[Any, ...] = (Stops(), Recorded(), Withdrawn())
