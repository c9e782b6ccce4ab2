"""Pages of a long list by key and not by number: as fast at the end as at the start."""

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

from django.core.exceptions import ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from portal.lib import strict_json

M = TypeVar("M", bound=models.Model)


@dataclass(frozen=True)
class Page(Generic[M]):
    """Some rows, newest first (or, ``ascending``, the first to come first), and the cursors of the
    pages beside it (empty: there is none). ``older`` leads on, ``newer`` leads back."""

    rows: list[M]
    newer: str
    older: str


def page(
    queryset: models.QuerySet[M],
    *,
    by: str,
    size: int,
    older: str = "",
    newer: str = "",
    ascending: bool = False,
) -> Page[M]:
    """Return the page older, or newer, than a cursor; the first page without one.

    ``by`` is the field that orders the list, descending unless ``ascending``; equal ones are
    ordered by primary key. A cursor that was tampered with gives the first page.
    """
    position = _position(queryset, by, older or newer)
    backwards = bool(newer and position)
    if position:
        value, pk = position
        beyond = "gt" if backwards is not ascending else "lt"
        # The first condition is what the index can use; the second settles ties.
        queryset = queryset.filter(
            Q(**{f"{by}__{beyond}e": value}) & (Q(**{f"{by}__{beyond}": value}) | _tie(beyond, pk))
        )
    order = (by, "pk") if backwards is not ascending else (f"-{by}", "-pk")
    rows = list(queryset.order_by(*order)[: size + 1])
    more, rows = len(rows) > size, rows[:size]
    if backwards:
        rows.reverse()
    if not rows:
        return Page([], "", "")
    return Page(
        rows,
        newer=_cursor(rows[0], by) if (more if backwards else position) else "",
        older=_cursor(rows[-1], by) if (more or backwards) else "",
    )


def _tie(beyond: str, pk: Any) -> Q:
    return Q(**{f"pk__{beyond}": pk})


def _cursor(row: models.Model, by: str) -> str:
    text = json.dumps([getattr(row, by), row.pk], cls=_Exact)
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


class _Exact(DjangoJSONEncoder):
    """Keep microseconds, which Django's own encoder cuts to milliseconds."""

    def default(self, o: Any) -> Any:
        return o.isoformat() if hasattr(o, "isoformat") else super().default(o)


def _position(queryset: models.QuerySet[Any], by: str, cursor: str) -> tuple[Any, Any] | None:
    """Return the value and key that a cursor stands for, or None."""
    if not cursor:
        return None
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        value, pk = strict_json.loads(text)
        value = _of_field(queryset.model._meta.get_field(by), value)
    except (binascii.Error, ValueError, TypeError, OverflowError, ValidationError):
        return None
    return (value, pk) if _is_key(pk) and value is not None else None


def _of_field(field: Any, value: Any) -> Any:
    """Return the value as the field's own type, or None: only what :func:`_cursor` writes."""
    if isinstance(field, models.DateTimeField):
        return _instant(value) if isinstance(value, str) else None
    if isinstance(field, models.IntegerField):
        return value if _is_key(value) else None
    found = field.to_python(value) if isinstance(value, str) else None
    return None if isinstance(found, str) and not strict_json.is_storable(found) else found


def _instant(text: str) -> datetime | None:
    """Return the aware time in ISO 8601, in UTC; raise OverflowError beyond what UTC can say."""
    found = parse_datetime(text)
    if found is None:
        return None
    return (found if timezone.is_aware(found) else found.replace(tzinfo=UTC)).astimezone(UTC)


def _is_key(value: object) -> bool:
    """Return whether a bigint column can hold it. JSON's true is no number, though Python's is."""
    return type(value) is int and value.bit_length() <= 63
