"""What was asked in the past and how it ended: drawn by dice that fall the same each time."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeVar

from dsar import calendars
from dsar.deadlines import is_closed
from dsar.models.requests import Channel, Kind
from dsar.states import Outcome, Status
from portal.demo.sample.clock import Clock
from portal.demo.sample.past.guests import Guest, Guests

DAYS = 425  # the last fourteen months
FIRST_RATE, LAST_RATE = 0.36, 0.84  # requests closed a day, at their beginning and their end
CUSTOMERS = 84
DAY = timedelta(days=1)
T = TypeVar("T")

KINDS = {
    Kind.ACCESS: 46, Kind.ERASURE: 19, Kind.PORTABILITY: 7, Kind.RECTIFICATION: 9,
    Kind.OBJECTION: 7, Kind.RESTRICTION: 4, Kind.HUMAN_REVIEW: 3, Kind.APPEAL: 4,
}  # fmt: skip
CHANNELS = {
    Channel.PORTAL: 58, Channel.FORM: 18, Channel.EMAIL: 13, Channel.POST: 4, Channel.PHONE: 4,
    Channel.AGENT: 3,
}  # fmt: skip
# What support enters for the person, on a day on which it works.
ENTERED = frozenset({Channel.EMAIL, Channel.POST, Channel.PHONE, Channel.AGENT})
ASIDE = {Status.SPAM: 4, Status.DUPLICATE: 3, Status.UNIDENTIFIED: 2, Status.FORWARDED: 1}
COPIES = frozenset({Kind.ACCESS, Kind.PORTABILITY})
CHECKED = frozenset({Kind.HUMAN_REVIEW, Kind.APPEAL})
LATE, LONGER, ALONE, SET_ASIDE = 0.05, 0.03, 0.4, 0.06  # shares
UNCONFIRMED_AFTER = 30  # days


@dataclass(eq=False)
class Asked:
    """One request. ``by_itself``: the worker answered it, nobody had to look.

    ``first``: what an appeal contests, or a duplicate repeats. ``is_longer``: more time was taken.
    """

    number: int
    guest: Guest
    kind: Kind
    channel: Channel
    end: Status
    outcome: str
    received: datetime
    closed: datetime
    by_itself: bool = False
    is_longer: bool = False
    first: "Asked | None" = None

    def between(self, share: float) -> datetime:
        """Return an instant within its life, to the second."""
        span = (self.closed - self.received).total_seconds()
        return self.received + timedelta(seconds=int(span * share))


class Drawing:
    """Draws requests by the day they were closed, the first ones first."""

    def __init__(self, clock: Clock) -> None:
        self.clock, self.dice = clock, random.Random("requests of the past")  # noqa: S311 - sample
        self.guests, self.found = Guests(), list[Asked]()
        self.customers = [self.guests.another() for _ in range(CUSTOMERS)]
        for ago in self._closings():
            self._draw(ago)

    def _closings(self) -> Iterator[int]:
        """Yield how many days ago one was closed: evenly, a little more often with the months."""
        due = 0.0
        for ago in range(DAYS, 0, -1):
            due += FIRST_RATE + (LAST_RATE - FIRST_RATE) * (DAYS - ago) / DAYS
            while due >= 1:
                due -= 1
                yield self._open_day(max(1, ago + self.dice.randint(-1, 2)))

    def _open_day(self, ago: int) -> int:
        while self._is_closed(self.clock.today - ago * DAY):
            ago += 1
        return ago

    def _is_closed(self, day: date) -> bool:
        return is_closed(day, calendars.closed_days(day))

    def _draw(self, ago: int) -> None:
        if self.dice.random() < SET_ASIDE:
            self._aside(ago, self._of(ASIDE))
            return
        kind = self._of(KINDS)
        if kind == Kind.APPEAL:
            self._appeal(ago)
        elif kind == Kind.ERASURE and self.dice.random() < 0.8:
            self._erasure(ago)
        else:
            self._usual(ago, kind)

    def _usual(self, ago: int, kind: Kind) -> None:
        channel = self._of(CHANNELS)
        alone = kind in COPIES and channel not in ENTERED and self.dice.random() < ALONE
        took = 0 if alone else self._took(kind)
        end = Status.ANSWERED if alone else self._end(kind)
        guest = self._free(ago, took)
        one = self._add(ago, took, guest, kind, channel, end)
        one.by_itself = alone
        if one.end == Status.ANSWERED:
            one.outcome = self._outcome(kind, alone=alone)
        self._sometimes_slow(one, ago)

    def _sometimes_slow(self, one: Asked, ago: int) -> None:
        """A few came late, and for a few more time was taken. Nobody waits for what is decided."""
        dice = self.dice.random()
        if one.by_itself or one.kind not in COPIES or one.end != Status.ANSWERED:
            return
        american = one.guest.country == "US"
        if dice < 2 * LATE:
            self._receive(one, ago, self.dice.randint(47, 54) if american else
                          self.dice.randint(36, 41))  # fmt: skip
        elif dice < 2 * (LATE + LONGER):
            one.is_longer = True
            self._receive(one, ago, self.dice.randint(50, 74))

    def _erasure(self, ago: int) -> None:
        guest = self.guests.another()
        channel = self._of({Channel.PORTAL: 3, Channel.FORM: 1})
        one = self._add(ago, max(3, self._took(Kind.ERASURE)), guest, Kind.ERASURE, channel)
        one.outcome, guest.erased_at = Outcome.FULFILLED, one.closed

    def _appeal(self, ago: int) -> None:
        closed = self.clock.ago(ago, "09:00")
        contested = {one.first for one in self.found}
        for first in reversed(self.found):
            wrong = first.end == Status.REFUSED or first.outcome in (
                Outcome.PARTLY, Outcome.WITH_GAPS
            )  # fmt: skip
            apart = closed - first.closed
            if wrong and first not in contested and 22 * DAY < apart < 150 * DAY and (
                first.guest.erased_at is None and first.kind != Kind.APPEAL
            ):  # fmt: skip
                took = self.dice.randint(6, 20)
                one = self._add(ago, took, first.guest, Kind.APPEAL, Channel.PORTAL)
                one.first, one.outcome = first, self._outcome(Kind.APPEAL, alone=False)
                return
        self._usual(ago, Kind.ACCESS)

    def _aside(self, ago: int, end: Status) -> None:
        """What got no answer of its own."""
        if end == Status.DUPLICATE:
            self._duplicate(ago)
            return
        took = UNCONFIRMED_AFTER if end == Status.UNIDENTIFIED else self.dice.randint(0, 3)
        guest = self.guests.another(is_stranger=True)
        guest.country, guest.region = "FR", ""
        self._add(ago, took, guest, self._of({Kind.ACCESS: 2, Kind.ERASURE: 1}), Channel.EMAIL, end)

    def _duplicate(self, ago: int) -> None:
        closed = self.clock.ago(ago, "09:00")
        for first in reversed(self.found):
            if first.kind in COPIES and first.end == Status.ANSWERED and (
                5 * DAY < closed - first.closed < 60 * DAY
            ):  # fmt: skip
                one = self._add(ago, 1, first.guest, first.kind, Channel.EMAIL, Status.DUPLICATE)
                one.first = first
                return
        self._usual(ago, Kind.ACCESS)

    def _add(
        self,
        ago: int,
        took: int,
        guest: Guest,
        kind: Kind,
        channel: Channel,
        end: Status = Status.ANSWERED,
    ) -> Asked:
        at = f"{self.dice.randint(14, 17)}:{self.dice.randint(0, 59):02}"
        closed = self.clock.ago(ago, at)
        one = Asked(len(self.found), guest, kind, channel, end, "", closed, closed)
        self._receive(one, ago, took)
        self.found.append(one)
        return one

    def _receive(self, one: Asked, ago: int, took: int) -> None:
        """Set when it came in; what support enters comes in on a day on which it works."""
        if one.channel in ENTERED:
            took = self._open_day(ago + took) - ago
        hours = (9, 12) if one.channel in ENTERED or not took else (7, 22)
        at = f"{self.dice.randint(*hours):02}:{self.dice.randint(0, 59):02}"
        one.received = self.clock.ago(ago + took, at)

    def _took(self, kind: Kind) -> int:
        """Return in how many days it was decided, in time."""
        most, usual = (26, 8) if kind in COPIES | {Kind.ERASURE} else (20, 5)
        return int(self.dice.triangular(0 if kind in COPIES else 1, most, usual))

    def _end(self, kind: Kind) -> Status:
        refused = 0 if kind in CHECKED | {Kind.RESTRICTION} else 6
        withdrawn = 0 if kind in CHECKED | {Kind.RESTRICTION} else 6
        if kind == Kind.ERASURE:  # those that were carried out are drawn elsewhere
            return self._of({Status.REFUSED: 2, Status.WITHDRAWN: 3})
        return self._of({Status.ANSWERED: 88, Status.REFUSED: refused, Status.WITHDRAWN: withdrawn})

    def _outcome(self, kind: Kind, *, alone: bool) -> Outcome:
        if kind in COPIES:
            return Outcome.WITH_GAPS if not alone and self.dice.random() < 0.15 else (
                Outcome.FULFILLED
            )  # fmt: skip
        found = {Outcome.FULFILLED: 7, Outcome.PARTLY: 2}
        return self._of({**found, Outcome.CONFIRMED: 9} if kind in CHECKED else found)

    def _free(self, ago: int, took: int) -> Guest:
        """Return a customer who has nothing else under way in that time."""
        since = self.clock.ago(ago + took + 80, "00:00")
        busy = {one.guest for one in self.found if one.closed >= since}
        free = [guest for guest in self.customers if guest not in busy]
        return self.dice.choice(free or self.customers)

    def _of(self, weights: dict[T, int]) -> T:
        return self.dice.choices(list(weights), list(weights.values()))[0]
