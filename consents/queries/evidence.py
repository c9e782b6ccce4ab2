"""What proves the claim of a purpose, for those who rely on it and for those who answer for it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from consents.models import Evidence, Purpose, PurposeVersion

VALID, EXPIRED, WITHDRAWN, NONE = "valid", "expired", "withdrawn", "none"


@dataclass(frozen=True)
class Proof:
    """How a claim stands. ``evidence`` is what is shown of it: what counts, else the last.

    ``is_closed``: nothing that rests on the claim is done, for there is no valid evidence.
    """

    state: str
    evidence: Evidence | None
    is_anonymous: bool  # the claim: anonymous; else masked, and measured
    is_closed: bool


def proof(version: PurposeVersion, *, now: datetime) -> Proof | None:
    """Return how the claim of a version stands; None where it claims nothing. One query."""
    if not version.is_claimed:
        return None
    of = Evidence.objects.filter(purpose=version.purpose_id).select_related("withdrawal", "file")
    rows = list(of.order_by("-measured_on", "-pk"))
    shown = next((one for one in rows if state_of(one, now) == VALID), rows[0] if rows else None)
    state = state_of(shown, now) if shown else NONE
    return Proof(
        state=state,
        evidence=shown,
        is_anonymous=version.safeguards.get("anonymised") is True,
        is_closed=state != VALID and version.purpose.needs_evidence,
    )


def state_of(one: Evidence, now: datetime) -> str:
    """Return whether one piece of evidence counts at ``now`` (aware)."""
    if hasattr(one, "withdrawal"):
        return WITHDRAWN
    return VALID if one.expires_at > now else EXPIRED


@dataclass(frozen=True)
class Claim:
    """One purpose on the officer's list."""

    version: PurposeVersion
    proof: Proof | None  # None: it claims nothing
    count: int  # how much evidence was ever recorded


def claims(now: datetime) -> list[Claim]:
    """Return the purposes in force that claim something, or have evidence all the same."""
    rows = Evidence.objects.values_list("purpose_id", flat=True)
    counts: dict[int, int] = {}
    for pk in rows:
        counts[pk] = counts.get(pk, 0) + 1
    versions: Iterable[PurposeVersion] = PurposeVersion.objects.in_force(now)
    found = [
        Claim(one, proof(one, now=now), counts.get(one.purpose_id, 0))
        for one in PurposeVersion.objects.filter(pk__in=[one.pk for one in versions])
        .select_related("purpose")
        .order_by("purpose__position")
        if one.is_claimed or one.purpose_id in counts
    ]
    return found


def summary(one: Evidence, *, now: datetime) -> dict[str, Any]:
    """Return the evidence as plain data, for a file to keep: everything but the report itself."""
    again = one.reidentified
    return {
        "purpose": one.purpose.slug,
        "state": state_of(one, now),
        "measured_on": one.measured_on.isoformat(),
        "counts_until": one.valid_until.isoformat(),
        "method": {"code": one.method, "words": one.method_words},
        "dataset": {"documents": one.documents, "words": one.dataset},
        "identifiers": {
            "labelled": one.items, "found": one.found, "share": one.recall.share,
            "interval_95": [one.recall.low, one.recall.high],
        },
        "recognised_again": {
            "attempts": one.attempts, "successes": one.successes, "words": one.attack,
            "upper_bound_95": again.high if again else None,
        },
        "reviewer": {
            "name": one.reviewer, "function": one.reviewer_function,
            "independent": one.is_independent,
        },
        "report": {
            "sha256": one.file.sha256, "bytes": one.file.size, "public": one.is_file_public,
        } if one.file else None,
        "withdrawn": one.withdrawal.reason if hasattr(one, "withdrawal") else None,
        "interval": "Wilson score interval, two-sided, 95 %",
    }  # fmt: skip


def of_purpose(purpose: Purpose) -> list[Evidence]:
    """Return all evidence of a purpose, the newest measurement first."""
    of = Evidence.objects.filter(purpose=purpose).select_related(
        "withdrawal__by", "file", "by", "change__decided_by"
    )
    return list(of.order_by("-measured_on", "-pk"))
