"""The rows of the past, gathered and then written in a few statements."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from accounts.models import AccessEvent, User
from dsar.models import (
    Approval,
    Certificate,
    ErasureItem,
    ErasureRecord,
    Filing,
    LedgerOutbox,
    Mandate,
    Package,
    Pause,
    RequestEvent,
    Restriction,
    Step,
    SubjectRequest,
)

AT_ONCE = 2000  # rows of one statement


@dataclass
class Rows:
    """What is to be written. An event about an item learns its number from the item's own row."""

    requests: list[SubjectRequest] = field(default_factory=list)
    later: list[tuple[SubjectRequest, str, SubjectRequest]] = field(default_factory=list)
    events: list[RequestEvent] = field(default_factory=list)
    looks: list[AccessEvent] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    items: list[ErasureItem] = field(default_factory=list)
    about_items: list[tuple[RequestEvent, ErasureItem]] = field(default_factory=list)
    pauses: list[Pause] = field(default_factory=list)
    approvals: list[Approval] = field(default_factory=list)
    mandates: list[Mandate] = field(default_factory=list)
    filings: list[Filing] = field(default_factory=list)
    restrictions: list[Restriction] = field(default_factory=list)
    packages: list[Package] = field(default_factory=list)
    certificates: list[Certificate] = field(default_factory=list)
    records: list[ErasureRecord] = field(default_factory=list)

    def note(
        self,
        request: SubjectRequest,
        at: datetime,
        code: RequestEvent.Code,
        *,
        by: User | None = None,
        new: str = "",
        **data: Any,
    ) -> RequestEvent:
        """Add a line of the timeline; ``new`` is the status it moves the request to.

        An act of staff is a row that the person reads, too (invariant 14).
        """
        old = request.status if new else ""
        event = RequestEvent(
            request=request, at=at, code=code, by=by, old_status=old, new_status=new, data=data
        )
        self.events.append(event)
        request.status = new or request.status
        if by is not None and by.is_support:
            kind = AccessEvent.Kind.REQUEST_ACTED
            look = AccessEvent(
                person=request.person, by=by, kind=kind, reference=request.reference, at=at
            )
            self.looks.append(look)
        return event

    def write(self) -> None:
        """Write everything, what is named by others first."""
        named = {id(request) for request, _field, _first in self.later}
        self._bulk([one for one in self.requests if id(one) not in named])
        for request, name, first in self.later:
            setattr(request, name, first)
        self._bulk([request for request, _field, _first in self.later])
        self._bulk(self.items)
        for event, item in self.about_items:
            event.data["item"] = item.pk
        self.events.sort(key=lambda one: one.at)
        self.looks.sort(key=lambda one: one.at)
        for rows in (
            self.events, self.looks, self.steps, self.pauses, self.approvals, self.mandates,
            self.filings, self.restrictions, self.packages, self.certificates, self.records,
        ):  # fmt: skip
            self._bulk(rows)
        self._bulk([LedgerOutbox(record=record) for record in self.records])

    def _bulk(self, rows: list[Any]) -> None:
        if rows:
            type(rows[0]).objects.bulk_create(rows, batch_size=AT_ONCE)
