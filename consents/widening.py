"""Is a new version of a purpose wider than the one before? The system decides, with reasons.

Wider means: more data, another recipient, a recipient elsewhere, another legal basis, another
processing, longer retention, or weaker protection. What a person agreed to before such a version is
not an agreement to it (art. 6(4), 7(2) GDPR), and it is announced before it takes effect (art.
13(3)). Where nobody can say whether it goes further, it does.

The database holds to the same law, whoever writes (migrations 0009 and 0019,
``version_is_wider``): change both or neither.
"""

import re
from enum import StrEnum, auto
from typing import Any

from consents.models import PurposeVersion

DURATION = re.compile(r"P(?:([0-9]+)Y)?(?:([0-9]+)M)?(?:([0-9]+)D)?")
DAYS = (365, 31, 1)
LONGEST = 20  # characters of a duration, as the column holds
AI = "ai:"  # terms of the vocabulary's extension about artificial intelligence


class Widening(StrEnum):
    """In what a version goes further than the one before."""

    NEW_DATA = auto()
    NEW_RECIPIENT = auto()
    OTHER_RECIPIENT = auto()
    OTHER_BASIS = auto()
    AI_USE = auto()
    OTHER_PROCESSING = auto()
    LONGER = auto()
    WEAKER = auto()


def between(before: PurposeVersion, after: PurposeVersion) -> list[Widening]:
    """Return in what a version, saved or not, goes further than another; empty if in nothing."""
    known, now = _recipients(before), _recipients(after)
    slugs = {slug for slug, *_where in known}
    further = now - known
    is_other = (after.dpv_purpose, after.dpv_processing) != (
        before.dpv_purpose, before.dpv_processing,
    )  # fmt: skip
    is_ai = after.dpv_processing.startswith(AI) and not before.dpv_processing.startswith(AI)
    found = {
        Widening.NEW_DATA: bool(set(after.data_categories) - set(before.data_categories)),
        Widening.NEW_RECIPIENT: any(slug not in slugs for slug, *_where in further),
        Widening.OTHER_RECIPIENT: any(slug in slugs for slug, *_where in further),
        Widening.OTHER_BASIS: after.legal_basis != before.legal_basis,
        Widening.AI_USE: is_ai,
        Widening.OTHER_PROCESSING: is_other and not is_ai,
        Widening.LONGER: _is_longer(before, after),
        Widening.WEAKER: _is_weaker(before.safeguards, after.safeguards),
    }
    return [reason for reason, holds in found.items() if holds]


def readable(duration: str) -> bool:
    """Whether an ISO 8601 duration of years, months and days says when data end."""
    return duration != "P" and len(duration) <= LONGEST and DURATION.fullmatch(duration) is not None


def _recipients(version: PurposeVersion) -> set[tuple[Any, Any, Any]]:
    """Return who receives it, in which country, as whom (ours, a processor, a third party)."""
    return {(one["system"], one.get("country"), one.get("kind")) for one in version.recipients}


def _is_longer(before: PurposeVersion, after: PurposeVersion) -> bool:
    """Whether data stays longer; counted from another event, nobody can say, so it is."""
    if after.retention_trigger != before.retention_trigger:
        return True
    if after.retention_duration == before.retention_duration:
        return False
    old, new = days(before.retention_duration), days(after.retention_duration)
    return new is None or (old is not None and new > old)


def _is_weaker(before: dict[str, Any], after: dict[str, Any]) -> bool:
    """Whether data were anonymous and are not; less is found; or it is another method, or
    nobody says any more which: which one protects better nobody can say.
    """
    was, now = _recall(before), _recall(after)
    return (
        (before.get("anonymised") is True and after.get("anonymised") is not True)
        or (was is not None and (now is None or now < was))
        or (bool(_method(before)) and _method(after) != _method(before))
    )


def _recall(safeguards: dict[str, Any]) -> float | None:
    stated = safeguards.get("recall")
    is_number = isinstance(stated, int | float) and not isinstance(stated, bool)
    return stated if is_number else None


def _method(safeguards: dict[str, Any]) -> str:
    stated = safeguards.get("method")
    return stated if isinstance(stated, str) else ""


def days(duration: str) -> int | None:
    """Return about how many days an ISO 8601 duration has; None if it cannot be read: no end."""
    match = DURATION.fullmatch(duration) if len(duration) <= LONGEST else None
    if match is None:
        return None
    return sum(int(part or 0) * of for part, of in zip(match.groups(), DAYS, strict=True))
