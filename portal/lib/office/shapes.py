"""What a value may be: how it is typed, kept and said. Each shape names what is wrong in words."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

Words = str | Promise
Typed = Mapping[str, Any]  # what a form sent, by field
Problems = dict[str, list[str]]  # field to sentences; "" for the whole
VALUE = "value"  # the field of a shape that has only one
T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True)
class Field:
    """One field of the form.

    ``widget`` is number, text, email, url, date, lines, letter, choice or choices; ``of`` is the
    label of the field beside it that this one belongs to.
    """

    name: str
    label: Words
    widget: str = "text"
    hint: Words = ""
    options: Sequence[tuple[str, Words]] = ()
    required: bool = True
    of: Words = ""


class Shape(Protocol[T]):
    """A kind of value. ``typed`` and ``read`` are each other's inverse for what is right."""

    def fields(self, label: Words) -> list[Field]:
        """Return the fields in which it is typed; one without a name of its own has ``label``."""

    def typed(self, value: T) -> dict[str, Any]:
        """Return the value as it would be typed."""

    def read(self, typed: Typed) -> tuple[T | None, Problems]:
        """Return what was typed as a value; None with the reasons if it cannot be one."""

    def load(self, kept: Any) -> T:
        """Return the value that was kept as JSON."""

    def say(self, value: T) -> list[tuple[Words, str]]:
        """Return it in words of the active language: a line a part, its label "" if it is one."""


@dataclass(frozen=True)
class Whole:
    """A whole number of something within bounds, both included."""

    least: int
    most: int
    unit: str = "days"  # or hours, people, files, clock (an hour of the day)

    def fields(self, label: Words) -> list[Field]:
        """Return the one field, with its bounds."""
        hint = _("From %(least)s to %(most)s.") % {
            "least": self._said(self.least),
            "most": self._said(self.most),
        }
        return [Field(VALUE, label, "number", hint)]

    def typed(self, value: float) -> dict[str, Any]:
        """Return the figure; one of the environment may be no whole number."""
        return {VALUE: str(int(value)) if value == int(value) else str(value)}

    def read(self, typed: Typed) -> tuple[int | None, Problems]:
        """Return the number, or between which numbers it has to lie."""
        text = str(typed.get(VALUE, "")).strip()
        digits = text.removeprefix("-")
        if not (digits.isascii() and digits.isdigit() and len(digits) < 9):
            return None, {VALUE: [_("Write a whole number in figures, like 30.")]}
        number = int(text)
        if not self.least <= number <= self.most:
            said = _("Write a number from %(least)d to %(most)d.")
            return None, {VALUE: [said % {"least": self.least, "most": self.most}]}
        return number, {}

    def load(self, kept: Any) -> int:
        """Return the number."""
        return int(kept)

    def say(self, value: float) -> list[tuple[Words, str]]:
        """Return "30 days"."""
        return [("", self._said(value))]

    def _said(self, n: float) -> str:
        n = int(n) if n == int(n) else n
        if self.unit == "hours" and 0 < n < 1:  # only the environment can say so
            minutes = max(1, round(n * 60))
            return ngettext("%(n)s minute", "%(n)s minutes", minutes) % {"n": minutes}
        if self.unit == "hours":
            return ngettext("%(n)s hour", "%(n)s hours", n) % {"n": n}
        if self.unit == "people":
            return ngettext("%(n)s person", "%(n)s people", n) % {"n": n}
        if self.unit == "files":
            return ngettext("%(n)s file", "%(n)s files", n) % {"n": n}
        if self.unit == "clock":
            return f"{n:02}:00"
        return ngettext("%(n)s day", "%(n)s days", n) % {"n": n}


@dataclass(frozen=True)
class Flag:
    """Yes or no, each in its own words."""

    yes: Words
    no: Words

    def fields(self, label: Words) -> list[Field]:
        """Return a choice of two: an unticked box would not show that it was meant."""
        return [Field(VALUE, label, "choice", options=[("yes", self.yes), ("no", self.no)])]

    def typed(self, value: bool) -> dict[str, Any]:  # noqa: FBT001 - the value itself
        """Return "yes" or "no"."""
        return {VALUE: "yes" if value else "no"}

    def read(self, typed: Typed) -> tuple[bool | None, Problems]:
        """Return which of the two."""
        given = typed.get(VALUE, "")
        if given not in ("yes", "no"):
            return None, {VALUE: [_("Choose one of the two.")]}
        return given == "yes", {}

    def load(self, kept: Any) -> bool:
        """Return the flag."""
        return bool(kept)

    def say(self, value: bool) -> list[tuple[Words, str]]:  # noqa: FBT001 - the value itself
        """Return the words of the one that holds."""
        return [("", str(self.yes if value else self.no))]


@dataclass(frozen=True)
class Some:
    """Any of a list of codes, in the order of the list."""

    options: Sequence[tuple[str, Words]]

    def fields(self, label: Words) -> list[Field]:
        """Return boxes to tick."""
        return [Field(VALUE, label, "choices", options=self.options, required=False)]

    def typed(self, value: Sequence[str]) -> dict[str, Any]:
        """Return the codes."""
        return {VALUE: list(value)}

    def read(self, typed: Typed) -> tuple[list[str] | None, Problems]:
        """Return the codes that were ticked."""
        given = typed.get(VALUE) or []
        given = [given] if isinstance(given, str) else list(given)
        known = [code for code, _words in self.options]
        if set(given) - set(known):
            return None, {VALUE: [_("Tick only what stands in the list.")]}
        return [code for code in known if code in given], {}

    def load(self, kept: Any) -> list[str]:
        """Return the codes."""
        return [str(one) for one in kept]

    def say(self, value: Sequence[str]) -> list[tuple[Words, str]]:
        """Return their names, a line each."""
        names = [str(words) for code, words in self.options if code in value]
        return [("", "\n".join(names) or _("none"))]


LONGEST = {"text": 200, "email": 254, "lines": 1000, "url": 300}


@dataclass(frozen=True)
class Record:
    """Several texts by name: an address, a contact."""

    parts: Sequence[Field]

    def fields(self, label: Words) -> list[Field]:
        """Return a field for each."""
        return list(self.parts)

    def typed(self, value: Mapping[str, str]) -> dict[str, Any]:
        """Return the texts."""
        return {part.name: value.get(part.name, "") for part in self.parts}

    def read(self, typed: Typed) -> tuple[dict[str, str] | None, Problems]:
        """Return the texts, each as it may stand in a letter, or what is wrong with which."""
        given = {part.name: _clean(part, typed) for part in self.parts}
        problems = {
            part.name: [wrong]
            for part in self.parts
            if (wrong := _wrong_text(part, given[part.name]))
        }
        return (None if problems else given), problems

    def load(self, kept: Any) -> dict[str, str]:
        """Return the texts."""
        return {part.name: str(kept.get(part.name, "")) for part in self.parts}

    def say(self, value: Mapping[str, str]) -> list[tuple[Words, str]]:
        """Return a line for each."""
        return [(part.label, value.get(part.name, "")) for part in self.parts]


def _clean(part: Field, typed: Typed) -> str:
    """Return the text without what no letter and no header can hold."""
    text = str(typed.get(part.name, "")).replace("\x00", "").replace("\r\n", "\n").strip()
    return text if part.widget == "lines" else one_line(text)


def one_line(text: str) -> str:
    """Return the text on one line; narrow spaces, which French needs, stay as they are."""
    return re.sub(r"[ \t\r\n]+", " ", text).strip()


def _wrong_text(part: Field, text: str) -> str:
    """Return what is wrong with one text of a record, in a sentence; "" if nothing is."""
    most = LONGEST[part.widget]
    if not text:
        return _("This is needed: people must know it.") if part.required else ""
    if len(text) > most:
        said = _("Shorten it to %(most)d characters; it has %(now)d.")
        return said % {"most": most, "now": len(text)}
    if part.widget == "email" and not _is_email(text):
        return _("Write one e-mail address, like dpo@example.org.")
    if part.widget == "url" and text.startswith("http://"):
        return _("What begins with http:// can be changed on its way: write the https:// address.")
    if part.widget == "url" and not _is_address(text):
        return _("Write a whole address that begins with https://.")
    return ""


def _is_email(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True


def _is_address(text: str) -> bool:
    return re.fullmatch(r"https://[^\s/<>\"']+\.[^\s<>\"']+", text) is not None
