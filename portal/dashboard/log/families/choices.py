"""Choices, purposes and contracts."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from consents.models import ChoiceEvent, ContractClause, PurposeVersion
from consents.models.ledger import Act
from portal.dashboard.log.families.base import Event, Family, Words
from portal.dashboard.log.wanted import Wanted


class Choices(Family):
    """The ledger of choices: by the person, by a link, by support on request."""

    slug, label, model = "choices", _("Choices"), ChoiceEvent
    kind, by = "act", "by"
    related = ("by", "person", "address__person", "document", "version__purpose", "organisation")

    def codes(self) -> Mapping[str, Words]:
        """In the law's words."""
        return dict(Act.choices)

    def of_person(self, wanted: Wanted) -> Q | None:
        """Who chose, also before the address was theirs."""
        return Q(person=wanted.person) | Q(address__in=wanted.addresses_of_person)

    def of_document(self, wanted: Wanted) -> Q | None:
        """Choices about this one document."""
        return Q(document=wanted.document_key)

    def of_purpose(self, wanted: Wanted) -> Q | None:
        """Choices about this purpose."""
        return Q(purpose=wanted.purpose_key)

    def event(self, row: ChoiceEvent) -> Event:
        """Return a choice: what, by which way."""
        whose = row.person or (row.address.person if row.address else None)
        return Event(
            at=row.at, family=self.slug, id=row.pk, code=row.act,
            what=f"{self.words(row.act)} ({row.get_source_display()})",
            by=row.by or whose, machine=_acting(row), whose=whose,
            document=row.document.reference if row.document else "",
            purpose=row.version.text().title,
            thing=row.organisation.name if row.organisation else "",
        )  # fmt: skip


def _acting(row: ChoiceEvent) -> str:
    """Return who chose where it is nobody with an account."""
    if row.by or row.person:
        return ""
    return gettext("a signer without an account") if row.address else ""


class Versions(Family):
    """Published versions of purposes."""

    slug, label, model = "versions", _("Purposes published"), PurposeVersion
    at, related = "published_at", ("purpose",)

    def of_purpose(self, wanted: Wanted) -> Q | None:
        """Versions of this purpose."""
        return Q(purpose=wanted.purpose_key)

    def event(self, row: PurposeVersion) -> Event:
        """Return the publication of a version."""
        said = gettext("version %(n)s published, in effect from its date") if row.widens else ""
        what = (said or gettext("version %(n)s published")) % {"n": row.number}
        return Event(
            at=row.published_at, family=self.slug, id=row.pk, code="", what=what,
            purpose=row.text().title,
        )  # fmt: skip


class Clauses(Family):
    """Clauses of contracts by which organisations agreed."""

    slug, label, model = "clauses", _("Clauses of contracts"), ContractClause
    at, by, related = "accepted_at", "accepted_by", ("accepted_by", "organisation")

    def of_person(self, wanted: Wanted) -> Q | None:
        """Clauses that the person accepted for an organisation."""
        return Q(accepted_by=wanted.person)

    def event(self, row: ContractClause) -> Event:
        """Return the acceptance of a clause."""
        what = gettext("clause %(n)s accepted") % {"n": row.number}
        return Event(
            at=row.accepted_at, family=self.slug, id=row.pk, code="", what=what,
            by=row.accepted_by, thing=row.organisation.name,
        )  # fmt: skip


FAMILIES: tuple[Any, ...] = (Choices(), Versions(), Clauses())
