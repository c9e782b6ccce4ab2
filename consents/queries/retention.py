"""How long something is kept, as the register says: the only place that other code asks.

A period of a purpose is that of its version in force, one that stands alone that of its record.
"""

from datetime import datetime

from django.utils import timezone

from consents.models import ProcessingVersion, PurposeVersion
from consents.models.purposes import Control
from consents.queries.processing import in_language
from consents.widening import days

COMPLETED = "document_completed"
DOCUMENTS = "pd:PersonalDocuments"


def of_documents(now: datetime) -> str:
    """Return how long documents are kept from their end (ISO 8601) as of ``now`` (aware).

    The longest period among the purposes in force that keep documents themselves and count from
    the last signature: what one of these still needs, none erases. A purpose that counts from
    another event keeps a copy of its own, which ends where it lies (ADR 33). Empty for none.
    """
    versions = PurposeVersion.objects.in_force(now).select_related("purpose")
    periods = [version.retention_duration for version in versions if _keeps_documents(version)]
    return max(periods, key=lambda period: days(period) or 0, default="")


def _keeps_documents(version: PurposeVersion) -> bool:
    is_used = version.purpose.by_document and version.purpose.control != Control.NOT_USED
    has_end = days(version.retention_duration) is not None
    is_counted = version.retention_trigger == COMPLETED and has_end
    return is_used and is_counted and DOCUMENTS in version.data_categories


def said(slug: str) -> str:
    """Return what the register says in words of a processing's period; empty if it says nothing.

    In the active language: the published words of a purpose, else those of the record that stands
    alone.
    """
    version = PurposeVersion.objects.in_force(timezone.now()).filter(purpose__slug=slug).first()
    if version is not None:
        return version.text().retention
    record = ProcessingVersion.objects.filter(record__slug=slug).order_by("-number").first()
    texts = record.texts if record else {}
    return in_language({code: one.get("retention", "") for code, one in texts.items()})
