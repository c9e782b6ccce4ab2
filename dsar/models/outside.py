"""What was asked of somebody outside the portal, and waits for an answer."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from dsar.models.steps import Step


class OutsideTask(models.Model):
    """One step's question to a service, or to a person who owns a source.

    ``uid`` is the idempotency key that the outside sees; ``token_hash`` is that of the secret in
    the magic link, or in the callback's address. ``state`` is the source's own note (codes,
    external ids), never a person's data; the answer's data lies in sealed files (``answer``, with
    ``answer_key``), forgotten when the step is finished.
    """

    class Verdict(models.TextChoices):
        """What came back."""

        DONE = "done", _("done")
        NOT_FOUND = "not_found", _("nothing found")
        EXCEPTION = "exception", _("not done, with a reason")
        FAILED = "failed", _("failed")

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    step = models.OneToOneField(Step, models.CASCADE, related_name="outside")
    token_hash = models.CharField(max_length=64, unique=True, null=True, blank=True)
    asked_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField()  # after this it is a failure, named as one
    asked_again_at = models.DateTimeField(null=True, blank=True)  # the last reminder or poll
    reminders = models.PositiveSmallIntegerField(default=0)
    verdict = models.CharField(max_length=10, choices=Verdict, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    reason = models.TextField(max_length=2000, blank=True)  # of an exception; emptied by erasure
    state = models.JSONField(default=dict)
    answer = models.CharField(max_length=200, blank=True)
    answer_key = models.BinaryField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="outside_answered_iff_verdict",
                condition=Q(verdict="", answered_at=None)
                | ~Q(verdict="") & Q(answered_at__isnull=False),
            ),
        ]
        indexes = [models.Index(fields=["due_at"], name="outside_waiting", condition=Q(verdict=""))]

    def __str__(self) -> str:
        return f"outside task {self.pk}"
