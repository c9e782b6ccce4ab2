"""What the office did and was told, line by line; and the exports of the log."""

import uuid
from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User


class OfficeEvent(models.Model):
    """One act on alarms, digests or exports of the log. Append-only.

    ``about`` names a rule, a webhook or an export by its code, never a person; ``data`` holds codes
    and numbers. ``by`` is empty where the portal itself acted.
    """

    class Code(models.TextChoices):
        """What happened, in the past tense."""

        RULE_CHANGED = "rule_changed", _("alarm rule changed")
        RULE_ON = "rule_on", _("alarm rule switched on")
        RULE_OFF = "rule_off", _("alarm rule switched off")
        RAISED = "raised", _("alarm raised")
        OVER = "over", _("alarm over")
        TESTED = "tested", _("test of an alarm sent")
        HOOK_ADDED = "hook_added", _("webhook for alarms added")
        HOOK_CHANGED = "hook_changed", _("webhook for alarms changed")
        HOOK_ENDED = "hook_ended", _("webhook for alarms switched off")
        DIGEST_SET = "digest_set", _("daily digest changed")
        EXPORT_ASKED = "export_asked", _("export of the log asked for")
        EXPORT_BUILT = "export_built", _("export of the log made")
        EXPORT_FAILED = "export_failed", _("export of the log not made")
        EXPORT_TAKEN = "export_taken", _("export of the log downloaded")
        EXPORT_ENDED = "export_ended", _("export of the log destroyed")

    at = models.DateTimeField(default=timezone.now)
    code = models.CharField(max_length=14, choices=Code)
    by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    person = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    about = models.CharField(max_length=80, blank=True)
    why = models.CharField(max_length=200, blank=True)
    data = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(F("at").desc(), F("id").desc(), name="office_newest")]

    def __str__(self) -> str:
        return f"{self.code} {self.pk}"


class LogExport(models.Model):
    """A sealed zip of a part of the log, for an authority: one person's, or one period's.

    ``since`` counts, ``until`` does not (aware). ``reason`` names the authority and its reference.
    ``key`` is wrapped by the installation's secret; without it the file is noise. It is handed out
    once: ``link_hash`` is that of the one link outstanding, ``taken_at`` when it was used.
    """

    class Status(models.TextChoices):
        """Where it is."""

        ASKED = "asked", _("waits for a second person")
        BUILDING = "building", _("being made")
        READY = "ready", _("ready")
        TAKEN = "taken", _("downloaded")
        FAILED = "failed", _("not made")
        ENDED = "ended", _("destroyed")

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    reason = models.CharField(max_length=200)
    person = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    since = models.DateTimeField(null=True, blank=True)
    until = models.DateTimeField()
    language = models.CharField(max_length=8)
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    status = models.CharField(max_length=8, choices=Status, default=Status.ASKED)
    leased_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=20, blank=True)
    name = models.CharField(max_length=200, blank=True)
    key = models.BinaryField(null=True, blank=True)
    size = models.PositiveBigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    manifest_sha256 = models.CharField(max_length=64, blank=True)
    events = models.PositiveBigIntegerField(default=0)
    built_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    link_hash = models.CharField(max_length=64, null=True, blank=True, unique=True)
    link_until = models.DateTimeField(null=True, blank=True)
    taken_at = models.DateTimeField(null=True, blank=True)
    taken_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="log_export_of_a_person_or_a_period",
                condition=Q(person__isnull=False) | Q(since__isnull=False),
            ),
            models.CheckConstraint(
                name="log_export_ready_has_its_key",
                condition=~Q(status="ready") | Q(key__isnull=False, expires_at__isnull=False),
            ),
            models.CheckConstraint(
                name="log_export_ended_has_no_key", condition=~Q(status="ended") | Q(key=None)
            ),
        ]
        indexes = [models.Index(F("asked_at").desc(), F("id").desc(), name="log_export_newest")]

    def __str__(self) -> str:
        return f"export {self.uid}"

    def is_ready(self, now: datetime) -> bool:
        """Whether it can be downloaded at ``now``."""
        return self.status == self.Status.READY and bool(self.expires_at and now < self.expires_at)


class LogExportPart(models.Model):
    """Some events of an export that is too large for one job: a sealed zip of its own.

    ``after`` is where the log is read on (empty: this is the last part); ``counts`` the events by
    family. Parts are deleted once the whole is made, or is not made after all.
    """

    export = models.ForeignKey(LogExport, models.CASCADE, related_name="parts")
    number = models.PositiveIntegerField()
    name = models.CharField(max_length=200)
    key = models.BinaryField()
    after = models.CharField(max_length=200, blank=True)
    counts = models.JSONField(default=dict)
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["export", "number"], name="log_export_part_once")
        ]

    def __str__(self) -> str:
        return f"part {self.number} of {self.export_id}"

    @property
    def file(self) -> str:
        """What it is called in the whole."""
        return f"events-{self.number:04}.zip"
