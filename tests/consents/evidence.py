"""Evidence, and purposes that claim what it proves."""

from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from accounts.models import User
from consents.actions import evidence
from consents.actions.evidence import Measurement
from consents.models import Evidence, Purpose, PurposeVersion
from portal.lib.canonical import sha256_of
from tests.consents.worlds import World

WORDS = {"en": "Read by hand.", "fr": "Lu à la main."}


def claim(world: World, *, closes: bool = True, **safeguards: Any) -> PurposeVersion:
    """Let the purpose claim that its data are anonymous, for a year already."""
    last = PurposeVersion.objects.filter(purpose=world.purpose).order_by("-number")[0]
    Purpose.objects.filter(pk=world.purpose.pk).update(needs_evidence=closes)
    return PurposeVersion.objects.create(
        purpose=world.purpose, number=last.number + 1, published_at=last.published_at,
        effective_from=last.effective_from, legal_basis=last.legal_basis, texts=last.texts,
        data_categories=last.data_categories, retention_trigger=last.retention_trigger,
        retention_duration=last.retention_duration, dpv_purpose=last.dpv_purpose,
        safeguards=safeguards or {"anonymised": True}, sha256=sha256_of("claims"),
    )  # fmt: skip


def prove(purpose: Purpose, *, by: User, days: int = 100, **changes: Any) -> Evidence:
    """Record evidence that counts for ``days`` days from today."""
    today = timezone.localdate()
    fields: dict[str, Any] = {
        "method": "manual_review", "method_words": WORDS, "measured_on": today - timedelta(days=30),
        "dataset": WORDS, "documents": 120, "items": 1000, "found": 986, "attack": WORDS,
        "attempts": 200, "successes": 0, "reviewer": "Cabinet Mesure",
        "reviewer_function": "auditor", "is_independent": True,
        "valid_until": today + timedelta(days=days),
    } | changes  # fmt: skip
    return evidence.record(purpose, Measurement(**fields), by=by)


def expired(purpose: Purpose, *, by: User) -> Evidence:
    """Record evidence that counted until the end of 2020."""
    return prove(purpose, by=by, measured_on=date(2020, 1, 1), valid_until=date(2020, 12, 31))
