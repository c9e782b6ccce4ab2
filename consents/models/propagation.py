"""Saved and applied are two facts: which system was told of which choice, and what it answered."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from consents.models.ledger import ChoiceEvent
from consents.models.systems import System


class Propagation(models.Model):
    """One choice on its way to one system that must obey it.

    Made in the transaction of the choice, so that none is forgotten. ``expected_by`` is what the
    person is promised; ``received_at`` that the system took it, ``applied_at`` that it said it
    obeys. ``error`` is a short code, never the other side's words.
    """

    class Status(models.TextChoices):
        """Where the message is."""

        WAITING = "waiting", _("on its way")
        RECEIVED = "received", _("received, not applied yet")
        APPLIED = "applied", _("applied")
        DEAD = "dead", _("given up, support looks after it")
        # A later choice about the same went out instead of it (ADR 12).
        REPLACED = "replaced", _("replaced by a later choice")

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    event = models.ForeignKey(ChoiceEvent, models.PROTECT, related_name="propagations")
    system = models.ForeignKey(System, models.PROTECT, related_name="propagations")
    status = models.CharField(max_length=8, choices=Status, default=Status.WAITING)
    created_at = models.DateTimeField(default=timezone.now)
    expected_by = models.DateTimeField()
    due_at = models.DateTimeField(default=timezone.now)
    leased_until = models.DateTimeField(null=True, blank=True)
    lease = models.UUIDField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=60, blank=True)
    received_at = models.DateTimeField(null=True, blank=True)
    applied_at = models.DateTimeField(null=True, blank=True)
    resent_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    resent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["event", "system"], name="propagation_once"),
            models.CheckConstraint(
                name="propagation_applied_has_time",
                condition=Q(status="applied", applied_at__isnull=False)
                | ~Q(status="applied") & Q(applied_at=None),
            ),
        ]
        indexes = [
            models.Index(
                fields=["system", "due_at", "id"],
                name="propagation_due",
                condition=Q(status="waiting"),
            ),
            models.Index(
                fields=["-id"],
                name="propagation_open",
                condition=Q(status__in=["waiting", "received", "dead"]),
            ),
        ]

    def __str__(self) -> str:
        return f"propagation {self.uid}"
