"""When things of the sample happened: days before the day it is loaded."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from unittest import mock
from uuid import NAMESPACE_URL, UUID, uuid5
from zoneinfo import ZoneInfo

from django.utils import timezone

# A sample UUID depends on its name alone, so that an address in the browser outlives a new start.
NAMESPACE = uuid5(NAMESPACE_URL, "https://regard.example/sample")
PARIS = ZoneInfo("Europe/Paris")


@dataclass(frozen=True)
class Clock:
    """Today, and times relative to it. Hours are those of Paris, results are aware and in UTC."""

    today: date

    def ago(self, days: float, at: str = "10:00") -> datetime:
        """Return the instant ``days`` days before today at the hour ``at`` (HH:MM)."""
        day = self.today - timedelta(days=days)
        return datetime.combine(day, time.fromisoformat(at), PARIS).astimezone(UTC)

    def in_days(self, days: int) -> date:
        """Return the day ``days`` days from today."""
        return self.today + timedelta(days=days)


def uid(name: str) -> UUID:
    """Return the lasting UUID of a thing of the sample."""
    return uuid5(NAMESPACE, name)


class _AnyDatetime(type):
    """Every datetime is an instance of the classes made below."""

    def __instancecheck__(cls, value: object) -> bool:
        return isinstance(value, datetime)


@contextmanager
def it_is(moment: datetime) -> Iterator[None]:
    """Let Django believe that it is ``moment``, so that the actions themselves write the past.

    ``timezone.now`` asks this one name of its module, also where it is a field's default. Only the
    process that loads the sample is deceived; PostgreSQL's own clock is not.
    """

    class Then(datetime, metaclass=_AnyDatetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
            return moment.astimezone(tz)

    with mock.patch.object(timezone, "datetime", Then):
        yield
