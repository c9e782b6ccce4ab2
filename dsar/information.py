"""Part A of a copy: the information of art. 15(1) and (2) GDPR, about this person, not in general.

It is written from the register of purposes and from what was really found and really happened: the
recipients are those who received something (CJEU C-154/21), not those who might; the purposes are
those that concerned the person, with their dates. Under the CCPA the same facts stand in the order
of Civ. Code § 1798.110, from the beginning and not for twelve months only (§ 7024(h)).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Max, Min
from django.utils import timezone

from accounts.models import AccessEvent, User
from consents import rights
from consents.models import Party, PurposeVersion, System, Use
from consents.models.purposes import Control, LegalBasis, PurposeText
from consents.queries import register
from dsar import laws
from dsar.deadlines import RegimeCode
from dsar.models import Step, SubjectRequest
from dsar.sources.base import Description, Words, label_of, registered
from portal.lib.office.contacts import controller

LOOKS_SHOWN = 20

# Not listed beside each purpose: this is the copy, and the remedies stand at the end of part A.
SAID_ELSEWHERE = frozenset({rights.COPY, rights.COMPLAIN})


@dataclass(frozen=True)
class PurposeOfMine:
    """A purpose as it concerned this person: the words in force, how often it happened, when."""

    text: PurposeText
    basis: Words
    uses: int
    first: datetime | None
    last: datetime | None
    rights: list[Words]
    recipients: list[str]
    automated: str  # the logic of a decision that a machine makes alone (art. 15(1)(h))


@dataclass(frozen=True)
class Recipient:
    """A system that used the person's documents; ``safeguard`` is said of a transfer only."""

    name: str
    kind: Words
    country: str
    uses: int
    first: datetime
    last: datetime
    is_transfer: bool
    safeguard: Words


@dataclass(frozen=True)
class Looks:
    """Who of our staff consulted the person's file: dates and purposes (CJEU C-579/21)."""

    total: int
    newest: list[AccessEvent]


def for_request(request: SubjectRequest, found: Iterable[Step]) -> dict[str, Any]:
    """Return part A: about whom and what, why, to whom, how long, and where to complain."""
    held = [step for step in found if step.records]
    concerned, never = _purposes(request.person)
    return {
        "controller": controller(),
        "person": request.person,
        "law": laws.law_of(request),
        "is_ccpa": request.regime == RegimeCode.CCPA,
        "categories": [(label_of(step.source), _description(step.source)) for step in held],
        "purposes": concerned,
        "never": never,
        "automated": [one for one in concerned if one.automated],
        "rights": [right for right in rights.ALL if right not in SAID_ELSEWHERE],
        "recipients": _recipients(request.person),
        "looks": _looks(request.person),
        "remedies": laws.remedies(request),
    }


def _description(slug: str) -> Description | None:
    source = registered().get(slug)
    return source.describe() if source else None


def _purposes(person: User) -> tuple[list[PurposeOfMine], list[str]]:
    """Return the purposes that concerned the person, and the titles of those that never did.

    What is needed for the service and uses no document concerns everybody who has an account.
    """
    happened = _happened(person)
    versions = PurposeVersion.objects.in_force(timezone.now()).select_related("purpose")
    ordered = sorted(versions, key=lambda version: (version.purpose.position, version.purpose.slug))
    automated = register.automated(version.purpose_id for version in ordered)
    concerned, never = [], []
    for version in ordered:
        purpose = version.purpose
        always = purpose.control == Control.NONE and not purpose.by_document
        if purpose.pk in happened or always:
            concerned.append(
                _of_mine(version, happened.get(purpose.pk), automated.get(purpose.pk, ""))
            )
        else:
            never.append(version.text().title)
    return concerned, never


def _happened(person: User) -> dict[int, dict[str, Any]]:
    counted = (
        _uses(person)
        .values("version__purpose")
        .annotate(uses=Count("document"), first=Min("at"), last=Max("at"))
    )
    found = {row["version__purpose"]: {**row, "recipients": list[str]()} for row in counted}
    names = _uses(person).values_list("version__purpose", "system__name").distinct()
    for purpose, name in names.order_by("system__name"):
        found[purpose]["recipients"].append(name)
    return found


def _of_mine(
    version: PurposeVersion, happened: dict[str, Any] | None, automated: str
) -> PurposeOfMine:
    happened = happened or {}
    return PurposeOfMine(
        version.text(),
        LegalBasis(version.legal_basis).label,
        happened.get("uses", 0),
        happened.get("first"),
        happened.get("last"),
        [right.words for right in version.rights if right not in SAID_ELSEWHERE],
        happened.get("recipients", []),
        automated,
    )


def _recipients(person: User) -> list[Recipient]:
    systems = list(
        _uses(person)
        .values("system__slug", "system__name", "system__kind", "system__country")
        .annotate(uses=Count("document"), first=Min("at"), last=Max("at"))
        .order_by("system__name")
    )
    keys = [(row["system__slug"], row["system__country"]) for row in systems]
    covered = register.safeguards(keys)
    return [_recipient(row, covered.get(row["system__slug"])) for row in systems]


def _recipient(row: dict[str, Any], transfer: register.Transfer | None) -> Recipient:
    """``transfer`` is what covers it (art. 15(2), 45, 46), as the register of processing says."""
    return Recipient(
        row["system__name"],
        System.Kind(row["system__kind"]).label,
        row["system__country"],
        row["uses"],
        row["first"],
        row["last"],
        is_transfer=transfer is not None,
        safeguard=transfer.words if transfer else "",
    )


def _looks(person: User) -> Looks:
    looks = AccessEvent.objects.filter(person=person)
    return Looks(looks.count(), list(looks.order_by("-at", "-pk")[:LOOKS_SHOWN]))


def _uses(person: User) -> Any:
    mine = Party.objects.filter(address__person=person).values("document")
    return Use.objects.filter(document__in=mine)
