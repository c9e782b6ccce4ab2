"""A purpose that is going to be wider."""

from datetime import timedelta

from django.utils import timezone

from consents import catalogue
from consents.actions import purposes
from consents.models import Purpose, PurposeText, PurposeVersion


def announce(purpose: Purpose) -> PurposeVersion:
    """Publish a version that uses more data, in effect in thirty days."""
    last = purpose.versions.order_by("-number")[0]
    texts = {code: PurposeText(**text) for code, text in last.texts.items()}
    wording = catalogue.Wording(
        legal_basis=last.legal_basis, texts=texts, dpv_purpose=last.dpv_purpose,
        data_categories=[*last.data_categories, f"pd:More{last.number}"],
        recipients=[one["system"] for one in last.recipients],
        retention_trigger=last.retention_trigger, retention_duration=last.retention_duration,
        dpv_processing=last.dpv_processing,
    )  # fmt: skip
    now = timezone.now()
    return purposes.publish(
        purpose, wording, published_at=now, effective_from=now + timedelta(days=30)
    )
