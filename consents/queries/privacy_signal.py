"""What a page says of a browser's Global Privacy Control."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.http import HttpRequest

from consents.models.ledger import Act, Source
from consents.queries.choice import Choice
from portal.lib import gpc


@dataclass(frozen=True)
class PrivacySignal:
    """The signal is on. ``refused`` rests on it or on the person; ``allowed`` on the person's own
    act after it; ``undone`` are those of ``refused`` that had been allowed before the signal."""

    refused: list[Choice]
    allowed: list[Choice]
    undone: list[Choice]


def privacy_signal(request: HttpRequest, choices: Iterable[Choice]) -> PrivacySignal | None:
    """Return what became of the signal the request carries, None if it carries none."""
    if not gpc.is_on(request):
        return None
    concerned = [one for one in choices if one.purpose.honours_gpc and one.purpose.has_control]
    refused = [one for one in concerned if not one.stand.allowed]
    return PrivacySignal(
        refused=refused,
        allowed=[one for one in concerned if one.stand.allowed],
        undone=[one for one in refused if _undid(one)],
    )


def _undid(choice: Choice) -> bool:
    event = choice.stand.event
    by_signal = event is not None and event.source == Source.GPC
    return by_signal and event is not None and event.act == Act.CONSENT_WITHDRAWN
