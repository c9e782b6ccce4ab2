"""Rows of the kernel: mail on its way out, the worker's heartbeat, what the office has set."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class OutgoingMail(models.Model):
    """One mail to one address, from the moment it is due until the server took it or would not.

    ``key`` makes a mail unique (``"request-received:42"``), so that a task that runs twice sends
    once. Subject and bodies are emptied once sent: what remains says that, when and to which
    address, and is deleted after ``mail.KEPT``. A mail that is of no use after ``expires_at`` (a
    sign-in code) is emptied then, sent or not. ``error`` is a short code, never the server's
    words, which quote the address.
    """

    class Status(models.TextChoices):
        """Where the mail is."""

        WAITING = "waiting", _("waiting")
        SENT = "sent", _("sent")
        FAILED = "failed", _("failed")

    key = models.CharField(max_length=120, unique=True)
    template = models.CharField(max_length=80)
    to = models.EmailField()
    language = models.CharField(max_length=8)
    # Which version of the office's own wording it was made from; 0: the one that is shipped.
    wording = models.PositiveIntegerField(default=0)
    subject = models.CharField(max_length=300, blank=True)
    text = models.TextField(blank=True)
    html = models.TextField(blank=True)
    status = models.CharField(max_length=8, choices=Status, default=Status.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    due_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(null=True, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="mail_sent_iff_emptied_with_date",
                condition=models.Q(
                    status="sent", sent_at__isnull=False, subject="", text="", html=""
                )
                | models.Q(status__in=["waiting", "failed"], sent_at=None),
            )
        ]
        indexes = [
            models.Index(
                fields=["created_at"],
                name="mail_undelivered",
                condition=models.Q(status__in=["waiting", "failed"]),
            )
        ]

    def __str__(self) -> str:
        return f"mail {self.pk} ({self.template}, {self.status})"


class Heartbeat(models.Model):
    """When somebody last showed that he lives: the job worker, by doing a job."""

    WORKER = "worker"

    name = models.CharField(max_length=20, primary_key=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name} at {self.at:%Y-%m-%dT%H:%M:%SZ}"


class CallCount(models.Model):
    """How often somebody called within one minute; see ``portal.lib.counting``."""

    who = models.CharField(max_length=64)
    minute = models.BigIntegerField()
    calls = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["who", "minute"], name="calls_of_a_minute")]

    def __str__(self) -> str:
        return f"{self.calls} calls in minute {self.minute}"


class OfficeVersion(models.Model):
    """One version of one thing that the office has set; see ``portal.lib.office``. Append-only.

    ``value`` null: what was first holds again. ``change`` is the ``uid`` of the change by which it
    came (``accounts.changes``), which says who drafted it and who agreed; no person stands here.
    """

    key = models.CharField(max_length=80)
    number = models.PositiveIntegerField()
    value = models.JSONField(null=True)
    change = models.UUIDField(null=True, blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key", "number"], name="office_version_once"),
            models.CheckConstraint(
                condition=models.Q(number__gte=1), name="office_version_counts_from_one"
            ),
        ]

    def __str__(self) -> str:
        return f"version {self.number} of {self.key}"
