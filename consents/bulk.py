"""Answers of the gate about many documents, in constant memory: questions in, answers out, a tally.

The rule is :mod:`consents.permits`, some thousand documents at a time; the caller holds one state
of the database (:func:`consents.moments.one_state`) around all of them. Answers go to a temporary
file, then are written down (:func:`write_down`), and only then given: an answer about many is whole
or is none, and none is given that could not be written down.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from json.encoder import encode_basestring_ascii  # the C function beneath json.dumps
from typing import IO, Any

from consents import permits
from consents.models import BulkAnswer, Purpose
from consents.permits import Decision, Reason
from portal.lib.strict_json import is_storable

AT_A_TIME = 5000  # documents in one statement
MOST_LINES = 100_000
MOST_LINE_BYTES = 4096  # a reference of 200 characters, each written as \uXXXX\uXXXX, and more

# Pairs and not a dict: a name that occurs twice is seen (RFC 8259 §4).
_decode = json.JSONDecoder(object_pairs_hook=tuple).decode
_REST = {
    reason: f',"allowed":{str(reason in permits.OPEN).lower()},"reason":"{reason.value}"}}\n'
    for reason in Reason
}


class TooManyLines(Exception):
    """More than ``MOST_LINES``."""


@dataclass(frozen=True)
class Fault:
    """A line that names no document; ``error`` is a code, see docs/integrators.md."""

    line: int  # from 1
    error: str


@dataclass
class Tally:
    """What was asked and answered so far; ``state`` is the SHA-256 over the states, in order."""

    asked: int = 0
    allowed: int = 0
    _digest: Any = field(default_factory=hashlib.sha256)

    @property
    def state(self) -> str:
        """The SHA-256 (hex) over the states of all answers in their order, a line each."""
        return str(self._digest.hexdigest())

    def count(self, decisions: Iterable[Decision]) -> Iterator[Decision]:
        """Yield the decisions, and count each."""
        for decision in decisions:
            self.asked += 1
            self.allowed += decision.allowed
            self._digest.update(decision.state.encode() + b"\n")
            yield decision


def questions(body: IO[bytes]) -> Iterator[str | Fault]:
    """Yield the reference that each line ``{"document": REF}`` asks about, or what is wrong.

    Raises:
        TooManyLines: with the first line that is one too many.
    """
    number = 0
    while line := body.readline(MOST_LINE_BYTES + 1):
        number += 1
        if number > MOST_LINES:
            raise TooManyLines
        if len(line) > MOST_LINE_BYTES:
            while line and not line.endswith(b"\n"):
                line = body.readline(MOST_LINE_BYTES)
            yield Fault(number, "line_too_long")
        else:
            yield _question(number, line)


def _question(number: int, line: bytes) -> str | Fault:
    try:
        value = _decode(line.decode())
    except UnicodeDecodeError:
        return Fault(number, "not_utf8")
    except (ValueError, RecursionError):  # no JSON; an endless number; nested too deep
        return Fault(number, "malformed_json")
    match value:
        case (("document", str(reference)),) if reference and is_storable(reference):
            return reference
    return Fault(number, "no_document")


def answers(
    asked: Iterable[str | Fault], purpose: str, tally: Tally, *, now: datetime
) -> Iterator[bytes]:
    """Yield one NDJSON line for each question, in their order, as of ``now`` (aware)."""
    remaining = iter(asked)
    while some := list(islice(remaining, AT_A_TIME)):
        references = [one for one in some if isinstance(one, str)]
        decisions = tally.count(permits.decide(references, purpose, now=now))
        yield "".join(
            _faulty(one) if isinstance(one, Fault) else line_of(next(decisions)) for one in some
        ).encode("ascii")


def line_of(decision: Decision) -> str:
    """Return the answer as a line of NDJSON."""
    return f'{{"document":{encode_basestring_ascii(decision.reference)}{_REST[decision.reason]}'


def _faulty(fault: Fault) -> str:
    return f'{{"line":{fault.line},"error":"{fault.error}","allowed":false}}\n'


def write_down(
    tally: Tally, *, kind: BulkAnswer.Kind, client: str, purpose: Purpose | None, now: datetime
) -> None:
    """Record what is about to be answered as of ``now``: to whom, how many, on which states."""
    BulkAnswer.objects.create(
        at=now,
        client=client,
        kind=kind,
        purpose=purpose,
        asked=tally.asked,
        allowed=tally.allowed,
        state=tally.state,
    )
