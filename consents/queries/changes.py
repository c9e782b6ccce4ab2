"""What changed in the purposes, and is going to change: for everybody, whoever they are."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from consents.models import PurposeStop, PurposeVersion
from consents.queries import change, diff
from consents.queries.change import Step
from consents.queries.diff import Difference

MOST = 50


@dataclass(frozen=True)
class PublicChange:
    """One version that changed a purpose, in the active language."""

    version: PurposeVersion
    steps: list[Step]  # in what it goes further; empty if in nothing
    changes: list[Difference]
    is_announced: bool  # neither in effect yet nor stopped
    stop: PurposeStop | None


def public_changes(now: datetime) -> list[PublicChange]:
    """Return the changes published last, what is announced first: two queries, however many."""
    told = Q(number__gt=1) | Q(widens=True)
    newest = PurposeVersion.objects.filter(told).order_by("-published_at", "-pk")
    found = list(newest.select_related("purpose", "stop")[:MOST])
    know_what_was_before(found)
    lines = [_public(one, now) for one in found]
    return sorted(lines, key=lambda one: not one.is_announced)


def know_what_was_before(versions: list[PurposeVersion]) -> None:
    """Let each know the version that it follows, by one query for all of them."""
    of = PurposeVersion.objects.standing().filter(purpose__in={one.purpose_id for one in versions})
    earlier: dict[int, list[PurposeVersion]] = {}
    for one in of.order_by("number"):
        earlier.setdefault(one.purpose_id, []).append(one)
    for version in versions:
        before = [one for one in earlier.get(version.purpose_id, []) if one.number < version.number]
        version.before = before[-1] if before else None


def _public(version: PurposeVersion, now: datetime) -> PublicChange:
    stop: PurposeStop | None = getattr(version, "stop", None)
    return PublicChange(
        version=version,
        steps=change.steps(version.before, version) if version.widens else [],
        changes=diff.differences(version.before, version),
        is_announced=stop is None and version.effective_from > now,
        stop=stop,
    )
