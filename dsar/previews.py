"""Before an erasure is asked for, and on its plan: what goes, what stays, until when and why."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from itertools import islice

from django.utils import timezone

from accounts.models import User
from dsar.actions.requests import clock
from dsar.grounds import ErasureGround, Sentence, ground_label
from dsar.models import ErasureItem, Hold, SubjectRequest
from dsar.models.erasure import STAYING, Decision
from dsar.models.requests import Kind
from dsar.searching import held_until, proposals
from dsar.sources.base import Proposal, SourceError, Words, label_of, registered

# A preview is made while the person waits: of a very long list it shows the beginning, and says so.
MOST = 2000


@dataclass(frozen=True)
class Thing:
    """One thing by its name, and the day until which it stays."""

    label: str
    until: date | None
    why: str = ""  # of a decision that staff took otherwise than the rules propose


@dataclass
class Group:
    """Things that share a source, a fate and its reason."""

    source: Words
    decision: str
    sentence: Words
    ground: Words
    amount: int = 0
    things: list[Thing] = field(default_factory=list)

    @property
    def is_listed(self) -> bool:
        """Whether there are several, worth a list of their own."""
        return len(self.things) > 1

    @property
    def why(self) -> str:
        """The reason that staff gave for the one thing, if they decided."""
        return "" if self.is_listed else self.things[0].why

    @property
    def label(self) -> str:
        """The name of the one thing, where it says more than its source does."""
        name = self.things[0].label
        return "" if name == str(self.source) else name

    @property
    def first(self) -> date | None:
        """The earliest day on which one of them is erased after all."""
        return min((one.until for one in self.things if one.until), default=None)

    @property
    def last(self) -> date | None:
        """The latest such day."""
        return max((one.until for one in self.things if one.until), default=None)


@dataclass(frozen=True)
class Preview:
    """What goes and what stays; ``silent`` names the sources that did not answer."""

    goes: list[Group]
    stays: list[Group]
    silent: list[Words]
    is_cut: bool


def preview_erasure(person: User, language: str) -> Preview:
    """Return what an erasure asked for now would do. Changes nothing."""
    dates = clock(timezone.now())
    asked = SubjectRequest(kind=Kind.ERASURE, person=person, language=language, **dates)
    found: list[tuple[str, Proposal]] = []
    silent: list[Words] = []
    cut = False
    for slug in registered():
        try:
            part = list(islice(proposals(asked, slug), MOST + 1))
        except SourceError:
            silent.append(label_of(slug))
            continue
        cut |= len(part) > MOST
        found += [(slug, one) for one in part[:MOST]]
    goes, stays = _split(found)
    return Preview(goes, stays, silent, is_cut=cut)


def plan_of(request: SubjectRequest) -> Preview:
    """Return the plan as it stands, for the person's page and for support.

    A legal hold placed since it was made keeps what has not been carried out.
    """
    hold = held_until(request.person)
    items = [(item.source, _under(item, hold)) for item in request.items.all()]
    goes, stays = _split(items)
    return Preview(goes, stays, [], is_cut=False)


def _under(item: ErasureItem, hold: Hold | None) -> ErasureItem:
    """Return the item as a hold leaves it; changes the instance only."""
    if hold is not None and item.done_at is None and not item.stays:
        item.decision, item.sentence = Decision.RESTRICT, Sentence.HELD
        item.ground, item.until = ErasureGround.LEGAL_CLAIMS, hold.review_on
    return item


def _split(
    things: Iterable[tuple[str, Proposal | ErasureItem]],
) -> tuple[list[Group], list[Group]]:
    groups: dict[tuple[object, ...], Group] = {}
    for slug, one in things:
        key = (slug, one.decision, one.sentence)
        group = groups.setdefault(key, _group(slug, one))
        group.amount += one.amount
        group.things.append(Thing(one.label, one.until, getattr(one, "why", "")))
    ordered = list(groups.values())
    stays = [group for group in ordered if group.decision in STAYING | {Decision.ANONYMISE}]
    return [group for group in ordered if group not in stays], stays


def _group(slug: str, one: Proposal | ErasureItem) -> Group:
    return Group(
        source=label_of(slug),
        decision=one.decision,
        sentence=Sentence(one.sentence).label,
        ground=ground_label(one.ground),
    )
