"""The first page: the state of AI training in one sentence, and the proof below it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Exists, OuterRef, Q

from accounts.models import User
from consents import standing
from consents.models import Document, Party, PurposeVersion, Standing, Use
from consents.queries import catalogue, documents, policies, shelf
from consents.queries.catalogue import Catalogue
from consents.queries.choice import Choice
from consents.queries.documents import Row
from consents.queries.notices import Banner, banners
from consents.queries.policies import Position
from consents.queries.shelf import COUNTED
from consents.queries.words import OWN, refused_at
from consents.standing import Stand

LATEST = 5
LISTED = 10  # exceptions; the rest is in the history


@dataclass(frozen=True)
class ExceptionLine:
    """A document, an organisation or an address for which the person chose differently."""

    standing: Standing
    document: Document | None

    @property
    def allowed(self) -> bool:
        """Whether it is allowed there."""
        return self.standing.allowed


@dataclass(frozen=True)
class LookBack:
    """What already went into training, among the person's newest documents.

    ``late`` is the number of documents used after the person's refusal: it must be none.
    """

    documents: int
    runs: int
    late: int


@dataclass(frozen=True)
class TrainingState:
    """All that stands around the switch on the first page.

    ``counted`` is the number of documents that ``shared`` and ``past`` were counted among, where
    that is not all of them: the newest. None: all.
    """

    choice: Choice
    positions: list[Position]
    exceptions: list[ExceptionLine]
    shared: int
    past: LookBack
    counted: int | None


@dataclass(frozen=True)
class HomePage:
    """The first page of a customer. ``training`` is None where no purpose is AI training."""

    training: TrainingState | None
    banners: list[Banner]
    news: list[tuple[PurposeVersion, Choice | None]]
    rows: list[Row]
    count: int
    is_more: bool
    others: list[Choice]


def home_page(person: User, *, now: datetime, saved: str | None = None) -> HomePage:
    """Return the page, in a number of queries that does not depend on how many documents."""
    of = catalogue.catalogue(now)
    choices = catalogue.choices(person, of, saved=saved)
    addresses = documents.own_addresses(person)
    newest = shelf.newest(addresses, limit=COUNTED + 1)
    fetched = shelf.fetch(addresses, newest[:LATEST])
    by_purpose = {one.purpose.pk: one for one in choices}
    asking = banners(choices, now=now)
    asked = {one.notice.version.pk for one in asking}
    return HomePage(
        banners=asking,
        training=_training(person, of, by_purpose, newest, addresses),
        news=[
            (version, by_purpose.get(version.purpose_id))
            for version in catalogue.news(now)
            if version.pk not in asked
        ],
        rows=documents.rows(person, of, fetched, addresses, with_purposes=True),
        count=min(len(newest), COUNTED),
        is_more=len(newest) > COUNTED,
        others=[one for one in choices if one.offers and not one.purpose.is_ai_training],
    )


def exceptions(person: User, choice: Choice) -> list[ExceptionLine]:
    """Return the person's choices for one document or organisation that hold and differ.

    A narrower choice that a later one undid is none.
    """
    narrower = (
        standing.exceptions(person, choice.purpose)
        .filter(allowed=not choice.stand.allowed)
        .select_related("event", "document", "document__organisation", "within")[: 2 * LISTED]
    )
    own = list(
        Standing.objects.filter(
            person=person, purpose=choice.purpose, document=None
        ).select_related("event")
    )
    found = _by_link(person, choice)
    for one in narrower:
        within = one.within_id or (one.document.organisation_id if one.document else None)
        bearing = [one, *(wide for wide in own if wide.within_id in (None, within))]
        stand = standing.resolve(choice.purpose, {each.pk: each for each in bearing}.values())
        if stand.allowed != choice.stand.allowed:
            found.append(ExceptionLine(one, one.document))
    return found[:LISTED]


def _by_link(person: User, choice: Choice) -> list[ExceptionLine]:
    """Return refusals made without signing in, before the address was the person's own.

    They go on closing the documents of that address, whatever is chosen for all.
    """
    if not choice.stand.allowed:
        return []
    refused = Standing.objects.filter(
        address__in=person.addresses.all(), purpose=choice.purpose, allowed=False
    )
    own = choice.stand.event if choice.stand.origin in OWN else None
    later = Q(event_id__gt=own.pk) if own else Q()  # one's own later yes undid it
    whole = refused.filter(later, document=None, within=None).select_related("address")
    return [ExceptionLine(one, None) for one in whole]


def look_back(of: Sequence[int], purpose: int, stand: Stand) -> LookBack:
    """Return what of these documents was used for AI training, and how much of it too late."""
    uses = Use.objects.filter(document__in=of, version__purpose=purpose)
    total = uses.aggregate(
        documents=Count("document", distinct=True), runs=Count("training_run", distinct=True)
    )
    late = 0
    refused = refused_at(stand)
    if total["documents"] and refused is not None:
        late = uses.filter(at__gt=refused).values("document").distinct().count()
    return LookBack(total["documents"], total["runs"], late)


def _training(
    person: User, of: Catalogue, choices: dict[int, Choice], newest: list[int], addresses: list[int]
) -> TrainingState | None:
    purpose = of.training
    if purpose is None:
        return None
    choice = choices[purpose.pk]
    counted = newest[:COUNTED]
    return TrainingState(
        choice=choice,
        positions=policies.telling(policies.positions(person, of), purpose),
        exceptions=exceptions(person, choice) if purpose.has_control else [],
        shared=_shared(counted, addresses),
        past=look_back(counted, purpose.pk, choice.stand),
        counted=COUNTED if len(newest) > COUNTED else None,
    )


def _shared(of: Sequence[int], addresses: Sequence[int]) -> int:
    """Return how many of the documents have another party."""
    others = Party.objects.filter(document=OuterRef("pk")).exclude(address__in=addresses)
    return Document.objects.filter(Exists(others), pk__in=of).count()
