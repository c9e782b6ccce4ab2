"""The ledger of erasures: what was erased, in keyed hashes, kept apart from the backups (ADR 23).

A line is written in the transaction that erases. A job carries the lines out of the database, into
sealed volumes of a storage of their own that are never changed again; each names the one before it.
Whoever restores a backup has lost the lines since then from the database, not from the volumes.

A hash is an HMAC-SHA-256 under a key derived from the installation's secret: it recognises a row
that is at hand, and says nothing to anybody else. Former secrets still recognise what they hashed.
"""

import hashlib
import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from io import BytesIO
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import Storage, storages
from django.db import connection, transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from accounts.models import Address, User
from dsar.models import (
    Certificate,
    ErasureItem,
    ErasureRecord,
    Hold,
    LedgerOutbox,
    LedgerVolume,
    SubjectRequest,
)
from dsar.sources.base import Source
from portal.lib import crypto
from portal.lib.tasks import enqueue

log = logging.getLogger(__name__)

Kind = ErasureRecord.Kind
CARRY = "dsar.tasks_erasure.carry_ledger"
FORMAT = "regard-erasure-ledger/1"
MAGIC = b"RGL1"
WRAPPED = 60  # bytes of a wrapped key: nonce, key, tag
LINES = 5000  # of one volume at most
LOCK = 7_230_023  # of PostgreSQL's advisory locks: one volume is written at a time


class LedgerAhead(Exception):
    """There are volumes that this database does not know: it was restored from a backup."""


@dataclass(frozen=True)
class Trace:
    """What a thing is known by in every copy of the data, taken before it is erased.

    ``identity`` is its source's name for it, ``files`` are its names in the storage, ``addresses``
    those of the person, where the item says who they are.
    """

    identity: str
    files: tuple[str, ...] = ()
    addresses: list[Address] = field(default_factory=list)


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


def hashes_of(what: str, value: object) -> tuple[str, ...]:
    """Return the hashes (hex) of a thing under the present secret and each former one.

    ``what`` keeps the hashes of different things apart: "person", "address", "file", a source.
    """
    return tuple(
        salted_hmac(f"dsar.ledger.{what}", str(value), secret, algorithm="sha256").hexdigest()
        for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    )


def hash_of(what: str, value: object) -> str:
    """Return the hash (hex) of a thing under the present secret."""
    return hashes_of(what, value)[0]


def trace(source: Source, item: ErasureItem) -> Trace:
    """Return what the ledger names the thing by; to be asked before it is erased."""
    addresses = []
    if source.identifies and item.key == "addresses":
        addresses = list(item.request.person.addresses.exclude(email=None).order_by("pk"))
    return Trace(source.identity(item), source.files(item), addresses)


def record_item(item: ErasureItem, traced: Trace) -> None:
    """Write down that a decision was carried out; in the transaction that did it."""
    data = {
        "decision": item.decision,
        "sentence": item.sentence,
        "ground": item.ground,
        "until": item.until.isoformat() if item.until else None,
        "amount": item.amount,
    }
    _write(Kind.ITEM, item, thing=hash_of(item.source, traced.identity), data=data)
    if not item.stays:
        _record_gone(item, traced)


def record_end(item: ErasureItem, traced: Trace) -> None:
    """Write down that what had been kept was erased at its date."""
    _write(Kind.ENDED, item, thing=hash_of(item.source, traced.identity), data={})
    _record_gone(item, traced)


def _record_gone(item: ErasureItem, traced: Trace) -> None:
    for name in traced.files:  # a restored storage may hold it again
        _write(Kind.FILE, item, thing=hash_of("file", name), data={})
    for address in traced.addresses:
        _write(Kind.ADDRESS, item, thing=hash_of("address", address.uid), data={})


def record_certificate(certificate: Certificate) -> None:
    """Write down that an erasure was certified, so that its link opens after a restore too."""
    request = certificate.request
    add(
        Kind.CERTIFIED,
        request.person,
        request=request.reference,
        data={
            "token": certificate.token_hash,
            "received": request.received_at.isoformat(),
            "recipients": certificate.body["recipients"],
        },
    )


def token_hash_of(request: SubjectRequest) -> str:
    """Return the hash of the link's secret of a certificate that a restore has lost, else ""."""
    return str(_certified(request).get("token", ""))


def recipients_of(request: SubjectRequest) -> list[dict[str, Any]]:
    """Return whom that certificate names as told; recipients are no persons."""
    return list(_certified(request).get("recipients", []))


def _certified(request: SubjectRequest) -> dict[str, Any]:
    lines = ErasureRecord.objects.filter(request=request.reference, kind=Kind.CERTIFIED)
    line = lines.order_by("id").first()
    return line.data if line else {}


def record_hold(hold: Hold) -> None:
    """Write down that a hold stands, or has been lifted."""
    kind = Kind.HELD if hold.lifted_at is None else Kind.LIFTED
    data = {
        "review_on": hold.review_on.isoformat(),
        "owner": hash_of("person", hold.owner.uid),
    }
    add(kind, hold.person, thing=hash_of("hold", hold.uid), data=data)


def add(kind: Kind, person: User, **fields: Any) -> ErasureRecord:
    """Write one line about a person, and have it carried out of the database."""
    record = ErasureRecord.objects.create(
        kind=kind, subject=hash_of("person", person.uid), **fields
    )
    # The job is queued with the first line that waits; the schedule finds what it leaves.
    is_first = not LedgerOutbox.objects.exists()
    LedgerOutbox.objects.create(record=record)
    if is_first:
        enqueue(CARRY)
    return record


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


def _write(kind: Kind, item: ErasureItem, *, thing: str, data: dict[str, Any]) -> None:
    request = item.request
    add(
        kind,
        request.person,
        request=request.reference,
        source=item.source,
        thing=thing,
        data=data,
    )
