"""What was asked of somebody outside the portal, and waits for an answer."""

import uuid
from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from dsar.models.erasure import ErasureItem
from dsar.models.requests import SubjectRequest
from dsar.models.steps import Step
from dsar.states import Status

WORKED_ON = frozenset({Status.SEARCHING, Status.PREPARING})


class OutsideTask(models.Model):
    """One step's question to a service, or to a person who owns a source; or the question about a
    thing (``item``) that was kept until a date which has come.

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
    step = models.OneToOneField(Step, models.CASCADE, null=True, blank=True, related_name="outside")
    item = models.OneToOneField(
        ErasureItem, models.CASCADE, null=True, blank=True, related_name="outside"
    )
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
                name="outside_about_step_or_item",
                condition=Q(step__isnull=False, item=None) | Q(step=None, item__isnull=False),
            ),
            models.CheckConstraint(
                name="outside_answered_iff_verdict",
                condition=Q(verdict="", answered_at=None)
                | ~Q(verdict="") & Q(answered_at__isnull=False),
            ),
        ]
        indexes = [models.Index(fields=["due_at"], name="outside_waiting", condition=Q(verdict=""))]

    def __str__(self) -> str:
        return f"outside task {self.pk}"

    @property
    def request(self) -> SubjectRequest:
        """Return the request that it serves."""
        held = self.step or self.item
        assert held is not None  # noqa: S101 - the constraint outside_about_step_or_item
        return held.request

    @property
    def source(self) -> str:
        """Return the slug of the source that was asked."""
        held = self.step or self.item
        return held.source if held else ""

    @property
    def action(self) -> str:
        """Return what is asked for: collect, plan, erase, prove, or end."""
        return self.step.kind if self.step else "end"

    def is_open(self, now: datetime) -> bool:
        """Whether an answer still counts at ``now`` (aware)."""
        waits = self.step is None or (
            self.step.status != Step.Status.FINISHED and self.request.status in WORKED_ON
        )
        return not self.verdict and now < self.due_at and waits


class OutsideCode(models.Model):
    """A code mailed to the owner of a source: the second factor of the link. Kept as a hash."""

    task = models.ForeignKey(OutsideTask, models.CASCADE, related_name="codes")
    code_hash = models.CharField(max_length=64)
    sent_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["task", "sent_at"], name="outside_code_newest")]

    def __str__(self) -> str:
        return f"code of outside task {self.task_id}"
