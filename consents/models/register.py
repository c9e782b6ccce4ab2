"""The register of processing (art. 30 GDPR), and what shows that data is erased when it says."""

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.changes.models import Change
from consents.models.purposes import LegalBasis, Purpose


class Role(models.TextChoices):
    """What we are in a processing (arts 4(7), 4(8), 26)."""

    CONTROLLER = "controller", pgettext_lazy("role", "controller")
    JOINT = "joint", _("joint controller")
    PROCESSOR = "processor", pgettext_lazy("role", "processor")


class ProcessingRecord(models.Model):
    """One processing, known by its slug for ever. What is said of it is in its versions.

    With a ``purpose`` it is the record of that purpose of the catalogue; without, it stands alone:
    a processing that customers are not shown as a purpose, or one on behalf of others.
    """

    slug = models.SlugField(max_length=60, unique=True)
    purpose = models.OneToOneField(
        Purpose, models.PROTECT, null=True, blank=True, related_name="processing"
    )

    def __str__(self) -> str:
        return self.slug


class ProcessingVersionQuerySet(models.QuerySet["ProcessingVersion"]):
    """Which version holds."""

    def newest(self) -> models.QuerySet["ProcessingVersion"]:
        """Return one version per record: the one that holds."""
        return self.order_by("record_id", "-number").distinct("record_id")


class ProcessingVersion(models.Model):
    """What the register says of one processing, as it was agreed to. Append-only (invariant 1).

    The letters are those of art. 30(1) and (2). ``texts`` maps a language to sentences
    (:data:`consents.register.fields.TEXTS`); lists hold terms of ``consents.register.terms``.
    ``joint_controllers`` and ``processors`` hold ``name``, ``contact`` (and ``country``),
    ``controllers`` also ``representative``, ``dpo`` and ``categories``; ``recipients`` hold
    ``name``, ``kind``, ``country``; ``transfers`` hold ``recipient`` (a system's slug, or a name),
    ``country``, ``safeguard`` and, by language, ``detail``. A record of a purpose leaves empty what
    the purpose's version says: the database refuses to hold it twice (migration 0018).
    ``erased_by`` names periodic tasks.
    """

    record = models.ForeignKey(ProcessingRecord, models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField()
    recorded_at = models.DateTimeField(default=timezone.now)
    change = models.ForeignKey(Change, models.PROTECT, null=True, blank=True, related_name="+")
    role = models.CharField(max_length=10, choices=Role)
    has_ended = models.BooleanField(default=False)  # the processing; its record stays
    # (a) who
    joint_controllers = models.JSONField(default=list)
    representative = models.JSONField(default=dict)
    processors = models.JSONField(default=list)
    controllers = models.JSONField(default=list)
    every_organisation = models.BooleanField(
        default=False
    )  # each one of the portal is a controller
    # (b) why
    legal_basis = models.CharField(max_length=8, choices=LegalBasis, blank=True)
    dpv_purpose = models.CharField(max_length=60, blank=True)
    dpv_processing = models.CharField(max_length=60, blank=True)
    # (c) about whom, what; (d) to whom; (e) where to
    data_subjects = models.JSONField(default=list)
    data_categories = models.JSONField(default=list)
    recipients = models.JSONField(default=list)
    transfers = models.JSONField(default=list)
    # (f) how long, and who sees to it
    retention_trigger = models.CharField(max_length=40, blank=True)
    retention_duration = models.CharField(max_length=20, blank=True)
    erased_by = models.JSONField(default=list)
    # What the articles 6(1)(f), 35, 22 and 14 ask for besides
    lia_reference = models.CharField(max_length=200, blank=True)
    dpia_reference = models.CharField(max_length=200, blank=True)
    adm = models.BooleanField(default=False)
    texts = models.JSONField(default=dict)
    sha256 = models.CharField(max_length=64)

    objects = ProcessingVersionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["record", "number"], name="processing_number_once"),
            models.CheckConstraint(
                name="processing_role_known",
                condition=Q(role__in=["controller", "joint", "processor"]),
            ),
            models.CheckConstraint(
                name="processing_joint_with_somebody",
                condition=~Q(role="joint") | ~Q(joint_controllers=[]),
            ),
            models.CheckConstraint(
                name="processing_on_behalf_of_somebody",
                condition=~Q(role="processor") | ~Q(controllers=[]) | Q(every_organisation=True),
            ),
            models.CheckConstraint(
                name="processing_duration_possible",
                condition=Q(retention_duration="")
                | Q(retention_duration__regex=r"^P(?=\d)(\d+Y)?(\d+M)?(\d+D)?$"),
            ),
        ]
        indexes = [models.Index(F("record"), F("number").desc(), name="processing_newest")]

    def __str__(self) -> str:
        return f"{self.record_id} v{self.number}"


class RetentionRun(models.Model):
    """A run of a periodic task that erases: what it did, when. Append-only (invariant 1).

    ``erased`` counts rows or files, None where the task does not count; ``held`` those whose time
    is over and that were left alone, by reason (``consents.register.jobs.HELD``). A failed run is
    one too.
    """

    task = models.CharField(max_length=40)
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(default=timezone.now)
    erased = models.PositiveIntegerField(null=True)
    held = models.JSONField(default=dict)
    failed = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(F("task"), F("ended_at").desc(), name="retention_run_newest")]

    def __str__(self) -> str:
        return f"{self.task} at {self.ended_at:%Y-%m-%dT%H:%M:%SZ}"


def as_dict(version: ProcessingVersion) -> dict[str, Any]:
    """Return what ``sha256`` is taken of: every field that says something."""
    said = ("id", "change", "sha256", "recorded_at", "record")
    return {
        field.name: getattr(version, field.name)
        for field in ProcessingVersion._meta.concrete_fields
        if field.name not in said
    }
