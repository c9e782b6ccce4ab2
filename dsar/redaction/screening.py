"""The search for data of others in what was collected: one step, before anybody reviews it."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from django.conf import settings

from accounts.models import User
from consents.models import Party
from dsar import parts
from dsar.actions import steps
from dsar.models import Redaction, Step, SubjectRequest
from dsar.redaction import pages
from dsar.redaction.finding import MOST_NAMES, Known, find
from dsar.sources.portal.people import emails_of, parties_of
from portal.lib import crypto
from portal.lib.office.contacts import controller

Kind = Redaction.Kind
AT_ONCE = 500


class TooLarge(Exception):
    """The file has more bytes than are held in memory to look into it."""


def screen(held: steps.Claim) -> None:
    """Find the places in all that was collected, and finish the step with them."""
    request = held.step.request
    found = _Places(request)
    for step in request.steps.filter(kind=Step.Kind.COLLECT).exclude(part=""):
        if any(table.get("screen") for table in step.tables):
            for place in places(step, known_of(request)):
                found.add(place)
                held.renew()

    def write(request: SubjectRequest, step: Step) -> None:
        found.write()

    outcome = Step.Outcome.DONE if found.new else Step.Outcome.NOT_FOUND
    steps.settle(held, outcome, write, records=len(found.new))


def known_of(request: SubjectRequest, words: str = "") -> Known:
    """Return whom to look for in a person's copy; ``words``: only these, wherever they stand."""
    if words:
        return Known(words=words)
    ours = (controller().get("email"), controller().get("dpo_email"))
    own = {email.lower() for email in ours if email} | set(emails_of(request.person))
    return Known(_names_of_others(request.person), frozenset(own), request.country)


def places(step: Step, known: Known) -> Iterator[Redaction]:
    """Yield what is found in the texts and files of a part that are to be looked through."""
    keys = crypto.unwrap(bytes(step.part_key or b""))
    to_open: set[int] = set()
    for head, rows in parts.tables(step.part, keys):
        for number, row in enumerate(rows):
            to_open.update(_to_open(row, known))
            yield from _in_row(step, head, number, row, known)
    for name, blocks in parts.files(step.part, keys):
        if (number := parts.number_of(name)) in to_open:
            yield from _in_file(step, number, blocks, known)
        else:
            skip(blocks)


def whole(blocks: Iterable[bytes]) -> bytes:
    """Return a file's bytes; raises TooLarge, having read it to its end all the same."""
    data = bytearray()
    for block in blocks:
        if len(data) <= settings.REDACT_MOST_BYTES:
            data += block
    if len(data) > settings.REDACT_MOST_BYTES:
        raise TooLarge
    return bytes(data)


def skip(blocks: Iterable[bytes]) -> None:
    """Read past a file: the next one lies behind it in the same stream."""
    for _block in blocks:
        pass


class _Places:
    """What is new among the places found: a step may run twice, and decisions stand."""

    def __init__(self, request: SubjectRequest) -> None:
        self._request, self.new = request, list[Redaction]()
        self._seen = {_where(one) for one in request.redactions.all()}

    def add(self, place: Redaction) -> None:
        """Take a place, if it is not known yet."""
        if (where := _where(place)) not in self._seen:
            self._seen.add(where)
            self.new.append(place)

    def write(self) -> None:
        """Write down what is new."""
        Redaction.objects.bulk_create(self.new, batch_size=AT_ONCE)


def _where(place: Redaction) -> tuple[Any, ...]:
    """Return where a place is. Boxes are compared as written, in hundredths of a point."""
    boxes = tuple(map(tuple, place.boxes))
    in_text = (place.table, place.row, place.field, place.start, place.end)
    return (place.step_id, place.file, place.page, boxes, *in_text)


def _in_row(
    step: Step, head: dict[str, Any], number: int, row: dict[str, Any], known: Known
) -> Iterator[Redaction]:
    texts = [key for key, value in row["values"].items() if isinstance(value, str)]
    for key in texts if known.words else row.get("screen", ()):
        for found in find(str(row["values"].get(key) or ""), known):
            yield Redaction(
                request_id=step.request_id,
                step=step,
                kind=found.kind,
                table=head["slug"],
                row=number,
                field=key,
                start=found.start,
                end=found.end,
            )


def _to_open(row: dict[str, Any], known: Known) -> Iterable[int]:
    """Return the files of a row to be looked into: for words that staff typed, every PDF."""
    if not known.words:
        opened: list[int] = row.get("screen_files", [])
        return opened
    return [parts.number_of(name) for name in row["files"] if name.lower().endswith(".pdf")]


def _in_file(step: Step, number: int, blocks: Iterable[bytes], known: Known) -> Iterator[Redaction]:
    at = {"request_id": step.request_id, "step": step, "file": number}
    try:
        for place in pages.scan(whole(blocks), known):
            boxes = [[round(side, 2) for side in box] for box in place.boxes]
            yield Redaction(**at, kind=place.kind, page=place.page, boxes=boxes)
    except (pages.Unreadable, TooLarge):
        if not known.words:
            yield Redaction(**at, kind=Kind.FILE)


def _names_of_others(person: User) -> tuple[str, ...]:
    """Return the names of the other parties of the person's documents, the longest first."""
    documents = parties_of(person).values("document")
    parties = Party.objects.filter(document__in=documents).exclude(address__person=person)
    rows = parties.values_list("name", "address__person__name").distinct()
    names = {name.strip() for row in islice(rows.iterator(), MOST_NAMES) for name in row if name}
    own = (person.name or "").strip().casefold()
    return tuple(sorted((n for n in names if n.casefold() != own), key=len, reverse=True))
