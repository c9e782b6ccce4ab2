"""What the parts of the sample share while it is played."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from accounts.models import User
from consents.models import Document, Purpose
from portal.demo.sample.clock import Clock, it_is
from portal.demo.sample.documents import Filed
from portal.demo.sample.people import Cast


@dataclass(frozen=True)
class Moment:
    """Something that happened once, when Django's clock stood at ``at`` (aware)."""

    at: datetime
    happens: Callable[[], object]


@dataclass
class World:
    """The sample so far; ``now`` is where it ends."""

    now: datetime
    clock: Clock
    cast: Cast
    purposes: dict[str, Purpose]
    filed: list[Filed]

    def person(self, key: str) -> User:
        """Return one of the people by key."""
        return self.cast.people[key]

    def document(self, title: str) -> Document:
        """Return the document whose title begins so."""
        return next(one.row for one in self.filed if one.row.title.startswith(title))

    def signed_by(self, key: str) -> Document:
        """Return the last of the person's documents that everybody has signed."""
        mine = Document.objects.visible_to(self.person(key)).filter(status="completed")
        return mine.latest("completed_at")


def play(moments: list[Moment]) -> None:
    """Let everything happen in its order."""
    for moment in sorted(moments, key=lambda one: one.at):
        with it_is(moment.at):
            moment.happens()
