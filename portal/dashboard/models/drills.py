"""What whoever runs the portal did so that nothing is lost: backups, and trying them out."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class CareRecord(models.Model):
    """One backup that was made, or one restore that was tried. Append-only.

    Written by ``manage.py record_backup`` and ``manage.py record_drill``, as the last line of the
    office's own scripts: the portal makes no backups itself. ``label`` names the backup and is no
    personal data. ``volumes`` is the newest volume of the ledger of erasures that was there.
    """

    class Kind(models.TextChoices):
        """What was done."""

        BACKUP = "backup", _("backup made")
        DRILL = "drill", _("restore tried")

    kind = models.CharField(max_length=8, choices=Kind)
    at = models.DateTimeField(default=timezone.now)
    succeeded = models.BooleanField()
    label = models.CharField(max_length=120, blank=True)
    bytes = models.PositiveBigIntegerField(null=True)
    volumes = models.PositiveIntegerField(default=0)
    # Of a drill: whether the erasures were replayed afterwards (GDPR art. 17, ADR 23).
    replayed = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="care_replayed_after_a_drill",
                condition=Q(replayed=False) | Q(kind="drill"),
            )
        ]
        indexes = [models.Index("kind", models.F("at").desc(), name="care_newest")]

    def __str__(self) -> str:
        return f"{self.kind} at {self.at:%Y-%m-%d}"
