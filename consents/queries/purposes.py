"""One purpose with everything that belongs to it: all wordings, exceptions, organisations."""

from dataclasses import dataclass
from datetime import datetime

from accounts.models import User
from consents import standing
from consents.models import Purpose, PurposeVersion, Standing
from consents.queries import change, diff, documents, home
from consents.queries.catalogue import Catalogue
from consents.queries.choice import Choice, choice
from consents.queries.diff import Difference
from consents.queries.home import ExceptionLine

MOST = 20  # organisations on the page of a purpose


@dataclass(frozen=True)
class Wording:
    """One version, and what it changed."""

    version: PurposeVersion
    changes: list[Difference]
    is_in_force: bool
    is_announced: bool
    stopped_at: datetime | None  # before its day: it never takes effect


@dataclass(frozen=True)
class PurposePage:
    """The page of one purpose."""

    choice: Choice
    wordings: list[Wording]
    exceptions: list[ExceptionLine]
    within: list[Choice]
    safeguards: str


def purpose_page(
    person: User, of: Catalogue, purpose: Purpose, *, now: datetime, saved: str | None = None
) -> PurposePage:
    """Return the page, the newest wording first."""
    stand = standing.about_everything(person, [purpose])[purpose.pk]
    control = choice(purpose, of.versions.get(purpose.pk), stand, saved=saved)
    return PurposePage(
        choice=control,
        wordings=wordings(purpose, in_force=control.version, now=now),
        exceptions=home.exceptions(person, control) if purpose.has_control else [],
        within=_within(person, control, saved=saved) if purpose.has_control else [],
        safeguards=change.protection(control.version) if control.version else "",
    )


def wordings(purpose: Purpose, *, in_force: PurposeVersion | None, now: datetime) -> list[Wording]:
    """Return every version with its difference to the one before, newest first."""
    found: list[Wording] = []
    before: PurposeVersion | None = None
    for version in purpose.versions.select_related("stop").order_by("number"):
        changes = diff.differences(before, version)
        is_in_force = in_force is not None and version.pk == in_force.pk
        stopped_at = version.stop.at if hasattr(version, "stop") else None
        is_announced = stopped_at is None and version.effective_from > now
        found.append(Wording(version, changes, is_in_force, is_announced, stopped_at))
        before = before if stopped_at else version
    return found[::-1]


def _within(person: User, control: Choice, *, saved: str | None) -> list[Choice]:
    """Return the control for the documents of each organisation the person has documents of."""
    organisations = documents.organisations(documents.own_addresses(person))[:MOST]
    own = list(
        Standing.objects.filter(
            person=person, purpose=control.purpose, document=None
        ).select_related("event")
    )
    policies = {
        one.organisation_id: one
        for one in Standing.objects.filter(
            organisation__in=organisations, purpose=control.purpose
        ).select_related("event", "event__organisation")
    }
    memberships = set(person.memberships.values_list("organisation_id", flat=True))
    found = []
    for one in organisations:
        policy = policies.get(one.pk)
        # An agreement speaks for members alone, a refusal for every document of the organisation.
        if policy is not None and policy.allowed and one.pk not in memberships:
            policy = None
        bearing = [each for each in own if each.within_id in (None, one.pk)]
        stand = standing.resolve(control.purpose, bearing, policy=policy)
        found.append(choice(control.purpose, control.version, stand, within=one, saved=saved))
    return found
