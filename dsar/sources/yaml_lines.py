"""YAML that knows on which line everything stands, and takes nothing clever.

Of YAML only mappings, lists and plain values are taken: no anchors (a file of a few lines could
grow to gigabytes), no tags (a value could name code to run), one document, no key twice. Plain
values are read as YAML 1.2 does: ``no`` is a word, ``false`` is not.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from django.utils.translation import gettext_lazy as _

from dsar.sources.problems import Problems

MOST_BYTES = 256 * 1024
DEEPEST = 20
WHOLE = re.compile(r"[-+]?[0-9]{1,18}")
WORDS: dict[str, bool | None] = {"true": True, "false": False, "null": None, "~": None, "": None}

Scalar = str | int | bool | None


@dataclass
class Node:
    """A value with the line on which it begins (1 is the first)."""

    line: int


@dataclass
class Value(Node):
    """A plain value, and as it is written (``007``); in quotes it is text in any case."""

    value: Scalar
    text: str


@dataclass
class Items(Node):
    """A list."""

    items: list[Node] = field(default_factory=list)


@dataclass
class Entries(Node):
    """A mapping; ``lines`` says where each key stands."""

    entries: dict[str, Node] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)


class _Stop(Exception):
    """The file cannot be read any further; the mistake is already noted."""


def read(path: Path, problems: Problems) -> Node | None:
    """Return the content of a file, or None where it is no YAML that we take; says why."""
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as error:
        problems.add(1, _("The file cannot be read: %(reason)s."), reason=error.strerror)
        return None
    if len(content) > MOST_BYTES:
        problems.add(
            1, _("The file is larger than %(most)s KB. Split it."), most=MOST_BYTES // 1024
        )
        return None
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        problems.add(line, _("This is not UTF-8 text. Save the file as UTF-8."))
        return None
    return parse(text, problems)


def parse(text: str, problems: Problems) -> Node | None:
    """Return what a text says, or None where it is no YAML that we take; says why."""
    try:
        loader = yaml.SafeLoader(text)
    except yaml.reader.ReaderError as error:
        line = text[: error.position].count("\n") + 1
        problems.add(line, _("There is a character here that cannot stand in such a file."))
        return None
    try:
        return _document(loader, problems)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        if "'\\t'" in str(error.problem):
            problems.add(line, _("A tab stands here. Indent with spaces."))
        else:
            problems.add(line, _("This is no YAML: %(reason)s."), reason=_reason(error))
    except _Stop:
        pass
    finally:
        loader.dispose()
    return None


def _reason(error: yaml.MarkedYAMLError) -> str:
    return ", ".join(filter(None, [error.context, error.problem]))


def _document(loader: Any, problems: Problems) -> Node | None:
    loader.get_event()  # the start of the stream
    if isinstance(loader.peek_event(), yaml.StreamEndEvent):
        problems.add(1, _("The file is empty."))
        return None
    loader.get_event()  # the start of the document
    node = _node(loader, problems, 1)
    loader.get_event()  # its end
    if not isinstance(following := loader.peek_event(), yaml.StreamEndEvent):
        line = following.start_mark.line + 1
        problems.add(line, _("A second document begins here. Put each source in its own file."))
    return node


def _node(loader: Any, problems: Problems, depth: int) -> Node:
    event = loader.get_event()
    line = event.start_mark.line + 1
    _require_plain(event, line, problems)
    if depth > DEEPEST:
        problems.add(line, _("This is nested too deeply."))
        raise _Stop
    if isinstance(event, yaml.SequenceStartEvent):
        found = Items(line)
        while not isinstance(loader.peek_event(), yaml.SequenceEndEvent):
            found.items.append(_node(loader, problems, depth + 1))
        loader.get_event()
        return found
    if isinstance(event, yaml.MappingStartEvent):
        return _entries(loader, problems, depth, line)
    return _value(event, line)


def _require_plain(event: Any, line: int, problems: Problems) -> None:
    """Let pass what is neither an anchor, nor refers to one, nor names a type."""
    if isinstance(event, yaml.AliasEvent):
        problems.add(line, _("Write the value out: “*%(name)s” is not taken."), name=event.anchor)
        raise _Stop
    if getattr(event, "anchor", None):
        problems.add(line, _("Write values out: “&%(name)s” is not taken."), name=event.anchor)
        raise _Stop
    if getattr(event, "tag", None) not in (None, "!"):
        problems.add(line, _("Types such as “%(tag)s” are not taken."), tag=event.tag)
        raise _Stop


def _entries(loader: Any, problems: Problems, depth: int, line: int) -> Entries:
    found = Entries(line)
    while not isinstance(loader.peek_event(), yaml.MappingEndEvent):
        key = _node(loader, problems, depth + 1)
        value = _node(loader, problems, depth + 1)
        if not isinstance(key, Value):
            problems.add(key.line, _("A key must be a word."))
            continue
        name = key.text
        if name in found.entries:
            first = found.lines[name]
            problems.add(
                key.line,
                _("“%(key)s” stands here twice, first on line %(first)s."),
                key=name,
                first=first,
            )
            continue
        found.entries[name], found.lines[name] = value, key.line
    loader.get_event()
    return found


def _value(event: Any, line: int) -> Value:
    text: str = event.value
    if event.style in ("'", '"', "|", ">"):
        return Value(line, text, text)
    if text in WORDS:
        return Value(line, WORDS[text], text)
    return Value(line, int(text) if WHOLE.fullmatch(text) else text, text)
