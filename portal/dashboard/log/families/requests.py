"""Requests about data, and what was erased."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from dsar import ledger
from dsar.models import ErasureRecord, RequestEvent
from portal.dashboard.log.families.base import Event, Family, Words
from portal.dashboard.log.wanted import Wanted


class Requests(Family):
    """The timelines of requests."""

    slug, label, model = "requests", _("Requests"), RequestEvent
    kind, by, related = "code", "by", ("by", "request__person")

    def codes(self) -> Mapping[str, Words]:
        """As the timeline says it."""
        return dict(RequestEvent.Code.choices)

    def of_person(self, wanted: Wanted) -> Q | None:
        """Whose request it is."""
        return Q(request__in=wanted.requests_of_person)

    def of_request(self, wanted: Wanted) -> Q | None:
        """The request itself."""
        return Q(request=wanted.request_key)

    def event(self, row: RequestEvent) -> Event:
        """Return a line of a timeline."""
        return Event(
            at=row.at, family=self.slug, id=row.pk, code=row.code, what=self.words(row.code),
            by=row.by, whose=row.request.person, request=row.request.reference,
            thing=row.request.get_kind_display(),
        )  # fmt: skip


class Erasures(Family):
    """The ledger of erasures: hashes only, so that no row says whose it was."""

    slug, label, model = "erasures", _("Erasures"), ErasureRecord
    kind = "kind"

    def codes(self) -> Mapping[str, Words]:
        """As the ledger names them."""
        return dict(ErasureRecord.Kind.choices)

    def of_person(self, wanted: Wanted) -> Q | None:
        """By the person's hash, under the present key and former ones."""
        if wanted.person is None:
            return None
        return Q(subject__in=ledger.hashes_of("person", wanted.person.uid))

    def of_request(self, wanted: Wanted) -> Q | None:
        """The request by which it was done."""
        return Q(request=wanted.request)

    def event(self, row: ErasureRecord) -> Event:
        """Return a line of the ledger."""
        return Event(
            at=row.at, family=self.slug, id=row.pk, code=row.kind, what=self.words(row.kind),
            request=row.request, thing=row.source,
        )  # fmt: skip


FAMILIES: tuple[Any, ...] = (Requests(), Erasures())
