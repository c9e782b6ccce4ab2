"""The ledger of erasures: what was erased, in keyed hashes, kept apart from the backups (ADR 23).

A line is written in the transaction that erases. A job carries the lines out of the database, into
sealed volumes of a storage of their own that are never changed again; each names the one before it.
Whoever restores a backup has lost the lines since then from the database, not from the volumes.

A hash is an HMAC-SHA-256 under a key derived from the installation's secret: it recognises a row
that is at hand, and says nothing to anybody else. Former secrets still recognise what they hashed.
"""

from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.utils.crypto import salted_hmac

from accounts.models import Address, User
from dsar.models import (
    Certificate,
    ErasureItem,
    ErasureRecord,
    Hold,
    LedgerOutbox,
    SubjectRequest,
)
from dsar.sources.base import Source
from portal.lib.tasks import enqueue

Kind = ErasureRecord.Kind
CARRY = "dsar.tasks_erasure.carry_ledger"


@dataclass(frozen=True)
class Trace:
    """What a thing is known by in every copy of the data, taken before it is erased.

    ``identity`` is its source's name for it, ``files`` are its names in the storage, ``addresses``
    those of the person, where the item says who they are.
    """

    identity: str
    files: tuple[str, ...] = ()
    addresses: list[Address] = field(default_factory=list)


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
