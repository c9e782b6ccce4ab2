"""What is watched: each rule finds its causes in one query, and says each in a sentence.

A cause is a reference or a code, never a person. Another part of the dashboard adds a rule of its
own with :func:`add`, from its AppConfig.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.urls import reverse
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.timezone import localtime
from django.utils.translation import get_language

Words = str | Promise
# Of one rule at one time; what comes later is raised when these are over.
MOST = 500


@dataclass(frozen=True)
class Moment:
    """The instant of a round (aware), and the day it is in the office's zone."""

    now: datetime
    today: date


@dataclass(frozen=True)
class Cause:
    """One thing that is wrong. The same cause has the same ``key``; ``data`` fills the sentence."""

    key: str
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Rule:
    """One rule. ``causes`` is given the threshold and reads the database once.

    ``sentence`` holds named gaps for ``data``; a value named ``day`` or ``since`` is a date or time
    in ISO 8601, shown in the reader's language; a mapping is a name by language. ``where`` names
    the URL of the page to act on; its argument is the value named ``opens``, if there is one.
    ``ahead``: the threshold is a time before the cause, so that more of it is earlier, and louder.
    """

    code: str
    label: Words
    explains: Words  # with %(n)s for the threshold
    unit: Words
    usual: int
    least: int
    most: int
    causes: Callable[[int, Moment], list[Cause]]
    sentence: Words
    where: str
    ahead: bool = False

    def is_quieter(self, threshold: int, than: int) -> bool:
        """Whether it speaks later, or of less, with one threshold than with another."""
        return threshold < than if self.ahead else threshold > than

    def said(self, data: Mapping[str, Any]) -> str:
        """Return the sentence about a cause, in the active language."""
        return str(self.sentence) % {name: shown(name, value) for name, value in data.items()}

    def path(self, data: Mapping[str, Any]) -> str:
        """Return the address of the page where something can be done about it."""
        opens = data.get("opens")
        return reverse(self.where, args=[opens] if opens else [])

    def explained(self, threshold: int) -> str:
        """Return what the rule watches, with its threshold, in the active language."""
        return str(self.explains) % {"n": threshold}


RULES: dict[str, Rule] = {}


def add(*rules: Rule) -> None:
    """Make rules known."""
    RULES.update({rule.code: rule for rule in rules})


def shown(name: str, value: Any) -> str:
    """Return a value of a sentence as people read it."""
    if isinstance(value, Mapping):  # a name, by language
        return str(value.get((get_language() or "en").split("-")[0]) or value.get("en", ""))
    if name == "day" and (day := parse_date(str(value))):
        return date_format(day, "DATE_FORMAT")
    if name == "since" and (since := parse_datetime(str(value))):
        at = localtime(since)
        is_whole_day = (at.hour, at.minute, at.second) == (0, 0, 0)
        return date_format(at, "DATE_FORMAT" if is_whole_day else "DATETIME_FORMAT")
    return str(value)
