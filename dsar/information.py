"""Part A of a copy: the information of art. 15(1) and (2) GDPR, about this person, not in general.

It is written from the register of purposes and from what was really found and really happened: the
recipients are those who received something (CJEU C-154/21), not those who might.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Count, Max
from django.utils import timezone

from accounts.models import User
from consents.models import Party, PurposeVersion, System, Use
from consents.models.purposes import LegalBasis, PurposeText
from dsar import authorities
from dsar.models import Step, SubjectRequest
from dsar.sources.base import Description, Words, label_of, registered

# The European Economic Area: a recipient elsewhere is a transfer (art. 15(2)).
EEA = frozenset({
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE",
    "IS", "IT", "LI", "LT", "LU", "LV", "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK",
})  # fmt: skip


@dataclass(frozen=True)
class PurposeOfMine:
    """A purpose as it concerned this person: the words in force, and how often it happened."""

    text: PurposeText
    basis: Words
    uses: int
    last: datetime | None


@dataclass(frozen=True)
class Recipient:
    """A system that used the person's documents."""

    name: str
    kind: Words
    country: str
    uses: int
    is_transfer: bool


def for_request(request: SubjectRequest, found: Iterable[Step]) -> dict[str, Any]:
    """Return part A: about whom and what, why, to whom, how long, and where to complain."""
    held = [step for step in found if step.records]
    return {
        "controller": settings.CONTROLLER,
        "person": request.person,
        "categories": [(label_of(step.source), _description(step.source)) for step in held],
        "purposes": _purposes(request.person),
        "recipients": _recipients(request.person),
        "authority": authorities.of(request.country),
    }


def _description(slug: str) -> Description | None:
    source = registered().get(slug)
    return source.describe() if source else None


def _purposes(person: User) -> list[PurposeOfMine]:
    counted = (
        _uses(person)
        .values("version__purpose")
        .annotate(uses=Count("document"), last=Max("at"))
        .values_list("version__purpose", "uses", "last")
    )
    happened = {purpose: (uses, last) for purpose, uses, last in counted}
    versions = PurposeVersion.objects.in_force(timezone.now()).select_related("purpose")
    ordered = sorted(versions, key=lambda version: (version.purpose.position, version.purpose.slug))
    return [
        PurposeOfMine(
            version.text(),
            LegalBasis(version.legal_basis).label,
            *happened.get(version.purpose_id, (0, None)),
        )
        for version in ordered
    ]


def _recipients(person: User) -> list[Recipient]:
    systems = (
        _uses(person)
        .values("system__name", "system__kind", "system__country")
        .annotate(uses=Count("document"))
        .order_by("system__name")
    )
    return [
        Recipient(
            row["system__name"],
            System.Kind(row["system__kind"]).label,
            row["system__country"],
            row["uses"],
            is_transfer=bool(row["system__country"]) and row["system__country"] not in EEA,
        )
        for row in systems
    ]


def _uses(person: User) -> Any:
    mine = Party.objects.filter(address__person=person).values("document")
    return Use.objects.filter(document__in=mine)
