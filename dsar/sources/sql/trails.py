"""Keys of found rows, noted before anything is erased, and read again for proof and end."""

import json
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils.crypto import salted_hmac

from dsar.models import ErasureItem, SubjectRequest
from dsar.models.erasure import STAYING
from dsar.models.sources import SourceTrail
from portal.lib import crypto

Chunk = list[dict[str, Any]]
READ: dict[str, Any] = {
    "bytes": bytes.fromhex,
    "uuid": UUID,
    "decimal": Decimal,
    "datetime": datetime.fromisoformat,
    "date": date.fromisoformat,
    "time": time.fromisoformat,
}


def note(request: SubjectRequest, source: str, place: str, rows: Iterable[Any]) -> None:
    """Seal the keys of some rows; the same ones noted again change nothing."""
    text = json.dumps([{name: _written(key) for name, key in row.items()} for row in rows])
    SourceTrail.objects.bulk_create(
        [
            SourceTrail(
                request=request,
                source=source,
                place=place,
                keys=crypto.wrap(text.encode()),
                digest=salted_hmac("regard trail", text, algorithm="sha256").hexdigest(),
            )
        ],
        ignore_conflicts=True,
    )


def found(request_id: int, source: str, place: str) -> Iterator[Chunk]:
    """Yield the noted keys of a table, a few hundred rows at a time."""
    noted = SourceTrail.objects.filter(request_id=request_id, source=source, place=place)
    for sealed in noted.order_by("pk").values_list("keys", flat=True).iterator(chunk_size=10):
        rows = json.loads(crypto.unwrap(bytes(sealed)))
        yield [{name: _read(key) for name, key in row.items()} for row in rows]


def tidy() -> int:
    """Delete the keys of requests that are over, but for what is still kept; return how many."""
    kept = ErasureItem.objects.filter(decision__in=STAYING, ended_at=None, done_at__isnull=False)
    over = SourceTrail.objects.exclude(request__in=SubjectRequest.objects.open())
    gone = 0
    for request_id, source in list(over.values_list("request_id", "source").distinct()):
        if not kept.filter(request_id=request_id, source=source).exists():
            gone += over.filter(request_id=request_id, source=source).delete()[0]
    return gone


def _written(key: Any) -> Any:
    """Return a key as JSON that says of which type it was."""
    if key is None or isinstance(key, str | int | float):
        return key
    if isinstance(key, bytes | bytearray | memoryview):
        return {"bytes": bytes(key).hex()}
    if isinstance(key, UUID | Decimal):
        return {type(key).__name__.lower(): str(key)}
    if isinstance(key, datetime | date | time):
        return {type(key).__name__: key.isoformat()}
    return str(key)


def _read(key: Any) -> Any:
    if not isinstance(key, dict):
        return key
    ((kind, text),) = key.items()
    return READ[kind](text)
