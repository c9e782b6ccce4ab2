"""The work a request sets off: one row per step, which alone says how far it is."""

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from dsar.grounds import Awaited, Cause, NextAction
from dsar.models.requests import SubjectRequest


class Step(models.Model):
    """One piece of work on one source. Claimed by a conditional update, held by a lease.

    Whoever holds ``lease`` before ``leased_until`` works on it; a dead worker's step is taken up by
    the sweep when the lease has run out. A step may run twice, its effect may not: the effect is
    written in the transaction that finishes the step, and only under the same lease.
    """

    class Kind(models.TextChoices):
        """What is done."""

        COLLECT = "collect", _("search and copy")
        SCREEN = "screen", _("look for data of others")
        PACKAGE = "package", _("make the copy")
        PLAN = "plan", _("plan")
        ERASE = "erase", _("erase")
        PROVE = "prove", _("search again")
        CERTIFICATE = "certificate", _("write the certificate")

    class Status(models.TextChoices):
        """How far it is."""

        WAITING = "waiting", _("waiting")
        RUNNING = "running", _("running")
        FINISHED = "finished", _("finished")

    class Outcome(models.TextChoices):
        """How it ended. An exception is a lawful reason why a source gives nothing."""

        DONE = "done", _("done")
        NOT_FOUND = "not_found", _("nothing found")
        EXCEPTION = "exception", _("not done, with a reason")
        FAILED = "failed", _("failed")

    request = models.ForeignKey(SubjectRequest, models.PROTECT, related_name="steps")
    kind = models.CharField(max_length=12, choices=Kind)
    source = models.CharField(max_length=60, blank=True)  # empty: the request as a whole
    position = models.PositiveSmallIntegerField()
    status = models.CharField(max_length=8, choices=Status, default=Status.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)  # times it was taken up
    failures = models.PositiveSmallIntegerField(default=0)  # times the source failed
    lease = models.UUIDField(null=True, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)
    not_before = models.DateTimeField()
    queued_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=10, choices=Outcome, blank=True)
    cause = models.CharField(max_length=20, choices=Cause, blank=True)
    next_action = models.CharField(max_length=20, choices=NextAction, blank=True)
    # What it waits for outside the portal, as a code of its source; no failure.
    awaits = models.CharField(max_length=20, choices=Awaited, blank=True)
    # Support has seen the failure and lets the answer go out without this source, naming it.
    accepted_at = models.DateTimeField(null=True, blank=True)
    records = models.PositiveIntegerField(default=0)
    files = models.PositiveIntegerField(default=0)
    volume = models.PositiveBigIntegerField(default=0)  # bytes taken in so far
    tables = models.JSONField(default=list)  # what was found: {"slug", "title", "rows"} each
    # What a collect step found, sealed, until the package is made of it.
    part = models.CharField(max_length=200, blank=True)
    part_key = models.BinaryField(null=True, blank=True)

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["request", "kind", "source"], name="step_once_per_source"
            ),
            models.CheckConstraint(
                name="step_running_iff_leased",
                condition=Q(status="running", lease__isnull=False, leased_until__isnull=False)
                | ~Q(status="running") & Q(lease=None, leased_until=None),
            ),
            models.CheckConstraint(
                name="step_finished_iff_outcome",
                condition=Q(status="finished", finished_at__isnull=False)
                & Q(outcome__in=["done", "not_found", "exception", "failed"])
                | ~Q(status="finished") & Q(finished_at=None, outcome=""),
            ),
            models.CheckConstraint(
                name="step_failed_names_cause", condition=~Q(outcome="failed") | ~Q(cause="")
            ),
        ]
        indexes = [
            models.Index(fields=["not_before"], name="step_to_do", condition=~Q(status="finished")),
            models.Index(fields=["outcome"], name="step_failed", condition=Q(outcome="failed")),
            # When each source last answered, and last failed.
            models.Index(
                fields=["source", "outcome", "-finished_at"],
                name="step_newest_of_source",
                condition=Q(finished_at__isnull=False),
            ),
            models.Index(
                fields=["request"],
                name="step_gap",
                condition=Q(outcome__in=["failed", "exception"]),
            ),
        ]

    def __str__(self) -> str:
        return f"step {self.pk} ({self.kind} {self.source})"

    @property
    def is_gap(self) -> bool:
        """Whether what this step should have done is missing from the answer."""
        return self.outcome in (self.Outcome.FAILED, self.Outcome.EXCEPTION)

    def waits_until(self) -> datetime | None:
        """Return when it is tried again, if it is waiting after a failure."""
        waits = self.status == self.Status.WAITING and self.failures > 0
        return self.not_before if waits else None
