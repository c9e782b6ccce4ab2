"""Files that belong to a request: scans of letters, proofs, powers of attorney, enclosures."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from dsar.models.requests import SubjectRequest
from dsar.models.timeline import Message


class Attachment(models.Model):
    """One file, sealed in the storage with a key of its own; without the key it is noise.

    ``name`` is what the sender called it (never a path), ``stored`` its name in the storage.
    ``size`` (bytes) and ``sha256`` are of the file as sent. A proof of identity is destroyed as
    soon as it has been looked at; the row that says so stays, its name emptied.
    """

    class Role(models.TextChoices):
        """What it is for."""

        MESSAGE = "message", _("enclosed with a message")
        SCAN = "scan", _("scan of what came in")
        PROOF = "proof", _("proof of who asks")
        MANDATE = "mandate", _("power of attorney")
        ANSWER = "answer", _("answer of the owner of a source")
        STATEMENT = "statement", _("what the person says against a content")

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    request = models.ForeignKey(SubjectRequest, models.PROTECT, related_name="attachments")
    message = models.ForeignKey(
        Message, models.PROTECT, null=True, blank=True, related_name="attachments"
    )
    role = models.CharField(max_length=10, choices=Role)
    name = models.CharField(max_length=150, blank=True)
    media_type = models.CharField(max_length=100, blank=True)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    stored = models.CharField(max_length=200, blank=True)
    key = models.BinaryField(null=True, blank=True)
    by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    destroyed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                name="attachment_key_until_destroyed",
                condition=Q(destroyed_at=None, key__isnull=False) & ~Q(stored="")
                | Q(destroyed_at__isnull=False, key=None, stored="", name=""),
            )
        ]

    def __str__(self) -> str:
        return f"attachment {self.pk}"
