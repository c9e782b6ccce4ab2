"""What a service may answer (the contract of docs/integrators.md), read and checked.

Pure: bytes in, a value or a sentence out. Nothing here repeats what was sent.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
from django.utils.dateparse import parse_date

from dsar.grounds import ErasureGround
from dsar.models.erasure import STAYING, Decision
from portal.lib import strict_json

SCHEMA = Path(__file__).parent / "schemas" / "answer.json"
GROUNDS = {
    "not_needed": ErasureGround.NOT_NEEDED,
    "no_basis": ErasureGround.NO_BASIS,
    "legal_duty": ErasureGround.LEGAL_DUTY,
    "legal_claims": ErasureGround.LEGAL_CLAIMS,
}
DECISIONS = {
    "erase": Decision.ERASE,
    "erased": Decision.ERASE,
    "not_found": Decision.ERASE,
    "anonymise": Decision.ANONYMISE,
    "anonymised": Decision.ANONYMISE,
    "restrict": Decision.RESTRICT,
    "restricted": Decision.RESTRICT,
    "keep": Decision.KEEP,
    "kept": Decision.KEEP,
}


class Garbled(Exception):
    """The answer is not what the contract says; ``message`` says where, and repeats nothing."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


@dataclass(frozen=True)
class Thing:
    """One thing of a plan, of an erasure, or of its proof."""

    key: str
    decision: Decision = Decision.ERASE
    ground: ErasureGround = ErasureGround.NOT_NEEDED
    label: str = ""
    amount: int = 1
    until: date | None = None
    gone: bool = False
    found: bool = True


@dataclass(frozen=True)
class Link:
    """A file that lies with the service: its address, and what it must turn out to be."""

    url: str
    name: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Answer:
    """What came back. ``tables`` are as the contract has them."""

    id: str
    outcome: str
    reason: str = ""
    records: int = 0
    tables: tuple[Mapping[str, Any], ...] = ()
    files: tuple[Link, ...] = ()
    things: tuple[Thing, ...] = field(default=())

    def about(self, key: str) -> Thing | None:
        """Return what it says about one thing."""
        return next((thing for thing in self.things if thing.key == key), None)


def parse(raw: bytes, *, action: str, id: str, keys: frozenset[str] | None = None) -> Answer:
    """Return the answer to a question.

    ``keys``: the things it must speak of, each once.

    Raises:
        Garbled: it is not one; the sentence says what is missing or wrong, by its place.
    """
    found = _read(raw)
    if found["id"] != id:
        raise Garbled("“id” is not that of the question.")
    answer = _answer(found, action)
    if answer.outcome == "exception" and not answer.reason:
        raise Garbled("An exception says its reason in “reason”.")
    if keys is not None and answer.outcome == "done":
        said = [thing.key for thing in answer.things]
        if set(said) != keys or len(said) != len(keys):
            raise Garbled("“items” must name each thing that was asked about, once.")
    return answer


def _read(raw: bytes) -> dict[str, Any]:
    try:
        found = strict_json.loads(raw)
    except strict_json.Malformed as error:
        raise Garbled(error.message) from None
    problem = jsonschema.exceptions.best_match(_validator().iter_errors(found))
    if problem is not None:
        # The place and the rule, never the value: it may be somebody's data.
        where = "/".join(str(part) for part in problem.absolute_path)[:100] or "the body"
        raise Garbled(f"{where}: the contract’s rule “{problem.validator}” does not hold.")
    if not strict_json.is_storable(json.dumps(found, ensure_ascii=False)) or _has_nul(found):
        raise Garbled("A text holds a character that cannot be stored.")
    return dict(found)


def _has_nul(value: Any) -> bool:
    if isinstance(value, str):
        return "\x00" in value
    if isinstance(value, dict):
        return any(_has_nul(one) for pair in value.items() for one in pair)
    return isinstance(value, list) and any(_has_nul(one) for one in value)


def _answer(found: Mapping[str, Any], action: str) -> Answer:
    things = tuple(_thing(one, action) for one in found.get("items", []))
    keys = {thing.key for thing in things}
    if len(keys) != len(things):
        raise Garbled("“items” names a thing twice.")
    tables = tuple(found.get("tables", []))
    if len({table["slug"] for table in tables}) != len(tables):
        raise Garbled("“tables” has a slug twice.")
    rows = sum(len(table["rows"]) for table in tables)
    files = tuple(
        Link(one["url"], one["name"], one["size"], one["sha256"]) for one in found.get("files", [])
    )
    return Answer(
        id=found["id"],
        outcome=found["outcome"],
        reason=found.get("reason", "").strip(),
        records=found.get("records", rows + len(files)),
        tables=tables,
        files=files,
        things=things if found["outcome"] == "done" else (),
    )


def _thing(one: Mapping[str, Any], action: str) -> Thing:
    if action == "prove":
        if "gone" not in one:
            raise Garbled("Each of “items” says in “gone” whether it is gone.")
        return Thing(one["key"], gone=one["gone"])
    word = one.get("decision" if action == "plan" else "outcome", "")
    if word not in DECISIONS:
        raise Garbled("Each of “items” says what becomes, or became, of it.")
    decision, until = DECISIONS[word], _day(one)
    if decision in STAYING and (until is None or "ground" not in one):
        raise Garbled("What is kept names its “ground” and “until” (invariant of the contract).")
    return Thing(
        one["key"],
        decision=decision,
        ground=GROUNDS[one.get("ground", "not_needed")],
        label=one.get("label", ""),
        amount=one.get("amount", 1),
        until=until if decision in STAYING else None,
        found=word != "not_found",
    )


def _day(one: Mapping[str, Any]) -> date | None:
    try:
        return parse_date(one["until"]) if "until" in one else None
    except ValueError:
        raise Garbled("An “until” is no day of the calendar.") from None


@cache
def _validator() -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text()))
