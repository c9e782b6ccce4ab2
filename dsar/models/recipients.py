"""Who else had the data, and was told what became of it (art. 19 GDPR)."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from consents.models import System
from dsar.models.requests import SubjectRequest


class RecipientNotice(models.Model):
    """One recipient that is told of one thing: erased, corrected, or paused.

    ``system`` is whom the portal can call; a recipient that is only a name in the register
    (``name``) is told by staff. ``documents`` are the references that the recipient itself got from
    the signing service; beside them only ``subject`` travels, a number that says nothing and is
    another one for each recipient. ``due_on`` is a day of the controller's zone. ``error`` is a
    short code, never the other side's words.
    """

    class What(models.TextChoices):
        """What is told."""

        ERASURE = "erasure", _("erased")
        RECTIFICATION = "rectification", _("corrected")
        RESTRICTION = "restriction", _("use paused")

    class Status(models.TextChoices):
        """Where it is."""

        BY_STAFF = "by_staff", _("to be told by our staff")
        WAITING = "waiting", _("on its way")
        TOLD = "told", _("told, not confirmed yet")
        CONFIRMED = "confirmed", _("confirmed")
        DEAD = "dead", _("could not be reached, our staff look after it")

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    request = models.ForeignKey(SubjectRequest, models.PROTECT, related_name="recipients")
    what = models.CharField(max_length=13, choices=What)
    system = models.ForeignKey(System, models.PROTECT, null=True, blank=True, related_name="+")
    recipient = models.CharField(max_length=120)  # slug of the register; the system's, if any
    name = models.CharField(max_length=120)
    subject = models.CharField(max_length=64)
    documents = models.JSONField(default=list)
    status = models.CharField(max_length=9, choices=Status)
    due_on = models.DateField()
    attempts = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(default=timezone.now)
    leased_until = models.DateTimeField(null=True, blank=True)
    lease = models.UUIDField(null=True, blank=True)
    error = models.CharField(max_length=60, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    sent_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    ack_at = models.DateTimeField(null=True, blank=True)
    ack_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["request", "what", "recipient"], name="recipient_told_once"
            ),
            models.CheckConstraint(
                name="recipient_confirmed_has_time",
                condition=Q(status="confirmed", ack_at__isnull=False)
                | ~Q(status="confirmed") & Q(ack_at=None),
            ),
            models.CheckConstraint(
                name="recipient_told_has_time",
                condition=~Q(status="told") | Q(sent_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_try_at", "id"],
                name="recipient_due",
                condition=Q(status="waiting"),
            ),
            models.Index(
                fields=["due_on", "id"],
                name="recipient_open",
                condition=~Q(status="confirmed"),
            ),
        ]

    def __str__(self) -> str:
        return f"notice {self.uid}"

    @property
    def is_open(self) -> bool:
        """Whether the recipient has not confirmed yet."""
        return self.status != self.Status.CONFIRMED
