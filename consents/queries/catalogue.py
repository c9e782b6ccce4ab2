"""Every purpose with the words in force, grouped by what a person can do about it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Min, Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from accounts.models import User
from consents import standing
from consents.models import Purpose, PurposeVersion
from consents.models.purposes import Control
from consents.queries.choice import Choice, choice

NEWS = timedelta(days=90)


@dataclass(frozen=True)
class Catalogue:
    """All purposes, in page order, and the version in force of each that has one."""

    purposes: list[Purpose]
    versions: dict[int, PurposeVersion]

    @property
    def training(self) -> Purpose | None:
        """Return the purpose that is AI training: there is one at most."""
        return next((one for one in self.purposes if one.is_ai_training), None)


@dataclass(frozen=True)
class Group:
    """The purposes of one kind of control."""

    title: str | Promise
    choices: list[Choice]


def catalogue(now: datetime) -> Catalogue:
    """Return the purposes and their words as of ``now`` (aware): two queries."""
    purposes = list(Purpose.objects.all())
    by_id = {purpose.pk: purpose for purpose in purposes}
    versions = {}
    for version in PurposeVersion.objects.in_force(now):
        version.purpose = by_id[version.purpose_id]
        versions[version.purpose_id] = version
    return Catalogue(purposes, versions)


def choices(person: User, of: Catalogue, *, saved: str | None = None) -> list[Choice]:
    """Return the person's control of each purpose, about all their documents."""
    stands = standing.about_everything(person, of.purposes)
    return [
        choice(purpose, of.versions.get(purpose.pk), stands[purpose.pk], saved=saved)
        for purpose in of.purposes
    ]


GROUPS: tuple[tuple[str | Promise, frozenset[str]], ...] = (
    (gettext_lazy("Only if you agree"), frozenset({Control.CONSENT})),
    (gettext_lazy("You can object"), frozenset({Control.OBJECTION})),
    (gettext_lazy("Needed for the service"), frozenset({Control.NONE})),
    (gettext_lazy("Not used"), frozenset({Control.NOT_USED})),
)


def grouped(of: list[Choice]) -> list[Group]:
    """Return the choices by kind of control: first where there is something to decide."""
    groups = (
        Group(title, [one for one in of if one.purpose.control in controls])
        for title, controls in GROUPS
    )
    return [group for group in groups if group.choices]


def news(now: datetime) -> list[PurposeVersion]:
    """Return the wordings published in the last 90 days, or announced, newest first.

    What was there when the portal opened is no news.
    """
    opened = PurposeVersion.objects.aggregate(at=Min("published_at"))["at"]
    if opened is None:
        return []
    later = Q(number__gt=1) | Q(published_at__gt=opened + timedelta(days=1))
    recent = PurposeVersion.objects.standing().filter(later, published_at__gt=now - NEWS)
    return list(recent.select_related("purpose").order_by("-published_at", "-id")[:10])
