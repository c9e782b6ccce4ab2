"""What people chose, what documents were used for, what the gate answered, over a period."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from consents.models import Purpose, PurposeVersion
from consents.models.ledger import Act, Source
from consents.permits import Reason
from portal.dashboard.cards import links
from portal.dashboard.cards.counted import Link, Make, Trend, count, lines
from portal.dashboard.periods import Period

CHOICES, USES, GATE = "portal_choicetally", "portal_usetally", "portal_gatetally"


def titles(now: datetime) -> dict[int, tuple[str, str]]:
    """Return the slug and the title of every purpose; the title in the active language, as it is
    in force at ``now`` (aware), else the slug: two queries."""
    known = {pk: (slug, slug) for pk, slug in Purpose.objects.values_list("pk", "slug")}
    for one in PurposeVersion.objects.in_force(now).select_related("purpose"):
        known[one.purpose_id] = (one.purpose.slug, one.text().title)
    return known


def by_purpose(period: Period, known: dict[int, tuple[str, str]]) -> Trend:
    """Return about which purposes people chose."""
    found = count(CHOICES, "t.purpose_id::text", period)
    labels = [(str(pk), title) for pk, (_slug, title) in known.items()]
    return Trend(
        "purpose", _("About which purpose do people choose?"),
        _("Acts in the ledger of choices by the day they were made: agreements, refusals, "
          "objections, and their withdrawal. The checks with canaries are left out."),
        period, lines(found, labels, _acts("purpose", known)),
        _acts("purpose", known)(""),
    )  # fmt: skip


def by_act(period: Period) -> Trend:
    """Return what people did."""
    found = count(CHOICES, "t.act", period)
    return Trend(
        "act", _("What do people choose?"),
        _("The same acts, by what was done."),
        period, lines(found, Act.choices, _acts("act", {})),
        _acts("act", {})(""),
    )  # fmt: skip


def by_source(period: Period) -> Trend:
    """Return by which ways choices came."""
    found = count(CHOICES, "t.source", period)
    return Trend(
        "source", _("By which way do choices come?"),
        _("The same acts, by where they were made."),
        period, lines(found, Source.choices, _acts("source", {})),
        _acts("source", {})(""),
    )  # fmt: skip


def _acts(filtered: str, known: dict[int, tuple[str, str]]) -> Make:
    def of(code: str) -> Link:
        value = known[int(code)][0] if code and known else code
        return lambda days: links.choices(**{filtered: value}, since=days.first, until=days.last)

    return of


def uses(period: Period, known: dict[int, tuple[str, str]]) -> Trend:
    """Return what documents were used for."""
    found = count(USES, "t.purpose_id::text", period)
    labels = [(str(pk), title) for pk, (_slug, title) in known.items()]

    def of(code: str) -> Link:
        purpose = known[int(code)][0] if code else ""
        return lambda days: links.uses(purpose=purpose, since=days.first, until=days.last)

    return Trend(
        "uses", _("What are documents used for?"),
        _("Uses that systems reported, by the day on which they took place."),
        period, lines(found, labels, of), of(""),
    )  # fmt: skip


@dataclass(frozen=True)
class Gate:
    """What the gate was asked in a period."""

    allowed: Trend
    denied: Trend

    @property
    def asked(self) -> int:
        """How often it was asked."""
        return self.allowed.number + self.denied.number


def gate(period: Period) -> Gate:
    """Return its answers by reason: two queries."""
    return Gate(
        _answers(period, "gate-allowed", _("Allowed, and why"), is_allowed=True),
        _answers(period, "gate-denied", _("Denied, and why"), is_allowed=False),
    )


def _answers(period: Period, slug: str, title: str, *, is_allowed: bool) -> Trend:
    found = count(GATE, "t.reason", period, "t.allowed = %(allowed)s", allowed=is_allowed)
    answer = "allowed" if is_allowed else "denied"

    def of(code: str) -> Link:
        return lambda days: links.gate(
            reason=code, answer=answer, since=days.first, until=days.last
        )

    return Trend(
        slug, title,
        _("Answers of the gate by the day of the question, one document for one purpose each. "
          "The checks with canaries are left out."),
        period, lines(found, Reason.choices, of), of(""),
    )  # fmt: skip
