"""The rows behind figures that have no list elsewhere: acts of choice, uses, the gate's answers.

They name no person: a purpose, a time, a way, and the reference that leads on where somebody may
look. Whoever wants to know whose choice it was looks the person up, and leaves a row by that.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.timezone import get_default_timezone

from accounts.models import User
from accounts.roles import Role
from consents.asking import CLIENT as CANARIES
from consents.models import (
    Canary,
    CanaryCheck,
    ChoiceEvent,
    Party,
    PermitAnswer,
    Purpose,
    PurposeVersion,
    Standing,
    Use,
)
from consents.permits import Reason
from dsar.ranges import day_of
from portal.dashboard.cards import choice_trends
from portal.dashboard.cards.choosing import OPT_OUTS
from portal.lib import keyset

PAGE = 50
NOTHING = Q(pk__in=[])
WHEN: dict[type, str] = {User: "date_joined", Standing: "since"}


@dataclass(frozen=True)
class Asked:
    """What of a list is asked for, in codes."""

    purpose: str = ""
    act: str = ""  # of choices; "opt-outs" for all that say no for a person
    source: str = ""
    reason: str = ""
    answer: str = ""  # of the gate: "allowed" or "denied"
    stand: str = ""  # "refused", "allowed", "separately", or "undecided": who chose nothing
    since: date | None = None
    until: date | None = None

    @classmethod
    def read(cls, query: Mapping[str, Any]) -> "Asked":
        """Return what an address asks for; unknown codes find nothing."""
        names = ("purpose", "act", "source", "reason", "answer", "stand")
        given = {name: str(query.get(name, ""))[:60].replace("\0", "") for name in names}
        since, until = (day_of(str(query.get(end, ""))[:20]) for end in ("since", "until"))
        return cls(**given, since=since, until=until)

    def query(self) -> dict[str, str]:
        """Return what an address of these holds."""
        return {name: str(value) for name, value in vars(self).items() if value}

    @property
    def days(self) -> Q:
        """The condition on ``at``."""
        zone, wanted = get_default_timezone(), Q()
        if self.since:
            wanted &= Q(at__gte=datetime.combine(self.since, time.min, zone))
        if self.until:
            after = self.until + timedelta(days=1)
            wanted &= Q(at__lt=datetime.combine(after, time.min, zone))
        return wanted


def choices(asked: Asked) -> QuerySet[ChoiceEvent]:
    """Return the acts of choice that are asked for; the checks with canaries left out."""
    canaries = Party.objects.filter(document__in=Canary.objects.values("document_id"))
    found = ChoiceEvent.objects.filter(asked.days)
    found = found.exclude(address__in=canaries.values("address_id"))
    if asked.purpose:
        found = found.filter(purpose__in=_purposes(asked))
    if asked.act:
        found = found.filter(act__in=OPT_OUTS if asked.act == "opt-outs" else [asked.act])
    if asked.source:
        found = found.filter(source=asked.source)
    return found.select_related("purpose", "version")


def gate(asked: Asked) -> QuerySet[PermitAnswer]:
    """Return the answers of the gate that are asked for; the checks with canaries left out."""
    found = PermitAnswer.objects.filter(asked.days).exclude(client=CANARIES)
    if asked.purpose:
        found = found.filter(purpose__in=_purposes(asked))
    if asked.reason:
        found = found.filter(reason=asked.reason)
    if asked.answer:
        found = found.filter(allowed=asked.answer == "allowed")
    return found.select_related("purpose", "document")


def standing(asked: Asked) -> QuerySet[Standing] | QuerySet[User]:
    """Return how customers stand to a purpose: their standing choices; or, of those who chose
    nothing, their accounts. They are counted by ``rollups.STANDING``."""
    purposes = _purposes(asked)
    customers = User.objects.filter(role=Role.CUSTOMER, is_active=True, erased_at=None)
    found = Standing.objects.filter(purpose__in=purposes)
    for_all = Q(document=None, within=None)
    if asked.stand == "undecided" and purposes:
        chose = found.filter(for_all, person=OuterRef("pk"))
        return customers.filter(~Exists(chose))
    of = {"refused": for_all & Q(allowed=False), "allowed": for_all & Q(allowed=True)}
    found = found.filter(of.get(asked.stand, ~for_all if asked.stand == "separately" else NOTHING))
    return found.filter(
        person__role=Role.CUSTOMER, person__is_active=True, person__erased_at=None
    ).select_related("event")


def canaries(asked: Asked) -> QuerySet[CanaryCheck]:
    """Return the checks with canaries."""
    return CanaryCheck.objects.filter(asked.days)


def uses(asked: Asked) -> QuerySet[Use]:
    """Return the uses that are asked for."""
    found = Use.objects.filter(asked.days)
    if asked.purpose:
        # As a list: the planner then looks into the index of each version.
        versions = PurposeVersion.objects.filter(purpose__in=_purposes(asked))
        found = found.filter(version__in=list(versions))
    return found.select_related("version__purpose", "system", "document", "training_run")


def _purposes(asked: Asked) -> list[Purpose]:
    return list(Purpose.objects.filter(slug=asked.purpose))


def page(found: QuerySet[Any], *, older: str, newer: str) -> keyset.Page[Any]:
    """Return one page of them, newest first."""
    if found.model is Use:
        return _page_of_uses(found, older)
    by = "since" if found.model is Standing else "id" if found.model is User else "at"
    return keyset.page(found, by=by, size=PAGE, older=older, newer=newer)


def named(found: Iterable[Any], now: datetime) -> dict[str, str]:
    """Give each row the title of its purpose, and what an answer of the gate says, in words.

    Returns the titles of all purposes by slug.
    """
    titles, reasons = choice_trends.titles(now), dict(Reason.choices)
    for one in found:
        one.when = _when(one)
        if isinstance(one, User | CanaryCheck):
            continue
        purpose = one.version.purpose_id if isinstance(one, Use) else one.purpose_id
        one.purpose_title = titles.get(purpose, ("", ""))[1]
        reason = getattr(one, "reason", "")
        one.reason_words = reasons.get(reason, reason)
    return dict(titles.values())


def _when(one: Any) -> datetime:
    moment: datetime = getattr(one, WHEN.get(type(one), "at"))
    return moment


def _page_of_uses(found: QuerySet[Use], older: str) -> keyset.Page[Use]:
    """Uses have a key of two columns, and so a cursor of their own, which leads on alone."""
    position = _position(older)
    if position:
        at, pk = position
        found = found.filter(Q(at__lte=at) & (Q(at__lt=at) | Q(id__lt=pk)))
    rows = list(found.order_by("-at", "-id")[: PAGE + 1])
    last = rows[PAGE - 1] if len(rows) > PAGE else None
    return keyset.Page(rows[:PAGE], "", f"{last.at.isoformat()}_{last.id}" if last else "")


def _position(cursor: str) -> tuple[datetime, int] | None:
    text, _score, pk = cursor[:80].partition("_")
    if not (pk.isascii() and pk.isdecimal() and len(pk) < 19):
        return None
    try:
        at = datetime.fromisoformat(text)
        return (at.astimezone(UTC), int(pk)) if at.tzinfo else None
    except (ValueError, OverflowError):
        return None
