"""Whether every no is obeyed: what systems have not confirmed, and what the gate answered."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Min, Q
from django.urls import reverse
from django.utils.http import urlencode

from consents.asking import CLIENT as CANARIES
from consents.models import CanaryCheck, PermitAnswer, Propagation
from consents.models.ledger import REFUSING
from consents.queries.deliveries import LATE, OPEN, REFUSALS


@dataclass(frozen=True)
class Unconfirmed:
    """The refusals that one system has not confirmed."""

    slug: str
    name: str
    waiting: int
    late: int  # of them, those after the time the person was told
    dead: int  # of them, those given up
    oldest: datetime
    age: timedelta

    @property
    def link(self) -> str:
        """Where these messages are."""
        return self._messages()

    @property
    def link_late(self) -> str:
        """Where those are that came after the promised time."""
        return self._messages(status=LATE)

    @property
    def link_dead(self) -> str:
        """Where those are that were given up."""
        return self._messages(status=Propagation.Status.DEAD.value)

    def _messages(self, **state: str) -> str:
        query = urlencode({"system": self.slug, "about": REFUSALS} | state)
        return f"{reverse('consents:deliveries')}?{query}"


def unconfirmed(now: datetime) -> list[Unconfirmed]:
    """Return the systems that owe a confirmation of a refusal, the oldest first: one query."""
    rows = (
        Propagation.objects.filter(status__in=OPEN, event__act__in=sorted(REFUSING))
        .values("system__slug", "system__name")
        .annotate(
            waiting=Count("pk"),
            late=Count("pk", filter=Q(expected_by__lt=now)),
            dead=Count("pk", filter=Q(status=Propagation.Status.DEAD)),
            oldest=Min("created_at"),
        )
        .order_by("oldest", "system__slug")
    )
    return [
        Unconfirmed(
            row["system__slug"], row["system__name"], row["waiting"], row["late"], row["dead"],
            row["oldest"], now - row["oldest"],
        )
        for row in rows
    ]  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """What the gate was asked since a moment, canaries left out."""

    asked: int
    denied: int


def asked(since: datetime) -> Asked:
    """Return the questions since then (aware)."""
    found = PermitAnswer.objects.filter(at__gte=since).exclude(client=CANARIES)
    return Asked(**found.aggregate(asked=Count("pk"), denied=Count("pk", filter=Q(allowed=False))))


@dataclass(frozen=True)
class CanaryDay:
    """How the checks of the gate with canaries ended since a moment."""

    held: int
    leaked: int
    unreachable: int

    @property
    def checks(self) -> int:
        """All of them."""
        return self.held + self.leaked + self.unreachable


def canary_day(since: datetime) -> CanaryDay:
    """Return the checks since then (aware)."""
    return CanaryDay(
        **CanaryCheck.objects.filter(at__gte=since).aggregate(
            held=Count("pk", filter=Q(outcome="held")),
            leaked=Count("pk", filter=Q(outcome="leaked")),
            unreachable=Count("pk", filter=Q(outcome="unreachable")),
        )
    )
