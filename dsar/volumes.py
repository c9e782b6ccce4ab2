"""The volumes of the ledger of erasures: sealed files that are never changed, each after another.

They lie in a storage of their own, apart from the database and its backups (ADR 23).
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import Storage, storages
from django.db import connection, transaction
from django.utils import timezone

from dsar.models import ErasureRecord, LedgerOutbox, LedgerVolume
from portal.lib import crypto

FORMAT = "regard-erasure-ledger/1"
MAGIC = b"RGL1"
WRAPPED = 60  # bytes of a wrapped key: nonce, key, tag
LINES = 5000  # of one volume at most
LOCK = 7_230_023  # of PostgreSQL's advisory locks: one volume is written at a time


class LedgerAhead(Exception):
    """There are volumes that this database does not know: it was restored from a backup."""


@dataclass(frozen=True)
class Line:
    """A line as it lies in a volume; ``uid`` tells one line from every other."""

    uid: str
    at: str
    kind: str
    request: str
    subject: str
    source: str
    thing: str
    data: dict[str, Any]


@dataclass(frozen=True)
class Volume:
    """An opened volume. ``previous`` is the SHA-256 of the one before it, empty for the first."""

    number: int
    previous: str
    sha256: str
    lines: list[Line]


def storage() -> Storage:
    """Return the storage of the volumes."""
    return storages["erasures"]


def name_of(number: int) -> str:
    """Return the name of a volume in its storage."""
    return f"{number:08d}.ledger"


def carry() -> int:
    """Write every line that waits into volumes; return how many lines.

    Raises:
        LedgerAhead: see the class; nothing is written until the erasures have been replayed.
    """
    carried = 0
    while lines := _carry_one_volume():
        carried += lines
    return carried


@transaction.atomic
def _carry_one_volume() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    last = LedgerVolume.objects.order_by("-number").first()
    number = last.number + 1 if last else 1
    if storage().exists(name_of(number)):
        return _adopt(number)
    waiting = list(LedgerOutbox.objects.select_related("record").order_by("record_id")[:LINES])
    if not waiting:
        return 0
    lines = [as_line(one.record) for one in waiting]
    sealed = seal(lines, number=number, previous=last.sha256 if last else "")
    # A worker that dies after this leaves a volume whose lines are all known: see _adopt.
    saved = storage().save(name_of(number), ContentFile(sealed))
    if saved != name_of(number):
        storage().delete(saved)
        raise LedgerAhead(name_of(number))
    _enter(number, hashlib.sha256(sealed).hexdigest(), len(lines))
    LedgerOutbox.objects.filter(pk__in=[one.pk for one in waiting]).delete()
    return len(lines)


def _adopt(number: int) -> int:
    """Enter a volume that a worker wrote and died before it could say so."""
    with storage().open(name_of(number)) as file:
        volume = open_volume(file.read())
    uids = [line.uid for line in volume.lines]
    if ErasureRecord.objects.filter(uid__in=uids).count() != len(uids):
        raise LedgerAhead(name_of(number))
    _enter(number, volume.sha256, len(uids))
    LedgerOutbox.objects.filter(record__uid__in=uids).delete()
    return len(uids)


def _enter(number: int, sha256: str, lines: int) -> None:
    LedgerVolume.objects.create(
        number=number, name=name_of(number), sha256=sha256, lines=lines, written_at=timezone.now()
    )


def as_line(record: ErasureRecord) -> Line:
    """Return a row of the database as it lies in a volume."""
    return Line(
        uid=str(record.uid),
        at=record.at.isoformat(),
        kind=record.kind,
        request=record.request,
        subject=record.subject,
        source=record.source,
        thing=record.thing,
        data=record.data,
    )


def as_record(line: Line) -> ErasureRecord:
    """Return a line of a volume as a row, not saved."""
    return ErasureRecord(**vars(line) | {"at": datetime.fromisoformat(line.at)})


def seal(lines: list[Line], *, number: int, previous: str) -> bytes:
    """Return a volume: its head and its lines as JSON, sealed with a key of its own."""
    head = {"format": FORMAT, "number": number, "previous": previous}
    texts = [json.dumps(one, separators=(",", ":")) for one in (head, *map(vars, lines))]
    key, sealed = crypto.new_key(), BytesIO()
    writer = crypto.SealingWriter(sealed, key)
    writer.write("\n".join(texts).encode())
    writer.close()
    return MAGIC + crypto.wrap(key) + sealed.getvalue()


def open_volume(content: bytes) -> Volume:
    """Return what a volume holds.

    Raises:
        Unsealable: it was changed, or sealed by another installation.
    """
    if not content.startswith(MAGIC):
        raise crypto.Unsealable("not a volume of the ledger")
    key = crypto.unwrap(content[len(MAGIC) : len(MAGIC) + WRAPPED])
    plain = b"".join(crypto.unseal(BytesIO(content[len(MAGIC) + WRAPPED :]), key))
    head, *lines = (json.loads(text) for text in plain.decode().split("\n"))
    return Volume(
        number=head["number"],
        previous=head["previous"],
        sha256=hashlib.sha256(content).hexdigest(),
        lines=[Line(**line) for line in lines],
    )


def numbers() -> Iterator[int]:
    """Yield the numbers of the volumes in the storage, in order; they begin with 1."""
    number = 1
    while storage().exists(name_of(number)):
        yield number
        number += 1
