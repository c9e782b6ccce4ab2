"""What documents were really used for."""

import uuid

from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from consents.models.documents import Document
from consents.models.purposes import PurposeVersion
from consents.models.systems import System


class TrainingRun(models.Model):
    """One training of one model, with the manifest of what went into it."""

    class Remedy(models.TextChoices):
        """What can still be done about a document in an already trained model."""

        RETRAIN = "retrain", _("the model is trained anew without it")
        FILTER = "filter", _("outputs that repeat it are filtered")
        ANONYMOUS = "anonymous", _("the provider claims the model is anonymous")
        NONE = "none", _("nothing can be undone in this model")

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    reference = models.CharField(max_length=120, unique=True)
    model_name = models.CharField(max_length=120)
    system = models.ForeignKey(System, models.PROTECT, related_name="training_runs")
    started_at = models.DateTimeField()
    # When its documents were read: what was refused later had been used by then.
    trained_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    remedy = models.CharField(max_length=10, choices=Remedy, default=Remedy.NONE)
    remedy_by = models.DateField(null=True, blank=True)
    manifest_sha256 = models.CharField(max_length=64, blank=True)
    opened_by = models.CharField(max_length=100, blank=True)  # the machine client, if by API

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="run_closed_after_start",
                condition=Q(closed_at=None) | Q(closed_at__gte=F("started_at")),
            )
        ]

    def __str__(self) -> str:
        return self.reference


class RunRemedy(models.Model):
    """What was said, and when, of what can still be done about a run. Append-only.

    ``by`` is the machine client that said it. The run repeats the newest one.
    """

    run = models.ForeignKey(TrainingRun, models.PROTECT, related_name="remedies")
    at = models.DateTimeField(default=timezone.now)
    remedy = models.CharField(max_length=10, choices=TrainingRun.Remedy)
    remedy_by = models.DateField(null=True, blank=True)
    by = models.CharField(max_length=100)

    class Meta:
        verbose_name_plural = "run remedies"

    def __str__(self) -> str:
        return f"remedy {self.pk}"


class ManifestLine(models.Model):
    """One document that a run means to use, used, or was told to leave out: ``excluded`` says why.

    ``excluded`` is a code of ``permits.Reason``, empty while the document may be used;
    ``checked_at`` is when the gate said so. ``used_at`` is the first :class:`Use` of the document
    by the run: a trigger of that table writes it, whichever way the use is reported, so that a
    person's runs are found without a search through every month of uses.
    """

    run = models.ForeignKey(TrainingRun, models.PROTECT, related_name="lines")
    document = models.ForeignKey(Document, models.PROTECT, related_name="+")
    excluded = models.CharField(max_length=40, blank=True)
    checked_at = models.DateTimeField(default=timezone.now)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "document"], name="manifest_line_once")
        ]
        indexes = [
            models.Index(fields=["document"], name="manifest_line_of_document"),
            models.Index(
                fields=["document", "run"],
                name="manifest_line_used",
                condition=Q(used_at__isnull=False),
                include=["used_at"],
            ),
        ]

    def __str__(self) -> str:
        return f"line {self.pk}"


class Use(models.Model):
    """One use of one document for one purpose. Append-only, partitioned by month of ``at``.

    The same document, purpose version, system, run and microsecond are the same use: reporting it
    again does nothing. The table is made by hand in the first migration.
    """

    pk = models.CompositePrimaryKey("at", "id")
    id = models.BigIntegerField(
        db_default=Func(Value("consents_use_id_seq"), function="nextval"), editable=False
    )
    at = models.DateTimeField()
    document = models.ForeignKey(Document, models.PROTECT, related_name="uses")
    version = models.ForeignKey(PurposeVersion, models.PROTECT, related_name="uses")
    system = models.ForeignKey(System, models.PROTECT, related_name="uses")
    training_run = models.ForeignKey(
        TrainingRun, models.PROTECT, null=True, blank=True, related_name="uses"
    )
    recorded_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["document", "at", "version", "system", "training_run"],
                name="use_once",
                nulls_distinct=False,
            )
        ]
        indexes = [
            models.Index("training_run", name="use_of_run", condition=~Q(training_run=None)),
            models.Index("version", "at", name="use_of_version"),
        ]

    def __str__(self) -> str:
        return f"use {self.id}"
