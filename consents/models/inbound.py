"""Events that came in by a hook and could not be applied."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User


class InboundEvent(models.Model):
    """One event from outside that could not be understood, or not yet: never lost.

    What is understood at once is applied and not kept. ``body`` holds names and addresses: it is
    emptied as soon as the event is applied, or after ``envelopes.KEPT``, and the row without it
    says that there was one. ``code`` and ``where`` say what was wrong and repeat no value of it.
    """

    class Source(models.TextChoices):
        """Whose hook it came by."""

        DOCUSIGN = "docusign", "DocuSign"

    class Status(models.TextChoices):
        """What became of it."""

        WAITING = "waiting", _("waiting for its envelope")
        UNREADABLE = "unreadable", _("not understood")
        APPLIED = "applied", _("applied later")
        EXPIRED = "expired", _("removed after the retention period")

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    source = models.CharField(max_length=10, choices=Source)
    received_at = models.DateTimeField(default=timezone.now)
    body = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    envelope = models.CharField(max_length=100, blank=True)
    status = models.CharField(max_length=10, choices=Status)
    code = models.CharField(max_length=40)
    where = models.CharField(max_length=200, blank=True)
    attempts = models.PositiveIntegerField(default=1)
    tried_at = models.DateTimeField(default=timezone.now)
    tried_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "sha256"], name="inbound_once"),
            models.CheckConstraint(
                name="inbound_body_while_open",
                condition=Q(status__in=["waiting", "unreadable"]) & ~Q(body=b"")
                | Q(status__in=["applied", "expired"], body=b""),
            ),
        ]
        indexes = [
            models.Index(
                fields=["received_at"],
                name="inbound_open",
                condition=Q(status__in=["waiting", "unreadable"]),
            ),
            models.Index(
                fields=["envelope"], name="inbound_waiting", condition=Q(status="waiting")
            ),
        ]

    def __str__(self) -> str:
        return f"inbound event {self.uid}"
