"""How people stand to the purposes they decide about, and where more than before say no."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import sqrt

from django.db.models import Sum

from accounts.models import User
from consents.models import Purpose, PurposeVersion
from consents.models.ledger import POLICY, REFUSING
from consents.models.purposes import Control
from portal.dashboard.cards import links
from portal.dashboard.models import ChoiceTally, StandingTally
from portal.dashboard.periods import Period

DAYS = 30  # compared with as many before
FEWEST = 20  # refusals in both together; with fewer, nothing is said
OPT_OUTS = sorted(REFUSING - POLICY)


def customers() -> int:
    """Return how many people there are who can choose."""
    return User.objects.filter(role="customer", is_active=True, erased_at=None).count()


def decided_about(now: datetime) -> list[tuple[Purpose, str]]:
    """Return the purposes in force at ``now`` (aware) that people decide about, with the title."""
    versions = PurposeVersion.objects.in_force(now).select_related("purpose")
    return [
        (one.purpose, one.text().title)
        for one in sorted(versions, key=lambda one: one.purpose.position)
        if one.purpose.control in {Control.CONSENT, Control.OBJECTION}
    ]


@dataclass(frozen=True)
class Choosing:
    """How the customers stand to one purpose that they decide about, for all their documents."""

    purpose: Purpose
    title: str  # in the active language
    people: int
    refused: int
    allowed: int
    separately: int  # choices for one document or organisation, counted apart

    @property
    def undecided(self) -> int:
        """People who chose nothing: the default, or their organisation's contract, holds."""
        return self.people - self.refused - self.allowed

    @property
    def refused_rate(self) -> float:
        """The share of customers who said no, in per cent."""
        return round(100 * self.refused / self.people, 1) if self.people else 0.0

    @property
    def links(self) -> dict[str, str]:
        """Where the rows of each figure are."""
        slug = self.purpose.slug
        kinds = ("refused", "allowed", "undecided", "separately")
        return {kind: links.standing(purpose=slug, stand=kind) for kind in kinds}


def choosing(now: datetime) -> list[Choosing]:
    """Return one row a purpose, as it was last looked at (the rollup "standing")."""
    newest = StandingTally.objects.order_by("-day").values("day")[:1]
    kept = {one.purpose_id: one for one in StandingTally.objects.filter(day__in=newest)}
    people = customers()
    return [
        Choosing(purpose, title, people, one.refused, one.allowed, one.separately)
        if (one := kept.get(purpose.pk))
        else Choosing(purpose, title, people, 0, 0, 0)
        for purpose, title in decided_about(now)
    ]


@dataclass(frozen=True)
class OptOuts:
    """The refusals of one purpose in the last days, and in as many before."""

    purpose: Purpose
    title: str
    now: int
    before: int
    people: int
    period: Period

    @property
    def is_enough(self) -> bool:
        """Whether there are so many that a comparison says anything."""
        return self.now + self.before >= FEWEST

    @property
    def is_changed(self) -> bool:
        """Whether the difference is larger than chance would make it in nineteen cases of twenty:
        for two counts of the same rate it varies by the square root of their sum."""
        return self.is_enough and abs(self.now - self.before) > 2 * sqrt(self.now + self.before)

    @property
    def rate(self) -> float:
        """Refusals for 1,000 customers in the last days."""
        return round(1000 * self.now / self.people, 1) if self.people else 0.0

    @property
    def rate_before(self) -> float:
        """Refusals for 1,000 customers in the days before."""
        return round(1000 * self.before / self.people, 1) if self.people else 0.0

    @property
    def link(self) -> str:
        """The acts of the last days."""
        return self._acts(self.period)

    @property
    def link_before(self) -> str:
        """The acts of the days before."""
        return self._acts(self.period.before)

    def _acts(self, days: Period) -> str:
        return links.choices(
            purpose=self.purpose.slug, act="opt-outs", since=days.first, until=days.last
        )


def opt_outs(today: date, now: datetime) -> list[OptOuts]:
    """Return one row a purpose that people decide about; days that are over, today left out."""
    period = Period(today - timedelta(days=DAYS), today - timedelta(days=1))
    found, before = _refusals(period), _refusals(period.before)
    people = customers()
    return [
        OptOuts(purpose, title, found.get(purpose.pk, 0), before.get(purpose.pk, 0), people, period)
        for purpose, title in decided_about(now)
    ]


def _refusals(days: Period) -> dict[int, int]:
    found = ChoiceTally.objects.filter(day__range=(days.first, days.last), act__in=OPT_OUTS)
    return dict(found.values_list("purpose").annotate(n=Sum("number")))
