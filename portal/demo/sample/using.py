"""What the documents were used for, month after month. Trainings are in :mod:`training`."""

import random
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from itertools import pairwise

from consents.actions import uses
from consents.models import ChoiceEvent, Document
from consents.models.ledger import Act
from consents.reports import UseReport
from portal.demo.sample.choosing import FEATURES, STATISTICS
from portal.demo.sample.documents import Filed
from portal.demo.sample.world import Moment, World

DAYS = 548  # the signing platform has reported for eighteen months
EVERY = 14  # days between two reports of what was used
SECOND, MINUTE, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(days=1)
# The one document in which somebody searches a whole month long.
SEARCHED_MOST, SEARCHES = "Convention de coproduction", 312

Draft = tuple[str, datetime, str]  # purpose, when, system


def moments(world: World) -> list[Moment]:
    """Return the reports of use: so often that an access request of those days finds them."""
    drafts = [(one, draft) for one in world.filed for draft in _life(one, world.now)]
    ends = [world.clock.ago(days, "23:00") for days in range(DAYS, 0, -EVERY)]
    ends = [*ends, world.now - MINUTE]
    return [
        Moment(until, partial(_report, [one for one in drafts if since < one[1][1] <= until]))
        for since, until in pairwise(ends)
    ]


def _report(drafts: list[tuple[Filed, Draft]]) -> None:
    """Record the uses that nothing stood against when they happened."""
    objections, closed = _Objections(), _closed()
    uses.record([
        UseReport(one.row.reference, purpose, at, system)
        for one, (purpose, at, system) in drafts
        if at < closed.get(one.row.pk, at + SECOND) and not objections.stood(one, purpose, at)
    ])  # fmt: skip


def _closed() -> dict[int, datetime]:
    """Return since when each document that is erased or restricted is closed to any use."""
    rows = Document.objects.exclude(erased_at=None, restricted_at=None)
    return {row.pk: min(filter(None, (row.erased_at, row.restricted_at))) for row in rows}


def _life(one: Filed, now: datetime) -> Iterator[Draft]:
    """Yield what happened to one document, in no order."""
    if one.row.sent_at is None:
        return
    dice = random.Random(f"uses of {one.paper.title}")  # noqa: S311 - sample data
    end = _end(one, now)
    for draft in (*_signing(one, dice), *_reading(one, dice, end), *_searching(one, dice, end)):
        if draft[1] <= end:
            yield draft


def _end(one: Filed, now: datetime) -> datetime:
    """Return when its uses ended: with its removal by the signing service, or not yet."""
    return one.row.state_at + 90 * DAY if one.row.is_gone else now


def _signing(one: Filed, dice: random.Random) -> Iterator[Draft]:
    """Sent, scanned, opened, signed, delivered, stored."""
    sent_at = one.row.sent_at or one.row.listed_at
    yield "security", sent_at + 4 * SECOND, "fraud-engine"
    yield "delivery", sent_at + 9 * SECOND, "signing-platform"
    yield STATISTICS, sent_at + 10 * SECOND, "analytics-warehouse"
    for signed_at in one.signatures:
        yield "security", signed_at - dice.randint(40, 90) * SECOND, "fraud-engine"
        yield "delivery", signed_at - dice.randint(2, 30) * MINUTE, "signing-platform"
        yield "evidence", signed_at + SECOND, "signing-platform"
        yield STATISTICS, signed_at + 2 * SECOND, "analytics-warehouse"
    done = one.row.completed_at
    if done:
        yield "delivery", done + 20 * SECOND, "signing-platform"
        yield "delivery", done + 45 * SECOND, "archive"
        yield "evidence", done + 50 * SECOND, "archive"


def _reading(one: Filed, dice: random.Random, end: datetime) -> Iterator[Draft]:
    """Opened again by its parties, checked, and now and then the reason for a call to support."""
    start = one.row.listed_at
    for _ in range(one.paper.reads * 2):
        at = start + _within(dice, end - start)
        yield "delivery", at, "signing-platform"
        yield "security", at - 3 * SECOND, "fraud-engine"
        yield STATISTICS, at + SECOND, "analytics-warehouse"
    if dice.random() < 0.2:
        at = start + _within(dice, min(end - start, 40 * DAY))
        yield "support", at, "support-desk"
        yield "support", at + _within(dice, 2 * DAY), "support-desk"


def _searching(one: Filed, dice: random.Random, end: datetime) -> Iterator[Draft]:
    """Indexed once signed, then found by searches; never a document of art. 9."""
    if one.row.completed_at is None or one.row.special_category:
        return
    start = one.row.completed_at
    yield FEATURES, start + 70 * SECOND, "search-index"
    habit = dice.randint(0, 9) + 2 * one.paper.reads
    for month in range((end - start).days // 30):
        for _ in range(dice.randint(0, habit)):
            yield FEATURES, start + month * 30 * DAY + _within(dice, 30 * DAY), "search-index"
    if one.paper.title.startswith(SEARCHED_MOST):
        first = (end.replace(day=1, hour=6) - DAY).replace(day=1)
        for _ in range(SEARCHES):
            yield FEATURES, first + _within(dice, 27 * DAY), "search-index"


def _within(dice: random.Random, span: timedelta) -> timedelta:
    """Return a random part of the span, by day more often than by night."""
    part = span * dice.random()
    return part if dice.random() < 0.2 else part - (part % DAY) + dice.random() * 10 * 60 * MINUTE


class _Objections:
    """When an objection of a party stood against a purpose, read from the ledger."""

    def __init__(self) -> None:
        self.events = list(
            ChoiceEvent.objects.filter(
                purpose__slug__in=[STATISTICS, FEATURES], organisation=None
            ).select_related("purpose").order_by("id")
        )  # fmt: skip

    def stood(self, one: Filed, purpose: str, at: datetime) -> bool:
        """Whether an objection of some party, not withdrawn since, stood at ``at``."""
        standing: dict[tuple[int | None, int | None], str] = {}
        concerns = self._concerning(one)
        for event in self.events:
            if event.purpose.slug == purpose and event.at <= at and concerns(event):
                standing[event.person_id, event.document_id] = event.act
        return Act.OBJECTION_LODGED in standing.values()

    def _concerning(self, one: Filed) -> Callable[[ChoiceEvent], bool]:
        people = {party.address.person_id for party in one.parties if party.address}
        return lambda event: event.person_id in people and event.document_id in (None, one.row.pk)
