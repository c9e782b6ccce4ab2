"""Is a new version of a purpose wider than the one before? The system decides, with reasons.

Wider means: more data, another recipient, another legal basis, another processing, or longer
retention. What a person agreed to before such a version is not an agreement to it (art. 6(4), 7(2)
GDPR), and it has to be announced before it takes effect (art. 13(3)).

The database holds to the same law, whoever writes (migration 0009, ``version_is_wider``): change
both or neither.
"""

import re
from enum import StrEnum, auto

from consents.catalogue import Wording
from consents.models import PurposeVersion

DURATION = re.compile(r"P(?:([0-9]+)Y)?(?:([0-9]+)M)?(?:([0-9]+)D)?")
DAYS = (365, 31, 1)


class Widening(StrEnum):
    """In what a version goes further than the one before."""

    NEW_DATA = auto()
    NEW_RECIPIENT = auto()
    OTHER_BASIS = auto()
    OTHER_PROCESSING = auto()
    LONGER = auto()


def reasons(before: PurposeVersion, after: Wording) -> list[Widening]:
    """Return in what the wording goes further than the version; empty if in nothing."""
    recipients = {one["system"] for one in before.recipients}
    processing = (before.dpv_purpose, before.dpv_processing)
    found = {
        Widening.NEW_DATA: bool(set(after.data_categories) - set(before.data_categories)),
        Widening.NEW_RECIPIENT: bool(set(after.recipients) - recipients),
        Widening.OTHER_BASIS: after.legal_basis != before.legal_basis,
        Widening.OTHER_PROCESSING: (after.dpv_purpose, after.dpv_processing) != processing,
        Widening.LONGER: _is_longer(before, after),
    }
    return [reason for reason, holds in found.items() if holds]


def between(before: PurposeVersion, after: PurposeVersion) -> list[Widening]:
    """Return in what a published version goes further than another."""
    wording = Wording(
        legal_basis=after.legal_basis,
        texts={},
        data_categories=after.data_categories,
        recipients=[one["system"] for one in after.recipients],
        retention_trigger=after.retention_trigger,
        retention_duration=after.retention_duration,
        dpv_purpose=after.dpv_purpose,
        dpv_processing=after.dpv_processing,
    )
    return reasons(before, wording)


def _is_longer(before: PurposeVersion, after: Wording) -> bool:
    """Whether data stays longer; counted from another event, nobody can say, so it is."""
    if after.retention_trigger != before.retention_trigger:
        return True
    if after.retention_duration == before.retention_duration:
        return False
    old, new = _days(before.retention_duration), _days(after.retention_duration)
    return new is None or (old is not None and new > old)


def _days(duration: str) -> int | None:
    """Return about how many days an ISO 8601 duration has; None if it cannot be read: no end."""
    match = DURATION.fullmatch(duration)
    if match is None:
        return None
    return sum(int(part or 0) * days for part, days in zip(match.groups(), DAYS, strict=True))
