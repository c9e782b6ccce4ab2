"""The page of support for events from outside that could not be applied."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import BinaryField, Case, F, Func, IntegerField, QuerySet, Value, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from accounts.roles import support_required
from consents.actions import envelopes
from consents.models import InboundEvent
from portal.lib import strict_json

MOST_SHOWN = 100
MOST_LINES = 400
MOST_BYTES = 256 * 1024  # of an event that is outlined: a file in it makes it a hundred times that

WHY: dict[str, Promise] = {
    "unknown_envelope": gettext_lazy("It is about an envelope that we do not know yet."),
    "not_an_event": gettext_lazy("A part is not where DocuSign puts it."),
    "not_a_list": gettext_lazy("Something that should be a list is none."),
    "no_envelope": gettext_lazy("It names no envelope."),
    "two_envelopes": gettext_lazy("It names two different envelopes."),
    "no_time": gettext_lazy("It does not say when it happened."),
    "bad_date": gettext_lazy("A date cannot be read."),
    "unknown_status": gettext_lazy("The envelope is in a state that we do not know."),
    "unknown_event": gettext_lazy("It is a kind of event that we do not know."),
    "no_document": gettext_lazy("A document has no usable number."),
    "bad_file": gettext_lazy("The file of a document is damaged."),
}
# The values that are shown; all others may be somebody's name, address or words.
PLAIN = frozenset(
    {"event", "apiVersion", "status", "type", "purgeState", "envelopeId", "documentId",
     "recipientId", "routingOrder", "recipientType", "retryCount"}
)  # fmt: skip


@dataclass(frozen=True)
class Shown:
    """An event and what may be seen of it; ``outline`` is None where it is too large to read."""

    event: InboundEvent
    why: Promise | str
    outline: str | None


@require_safe
@support_required
def events(request: HttpRequest) -> HttpResponse:
    """List what is kept, oldest first, and what was settled lately."""
    kept = _kept()
    settled = InboundEvent.objects.exclude(status__in=envelopes.OPEN).order_by("-tried_at", "-pk")
    return render(
        request,
        "consents/staff_events.html",
        {
            "open": _shown(kept),
            "count": kept.count(),
            "settled": settled.defer("body")[:20],
            "days": envelopes.KEPT.days,
        },
    )


@require_POST
@support_required
def try_again(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Read one kept event once more."""
    event = get_object_or_404(InboundEvent, uid=uid)
    _tell(request, [envelopes.try_again(event, by=_by(request))])
    return redirect("staff-events")


@require_POST
@support_required
def try_all_again(request: HttpRequest) -> HttpResponse:
    """Read all kept events once more, as after a new version of the portal."""
    _tell(request, [envelopes.try_again(one, by=_by(request)) for one in _kept()[:MOST_SHOWN]])
    return redirect("staff-events")


def _kept() -> QuerySet[InboundEvent]:
    """Return what is kept, oldest first, without the bodies: a hundred may have gigabytes."""
    kept = InboundEvent.objects.filter(status__in=envelopes.OPEN)
    return kept.defer("body").order_by("received_at", "pk")


def _shown(kept: QuerySet[InboundEvent]) -> list[Shown]:
    """Return the first events; only bodies small enough to be outlined leave the database."""
    size = Func(F("body"), function="octet_length", output_field=IntegerField())
    small = Case(
        When(size__lte=MOST_BYTES, then=F("body")), default=Value(None), output_field=BinaryField()
    )
    rows = kept.alias(size=size).annotate(small=small)[:MOST_SHOWN]
    return [
        Shown(
            event,
            WHY.get(event.code, event.code),
            None if event.small is None else outline(bytes(event.small)),
        )
        for event in rows
    ]


def outline(body: bytes) -> str:
    """Return the structure of the event, with every value hidden that may concern a person."""
    try:
        value = strict_json.loads(body, allow_duplicates=True)
    except strict_json.Malformed:  # it was readable when it was kept
        return ""
    return "\n".join(islice(_lines(json.dumps(_masked(value), indent=1)), MOST_LINES))


def _lines(text: str) -> Iterator[str]:
    for number, line in enumerate(text.splitlines(), start=1):
        yield line if number < MOST_LINES else "…"


def _masked(value: Any, key: str = "") -> Any:
    if isinstance(value, dict):
        return {strict_json.storable(name): _masked(one, name) for name, one in value.items()}
    if isinstance(value, list):
        return [_masked(one, key) for one in value]
    if not isinstance(value, str) or value == "":
        return value
    if key in PLAIN or key.endswith("DateTime"):
        return strict_json.storable(value[:80])
    return "***"


def _by(request: HttpRequest) -> User | None:
    return request.user if isinstance(request.user, User) else None


def _tell(request: HttpRequest, tried: list[InboundEvent]) -> None:
    applied = sum(event.status == InboundEvent.Status.APPLIED for event in tried)
    still = len(tried) - applied
    if applied:
        text = ngettext("%d event was applied.", "%d events were applied.", applied) % applied
        messages.success(request, text)
    if still:
        text = ngettext(
            "%d event can still not be applied.", "%d events can still not be applied.", still
        )
        messages.warning(request, text % still)
    if not tried:
        messages.info(request, _("There is nothing to try again."))
