"""Reports as they were made, their files, and the figures that the public page shows."""

import uuid
from datetime import date

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User


class Report(models.Model):
    """One report about a period, in one language. Once done nobody can change it (a trigger).

    ``first`` and ``last`` are days of the controller's zone, both included. ``figures`` is what was
    counted at ``counted_at`` (``portal.dashboard.reports.figures``), ``fingerprint`` the SHA-256 of
    what was asked and of the figures: the language changes words alone. A dead worker's report is
    taken up by the sweep when its lease has run out; each stage is written once, under the lease.
    """

    class Kind(models.TextChoices):
        """What it is about."""

        MONTHLY = "monthly", _("monthly report")
        YEARLY = "yearly", _("yearly report")
        RANGE = "range", _("report on a period of your choice")
        CCPA = "ccpa", _("CCPA metrics of a year (§ 7102)")

    class Scope(models.TextChoices):
        """Whose requests are counted: a choice for CCPA metrics, everybody's elsewhere."""

        ALL = "all", _("everybody")
        CCPA = "ccpa", _("California")
        US = "us", _("all states of the United States")

    class State(models.TextChoices):
        """How far it is."""

        QUEUED = "queued", _("waiting for the worker")
        RUNNING = "running", _("being built")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")

    class Cause(models.TextChoices):
        """Why it was not built."""

        STORAGE = "storage", _("The storage of files did not take a file.")
        INTERRUPTED = "interrupted", _("The worker stopped at every attempt.")
        UNEXPECTED = "unexpected", _("Something happened that nobody foresaw.")

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=8, choices=Kind)
    first = models.DateField()
    last = models.DateField()
    scope = models.CharField(max_length=4, choices=Scope, default=Scope.ALL)
    language = models.CharField(max_length=8)
    # Empty: made by the schedule, once for each period and language.
    asked_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="reports_i_asked_for"
    )
    asked_at = models.DateTimeField(default=timezone.now)
    keep_until = models.DateField()
    state = models.CharField(max_length=7, choices=State, default=State.QUEUED)
    queued_at = models.DateTimeField(default=timezone.now)
    attempts = models.PositiveSmallIntegerField(default=0)
    lease = models.UUIDField(null=True, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)
    stage = models.PositiveSmallIntegerField(default=0)  # how many of the stages are over
    cause = models.CharField(max_length=12, choices=Cause, blank=True)
    counted_at = models.DateTimeField(null=True, blank=True)
    is_provisional = models.BooleanField(default=False)  # counted while the period was running
    figures = models.JSONField(null=True, blank=True)
    fingerprint = models.CharField(max_length=64, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="report_first_before_last", condition=Q(last__gte=F("first"))
            ),
            models.CheckConstraint(
                name="report_scope_of_ccpa_alone", condition=Q(kind="ccpa") | Q(scope="all")
            ),
            models.CheckConstraint(
                name="report_running_iff_leased",
                condition=Q(state="running", lease__isnull=False, leased_until__isnull=False)
                | ~Q(state="running") & Q(lease=None, leased_until=None),
            ),
            models.CheckConstraint(
                name="report_done_has_figures",
                condition=Q(state="done", figures__isnull=False, finished_at__isnull=False)
                & ~Q(fingerprint="")
                | ~Q(state="done") & Q(finished_at=None),
            ),
            models.CheckConstraint(
                name="report_failed_names_cause",
                condition=Q(state="failed") & ~Q(cause="") | ~Q(state="failed") & Q(cause=""),
            ),
            models.UniqueConstraint(
                fields=["kind", "first", "last", "scope", "language"],
                condition=Q(asked_by=None),
                name="report_by_schedule_once",
            ),
            # Asked twice while it is being built, it is one report.
            models.UniqueConstraint(
                fields=["kind", "first", "last", "scope", "language"],
                condition=Q(state__in=["queued", "running"]),
                name="report_one_in_the_making",
            ),
        ]
        indexes = [
            models.Index(
                fields=["queued_at"],
                name="report_to_build",
                condition=Q(state__in=["queued", "running"]),
            ),
            models.Index(fields=["kind", "first", "last", "scope"], name="report_of_period"),
            models.Index(fields=["keep_until"], name="report_kept_until"),
        ]

    def __str__(self) -> str:
        return f"report {self.uid}"

    @property
    def is_open(self) -> bool:
        """Whether it is still to be built."""
        return self.state in (self.State.QUEUED, self.State.RUNNING)

    @property
    def is_metrics(self) -> bool:
        """Whether it holds the metrics of § 7102 and nothing else."""
        return self.kind == self.Kind.CCPA


class ReportFile(models.Model):
    """One file of a report, and the hash it had when it was written."""

    class Format(models.TextChoices):
        """What kind of file; in the order in which they are written."""

        JSON = "json", "JSON"
        CSV = "csv", "CSV"
        XLSX = "xlsx", "XLSX"
        PDF = "pdf", "PDF"

    report = models.ForeignKey(Report, models.CASCADE, related_name="files")
    format = models.CharField(max_length=4, choices=Format)
    stored = models.CharField(max_length=200)  # its name in the storage
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    written_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["report", "format"], name="report_file_once")
        ]

    def __str__(self) -> str:
        return f"{self.format} of report {self.report_id}"


class PublicYear(models.Model):
    """What ``/transparency/`` shows of one year: already suppressed, so that no page can leak.

    ``until`` is the day before which was counted. A year that is over is counted once more, a month
    after its end, and then stands (``is_final``).
    """

    year = models.PositiveSmallIntegerField(unique=True)
    until = models.DateField()
    counted_at = models.DateTimeField(default=timezone.now)
    is_final = models.BooleanField(default=False)
    figures = models.JSONField()

    class Meta:
        ordering = ["-year"]

    def __str__(self) -> str:
        return f"public figures of {self.year}"

    @property
    def last(self) -> date:
        """The last day of the year."""
        return date(self.year, 12, 31)
