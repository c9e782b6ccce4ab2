"""Take in many documents at once: judge each on its own, register those that are right."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rest_framework.exceptions import ValidationError

from consents.actions.documents import Result, register_all
from consents.reports import DocumentReport
from consents.serializers import DocumentIn


@dataclass(frozen=True)
class Item:
    """What became of one item. ``place`` is its index in a batch, or its line in a file."""

    place: int
    reference: str
    result: Result
    code: str = ""
    errors: Any = None  # what is wrong with which field, if the code is "invalid"


def take_in(
    items: Iterable[tuple[int, Any]], *, now: datetime | None, usage: str = ""
) -> list[Item]:
    """Register the items that are valid; return what became of each, in their order.

    ``now`` (aware) is the state's time of an item that names none; without it, its latest date is.
    ``usage`` is what the uploader asks for all of them (AIPREF).
    """
    serializer = DocumentIn()
    found: list[Item] = []
    right: list[tuple[int, DocumentReport]] = []
    for place, data in items:
        try:
            right.append((place, serializer.read(data, state_at=now, usage=usage)))
        except ValidationError as error:
            found.append(_invalid(place, data, error))
    outcomes = register_all([report for _place, report in right])
    found += [
        Item(place, report.reference, outcome.result, outcome.code)
        for (place, report), outcome in zip(right, outcomes, strict=True)
    ]
    return sorted(found, key=lambda item: item.place)


def _invalid(place: int, data: Any, error: ValidationError) -> Item:
    reference = data.get("reference") if isinstance(data, dict) else None
    name = reference if isinstance(reference, str) else ""
    return Item(place, name, Result.REJECTED, "invalid", error.detail)
