"""Rows of the kernel: mail on its way out, and the worker's heartbeat."""

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
