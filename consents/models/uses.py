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
    closed_at = models.DateTimeField(null=True, blank=True)
    remedy = models.CharField(max_length=10, choices=Remedy, default=Remedy.NONE)
    remedy_by = models.DateField(null=True, blank=True)
    manifest_sha256 = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="run_closed_after_start",
                condition=Q(closed_at=None) | Q(closed_at__gte=F("started_at")),
            )
        ]

    def __str__(self) -> str:
        return self.reference


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
