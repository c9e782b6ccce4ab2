"""Writing acts of choice: ledger, standing choice, receipt, all of them or none.

One act or five hundred go the same way, in the same few statements. The caller has locked the
subject's row and applied the rules; nothing else writes a ``Standing``.
"""

from collections.abc import Iterable, Sequence
from copy import copy
from typing import Any, NamedTuple

from django.db import transaction

from consents import receipts
from consents.actions import propagation
from consents.models import ChoiceEvent, PurposeVersion, Standing
from consents.models.ledger import Act
from portal.lib.canonical import sha256_of


class Written(NamedTuple):
    """An act that is not saved yet, and the standing choice of the same scope, if there is one."""

    event: ChoiceEvent
    standing: Standing | None


@transaction.atomic
def write(acts: Sequence[Written]) -> list[ChoiceEvent]:
    """Save the acts and what stands after them, seal a receipt of each, and tell the systems."""
    events = record(acts)
    receipts.issue_all(events)
    propagation.tell(*events)
    return events


def record(acts: Sequence[Written]) -> list[ChoiceEvent]:
    """Save the acts and what stands after them, without proof: also for what is only foreseen."""
    events = ChoiceEvent.objects.bulk_create([one.event for one in acts])
    _take_back(one for one in acts if one.event.act == Act.FOLLOWS_AGAIN)
    _stand([one for one in acts if one.event.act != Act.FOLLOWS_AGAIN])
    return events


def shown(version: PurposeVersion, language: str) -> dict[str, Any]:
    """Return which words the person had before their eyes: version, language, the text's hash."""
    known = language if language in version.texts else "en"
    return {
        "version": version,
        "language": known,
        "text_sha256": sha256_of(version.texts[known]),
    }


def _take_back(acts: Iterable[Written]) -> None:
    """An exception that was taken back stands no longer; the ledger keeps both acts."""
    gone = [one.standing.pk for one in acts if one.standing is not None]
    if gone:
        Standing.objects.filter(pk__in=gone).delete()


def _stand(acts: Sequence[Written]) -> None:
    new = [_present(event, None) for event, standing in acts if standing is None]
    changed = [_present(event, standing) for event, standing in acts if standing is not None]
    if new:
        Standing.objects.bulk_create(new)
    if changed:
        Standing.objects.bulk_update(changed, ["event", "allowed", "since"])


def _present(event: ChoiceEvent, standing: Standing | None) -> Standing:
    # A copy: what is only foreseen may not change what the caller holds.
    one = (
        copy(standing)
        if standing is not None
        else Standing(
            purpose_id=event.purpose_id,
            person_id=event.person_id,
            address_id=event.address_id,
            organisation_id=event.organisation_id,
            document_id=event.document_id,
            within_id=event.within_id,
        )
    )
    one.event, one.allowed, one.since = event, event.allows, event.at
    return one
