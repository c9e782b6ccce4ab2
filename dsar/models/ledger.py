"""What was erased, in keyed hashes, so that a restored backup can be erased again (ADR 23)."""

import uuid

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class ErasureRecord(models.Model):
    """One line of the ledger of erasures. Append-only; hashes, codes and dates, no personal data.

    ``subject`` and ``thing`` are HMACs (hex) under a key of this installation: they are recognised
    by whoever holds the same row again, and say nothing to anybody else. ``request`` is the
    reference of the request by which it was done. ``data`` holds what a replay needs besides.
    """

    class Kind(models.TextChoices):
        """What the line is about."""

        ITEM = "item", _("one thing was erased or locked away")
        ADDRESS = "address", _("an e-mail address was erased")
        FILE = "file", _("a file was destroyed")
        ENDED = "ended", _("what was kept until its date was erased")
        CERTIFIED = "certified", _("the certificate was issued")
        HELD = "held", _("a legal hold was placed")
        LIFTED = "lifted", _("a legal hold was lifted")

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    at = models.DateTimeField(default=timezone.now)
    kind = models.CharField(max_length=9, choices=Kind)
    request = models.CharField(max_length=16, blank=True)
    subject = models.CharField(max_length=64)
    source = models.CharField(max_length=60, blank=True)
    thing = models.CharField(max_length=64, blank=True)
    data = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(fields=["subject", "id"], name="erasure_of_subject"),
            models.Index(fields=["request", "kind"], name="erasure_by_request"),
            models.Index(fields=["-at", "-id"], name="erasure_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.uid}"


class LedgerOutbox(models.Model):
    """A line that has not been carried out of the database yet; deleted once it has."""

    record = models.OneToOneField(ErasureRecord, models.PROTECT, related_name="waiting")

    def __str__(self) -> str:
        return f"line {self.record_id} waits"


class LedgerVolume(models.Model):
    """A sealed file outside of the database that holds lines of the ledger; never changed again.

    ``number`` counts from 1 without a gap: a database that knows fewer volumes than there are has
    been restored from a backup.
    """

    number = models.PositiveIntegerField(unique=True)
    name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    lines = models.PositiveIntegerField()
    written_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"volume {self.number}"
