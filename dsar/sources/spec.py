"""What a file that describes a source may say: small parts that read a value or say what is wrong.

A type of source puts them together and returns the whole from its ``schema()``::

    Section({
        "url": Need(Secret()),
        "time_out": Option(Whole(least=1, most=120), 30),
        "tables": Need(Mapped(Section({...}), keys=NAME)),
    })

``read`` never stops at the first mistake: everything wrong in a file is said at once. Where
something was wrong it gives :data:`WRONG`, which never reaches a source: a file with a mistake is
not used at all.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from dsar.durations import term
from dsar.sources.options import Options, SecretRef, in_both
from dsar.sources.problems import Problems
from dsar.sources.yaml_lines import Entries, Items, Node, Value

WRONG: Final = object()
NAME = re.compile(r"[a-z][a-z0-9_-]{0,59}")
ENV_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class Field(ABC):
    """One value of a file."""

    @abstractmethod
    def read(self, node: Node, problems: Problems) -> Any:
        """Return the value, or WRONG having said why."""


@dataclass(frozen=True)
class Need:
    """A key that must be there."""

    field: Field


@dataclass(frozen=True)
class Option:
    """A key that may be left out, and what holds then."""

    field: Field
    default: Any = None


@dataclass(frozen=True)
class Text(Field):
    """Text of one line or more. ``pattern`` must match all of it; ``like`` shows an example."""

    most: int = 300
    pattern: re.Pattern[str] | None = None
    like: str = ""
    may_be_empty: bool = False

    def read(self, node: Node, problems: Problems) -> Any:
        """Return the text; a number is taken as it is written."""
        if not isinstance(node, Value) or node.value is None or isinstance(node.value, bool):
            problems.add(node.line, _("Expected text, found %(found)s."), found=said(node))
            return WRONG
        text = node.text.strip()
        if not text and not self.may_be_empty:
            problems.add(node.line, _("Expected text, found nothing."))
            return WRONG
        if len(text) > self.most:
            problems.add(node.line, _("At most %(most)s characters."), most=self.most)
            return WRONG
        if self.pattern and not self.pattern.fullmatch(text):
            words = _("Expected something like “%(like)s”, found “%(found)s”.")
            problems.add(node.line, words, like=self.like, found=text[:80])
            return WRONG
        return text


@dataclass(frozen=True)
class Choice(Field):
    """One of a few words."""

    words: tuple[str, ...]

    def read(self, node: Node, problems: Problems) -> Any:
        """Return the word."""
        if isinstance(node, Value) and node.text in self.words:
            return node.text
        allowed = ", ".join(self.words)
        words = _("Expected one of: %(allowed)s. Found %(found)s.")
        problems.add(node.line, words, allowed=allowed, found=said(node))
        return WRONG


@dataclass(frozen=True)
class Flag(Field):
    """True or false."""

    def read(self, node: Node, problems: Problems) -> Any:
        """Return the truth value; `yes` and `on` are words like others."""
        if isinstance(node, Value) and isinstance(node.value, bool):
            return node.value
        problems.add(node.line, _("Expected true or false, found %(found)s."), found=said(node))
        return WRONG


@dataclass(frozen=True)
class Whole(Field):
    """A whole number within bounds."""

    least: int = 0
    most: int = 2**31

    def read(self, node: Node, problems: Problems) -> Any:
        """Return the number."""
        number = node.value if isinstance(node, Value) else None
        is_number = isinstance(number, int) and not isinstance(number, bool)
        if is_number and self.least <= number <= self.most:  # type: ignore[operator]
            return number
        words = _("Expected a whole number from %(least)s to %(most)s, found %(found)s.")
        problems.add(node.line, words, least=self.least, most=self.most, found=said(node))
        return WRONG


@dataclass(frozen=True)
class Duration(Field):
    """An ISO 8601 duration in years, months and days, such as P5Y; gives the text."""

    def read(self, node: Node, problems: Problems) -> Any:
        """Return the duration as it is written."""
        try:
            term(node.text if isinstance(node, Value) else "")
        except ValueError:
            words = _("Expected a duration such as P5Y, P18M or P90D, found %(found)s.")
            problems.add(node.line, words, found=said(node))
            return WRONG
        return node.text  # type: ignore[attr-defined]


@dataclass(frozen=True)
class Bilingual(Field):
    """A text in both languages, ``{en: …, fr: …}``; gives words in the language of the moment."""

    most: int = 300

    def read(self, node: Node, problems: Problems) -> Any:
        """Return the words, translated when they are shown."""
        text = Text(most=self.most)
        found = Section({"en": Need(text), "fr": Need(text)}).read(node, problems)
        return found if found is WRONG else in_both(found["en"], found["fr"])


@dataclass(frozen=True)
class Secret(Field):
    """Where a secret lies: ``{env: NAME}`` or ``{file: PATH}``. Never the secret itself."""

    def read(self, node: Node, problems: Problems) -> Any:
        """Return a reference; the secret is read when it is needed."""
        entries = node.entries if isinstance(node, Entries) else {}
        if len(entries) != 1 or not entries.keys() <= {"env", "file"}:
            words = _("A secret does not stand here. Say where it is: {env: NAME} or {file: PATH}.")
            problems.add(node.line, words)
            return WRONG
        env = Text(most=200, pattern=ENV_NAME, like="BILLING_URL")
        found = Section(
            {"env": Option(env, ""), "file": Option(Text(most=1000), "")}, bare=True
        ).read(node, problems)
        return found if found is WRONG else SecretRef(**found)


@dataclass(frozen=True)
class Listed(Field):
    """A list; ``least`` and ``most`` count its items. One value alone is a list of one."""

    of: Field
    least: int = 0
    most: int = 200

    def read(self, node: Node, problems: Problems) -> Any:
        """Return the values as a list, all of them right."""
        nodes = node.items if isinstance(node, Items) else [node]
        if not self.least <= len(nodes) <= self.most:
            words = _("Expected %(least)s to %(most)s items, found %(found)s.")
            problems.add(node.line, words, least=self.least, most=self.most, found=len(nodes))
            return WRONG
        found = [self.of.read(one, problems) for one in nodes]
        return WRONG if any(one is WRONG for one in found) else found


@dataclass(frozen=True)
class Mapped(Field):
    """A mapping whose keys the operator chooses; gives :class:`Options`."""

    of: Field
    keys: re.Pattern[str] = NAME
    like: str = "customers"
    least: int = 1
    most: int = 200

    def read(self, node: Node, problems: Problems) -> Any:
        """Return the values by their keys, in the order of the file."""
        if not isinstance(node, Entries):
            words = _("Expected entries such as “%(like)s: …”, found %(found)s.")
            problems.add(node.line, words, like=self.like, found=said(node))
            return WRONG
        if not self.least <= len(node.entries) <= self.most:
            words = _("Expected %(least)s to %(most)s entries, found %(found)s.")
            count = len(node.entries)
            problems.add(node.line, words, least=self.least, most=self.most, found=count)
            return WRONG
        found = Options(node.line)
        found.lines = dict(node.lines)
        for key, value in node.entries.items():
            if not self.keys.fullmatch(key):
                words = _("“%(key)s” is no such name. Expected something like “%(like)s”.")
                problems.add(node.lines[key], words, key=key[:80], like=self.like)
            found[key] = self.of.read(value, problems)
        return WRONG if any(one is WRONG for one in found.values()) else found


@dataclass(frozen=True)
class Section(Field):
    """A mapping with keys of ours; gives :class:`Options`. ``bare``: what is left out stays out."""

    keys: Mapping[str, Need | Option]
    bare: bool = False

    def read(self, node: Node, problems: Problems) -> Any:
        """Return the values by key; unknown keys and missing ones are mistakes."""
        if not isinstance(node, Entries):
            words = _("Expected entries (%(keys)s), found %(found)s.")
            problems.add(node.line, words, keys=", ".join(self.keys), found=said(node))
            return WRONG
        before = len(problems)
        for key in node.entries.keys() - self.keys.keys():
            words = _("“%(key)s” is not known here. Known are: %(keys)s.")
            problems.add(node.lines[key], words, key=key[:80], keys=", ".join(self.keys))
        found = Options(node.line)
        found.lines = dict(node.lines)
        for key, wanted in self.keys.items():
            if key in node.entries:
                found[key] = wanted.field.read(node.entries[key], problems)
            elif isinstance(wanted, Need):
                problems.add(node.line, _("“%(key)s” is missing here."), key=key)
            elif not self.bare:
                found[key] = wanted.default
        return WRONG if len(problems) > before else found


@dataclass(frozen=True)
class Either(Field):
    """One form for a plain value, another for entries: ``erase: delete`` or ``erase: {…}``."""

    plain: Field
    entries: Field

    def read(self, node: Node, problems: Problems) -> Any:
        """Return what the form that fits reads."""
        return (self.entries if isinstance(node, Entries) else self.plain).read(node, problems)


@dataclass(frozen=True)
class Kinds(Field):
    """Entries that say in ``key`` which of several sections they are (``type: sql``)."""

    key: str
    sections: Mapping[str, Section] = field(default_factory=dict)

    def read(self, node: Node, problems: Problems) -> Any:
        """Return the options of the section that is named."""
        entries = node.entries if isinstance(node, Entries) else {}
        if self.key not in entries:
            problems.add(node.line, _("“%(key)s” is missing here."), key=self.key)
            return WRONG
        words = Choice(tuple(self.sections))
        kind = words.read(entries[self.key], problems)
        if kind is WRONG:
            return WRONG
        keys = {self.key: Need(words)} | dict(self.sections[kind].keys)
        return Section(keys).read(node, problems)


def said(node: Node) -> str | Promise:
    """Return what somebody wrote, for a sentence that says it is wrong."""
    if isinstance(node, Entries):
        return _("entries")
    if isinstance(node, Items):
        return _("a list")
    text = node.text if isinstance(node, Value) else ""
    return f"“{text[:80]}”" if text else _("nothing")
