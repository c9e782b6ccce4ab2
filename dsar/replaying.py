"""After a restore: erase again what had been erased since the backup, and nothing else (ADR 23).

A person is recognised by the number of their row (a random UUID), never by its key in the database
and never by an e-mail address: both may belong to somebody else by now.
"""

from collections import defaultdict
from collections.abc import Container, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from django.core.files.storage import default_storage
from django.db import transaction

from accounts.actions import claim_address
from accounts.models import Address, User
from consents.models import Document
from dsar import ledger, volumes
from dsar.ledger import Kind
from dsar.models import ErasureRecord, LedgerVolume
from dsar.replayed import hold_again, is_done, work_off
from dsar.volumes import Line, Volume
from portal.lib.crypto import new_token

LINES_AT_ONCE = 2000
HOLDING = frozenset({Kind.HELD, Kind.LIFTED})


class Incomplete(Exception):
    """A volume is missing or was changed: nothing is replayed from a ledger with a hole."""


@dataclass
class Report:
    """What a replay found and did; references and numbers, nobody's name."""

    volumes: int = 0
    new_lines: int = 0
    people: int = 0
    erased: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)  # a source has not answered yet, or is a gap
    holds: int = 0
    files: int = 0
    somebody_new: int = 0  # an erased address that another person has verified since


@dataclass(frozen=True)
class Subject:
    """Somebody who had been erased, and is there again."""

    person: User | None
    address: Address | None  # where the backup knew only this, and no account yet
    hashes: tuple[str, ...]


def replay(folder: Path | None = None, *, dry_run: bool = False) -> Report:
    """Erase again what the ledger says; return what was found and done.

    ``folder`` holds the volumes (or is one of them), by default the storage of the ledger does.
    A dry run changes nothing. To run it twice does no harm.

    Raises:
        Incomplete, Unsealable: the ledger is not whole, or not of this installation.
    """
    report = Report()
    read = list(_checked(folder))
    report.volumes = len(read)
    lines = _lines(read)
    report.new_lines = len(lines) - ErasureRecord.objects.count()
    if not dry_run:
        _take_in(read)
    grouped: dict[str, list[Line]] = defaultdict(list)
    for line in lines:
        grouped[line.subject].append(line)
    for subject in _found(lines, report):
        own = [line for one in subject.hashes for line in grouped[one]]
        if subject.person is not None and is_done(subject.person, own):
            continue
        report.people += 1
        if not dry_run:
            _replay_one(subject, own, report)
    report.files = _files(lines, dry_run=dry_run)
    return report


def _checked(folder: Path | None) -> Iterator[Volume]:
    """Yield the volumes in order, each checked against the one before it."""
    previous, expected = "", 1
    for content in _contents(folder):
        volume = volumes.open_volume(content)
        if folder is not None and folder.is_file():
            yield volume
            return
        if volume.number != expected or volume.previous != previous:
            raise Incomplete(volumes.name_of(expected))
        previous, expected = volume.sha256, expected + 1
        yield volume
    last = LedgerVolume.objects.order_by("-number").first()
    if last is not None and last.number >= expected:
        raise Incomplete(last.name)


def _contents(folder: Path | None) -> Iterator[bytes]:
    if folder is None:
        for number in volumes.numbers():
            with volumes.storage().open(volumes.name_of(number)) as file:
                yield file.read()
    elif folder.is_file():
        yield folder.read_bytes()
    else:
        for path in sorted(folder.glob("*.ledger")):
            yield path.read_bytes()


def _lines(read: list[Volume]) -> list[Line]:
    """Return every line once, those of the database too, in the order in which they happened."""
    known = {line.uid: line for volume in read for line in volume.lines}
    for record in ErasureRecord.objects.iterator(chunk_size=LINES_AT_ONCE):
        known.setdefault(str(record.uid), volumes.as_line(record))
    return sorted(known.values(), key=lambda line: datetime.fromisoformat(line.at))


@transaction.atomic
def _take_in(read: list[Volume]) -> None:
    """Give the database back the lines and volumes that the restore has taken from it."""
    for volume in read:
        known = set(
            ErasureRecord.objects.filter(uid__in=[one.uid for one in volume.lines]).values_list(
                "uid", flat=True
            )
        )
        known_texts = {str(uid) for uid in known}
        new = [volumes.as_record(one) for one in volume.lines if one.uid not in known_texts]
        ErasureRecord.objects.bulk_create(new, batch_size=LINES_AT_ONCE)
        LedgerVolume.objects.get_or_create(
            number=volume.number,
            defaults={
                "name": volumes.name_of(volume.number),
                "sha256": volume.sha256,
                "lines": len(volume.lines),
            },
        )


def _found(lines: list[Line], report: Report) -> list[Subject]:
    """Return who is there although they had been erased, in the order in which they were."""
    order: dict[str, int] = {}
    for number, line in enumerate(lines):
        if line.kind in (Kind.ITEM, Kind.ADDRESS, Kind.ENDED):
            order.setdefault(line.subject, number)
    found = [(order[one.hashes[0]], one) for one in _people(order)]
    known = {one.person.pk for _number, one in found if one.person}
    found += [(order[one.hashes[0]], one) for one in _addresses(lines, known, report)]
    return [one for _number, one in sorted(found, key=lambda pair: pair[0])]


def _people(order: dict[str, int]) -> Iterator[Subject]:
    for person in User.objects.filter(erased_at=None).iterator(chunk_size=LINES_AT_ONCE):
        hashes = _known(ledger.hashes_of("person", person.uid), order)
        if hashes:
            yield Subject(person, None, hashes)


def _addresses(lines: list[Line], known: set[int], report: Report) -> Iterator[Subject]:
    """Yield the addresses that nobody had claimed yet when the backup was made.

    One that somebody has verified since the erasure is that person's, whoever had it before.
    """
    erased = {line.thing: line for line in lines if line.kind == Kind.ADDRESS}
    rows = Address.objects.exclude(email=None)
    for address in rows.iterator(chunk_size=LINES_AT_ONCE):
        things = _known(ledger.hashes_of("address", address.uid), erased)
        if not things or address.person_id in known:
            continue
        if address.person_id is not None:
            report.somebody_new += 1
            continue
        yield Subject(None, address, (erased[things[0]].subject,))


def _known(hashes: tuple[str, ...], among: Container[str]) -> tuple[str, ...]:
    return tuple(one for one in hashes if one in among)


def _replay_one(subject: Subject, lines: list[Line], report: Report) -> None:
    person = subject.person or _stand_in(subject.address)
    report.holds += hold_again(person, [line for line in lines if line.kind in HOLDING])
    for request in work_off(person, [line for line in lines if line.request]):
        (report.left if request.is_open else report.erased).append(request.reference)


@transaction.atomic
def _stand_in(address: Address | None) -> User:
    """Return a person to whom the documents under an unclaimed address belong, to be erased.

    The account that was erased did not exist yet when the backup was made.
    """
    if address is None or address.email is None:
        raise Incomplete("address")
    person = User.objects.create_user(f"{new_token()[:32].lower()}@erased.invalid")
    claim_address(address.email, person=person)
    return person


def _files(lines: list[Line], *, dry_run: bool) -> int:
    """Delete the files that a restored storage holds again and no document names."""
    gone = {line.thing for line in lines if line.kind == Kind.FILE}
    if not gone:
        return 0
    count = 0
    for name in _walk(""):
        if not _known(ledger.hashes_of("file", name), gone):
            continue
        if not Document.objects.filter(file=name).exists():
            count += 1
            if not dry_run:
                default_storage.delete(name)
    return count


def _walk(folder: str) -> Iterator[str]:
    folders, files = default_storage.listdir(folder)
    prefix = f"{folder}/" if folder else ""
    yield from (prefix + name for name in files)
    for one in folders:
        yield from _walk(prefix + one)
