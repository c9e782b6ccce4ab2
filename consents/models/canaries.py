"""Documents that must never be allowed, and what the continuous check of them found."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from consents.models.documents import Document


class Canary(models.Model):
    """A document of nobody that every rule forbids for AI training: if it is allowed, a rule broke.

    To a pipeline it looks like any other document.
    """

    class Kind(models.TextChoices):
        """Which rule it watches."""

        REFUSED = "refused", _("refused by its only party")
        SPECIAL = "special", _("holds specially protected data")
        MINOR = "minor", _("signed by a minor")

    document = models.OneToOneField(Document, models.PROTECT, related_name="canary")
    kind = models.CharField(max_length=8, choices=Kind, unique=True)
    planted_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name_plural = "canaries"

    def __str__(self) -> str:
        return f"canary {self.kind}"


class CanaryCheck(models.Model):
    """One check: the public gate was asked about every canary, and manifests were read.

    Append-only. ``unreachable`` is no proof of anything and is shown as such.
    """

    class Outcome(models.TextChoices):
        """What was found."""

        HELD = "held", _("every refusal held")
        LEAKED = "leaked", _("a document that must never be used was allowed or used")
        UNREACHABLE = "unreachable", _("the gate could not be asked")

    at = models.DateTimeField(default=timezone.now)
    outcome = models.CharField(max_length=11, choices=Outcome)
    asked = models.PositiveSmallIntegerField(default=0)
    allowed = models.PositiveSmallIntegerField(default=0)
    manifests = models.PositiveIntegerField(default=0)  # of runs, looked through
    found = models.PositiveIntegerField(default=0)  # canaries in manifests or uses
    error = models.CharField(max_length=60, blank=True)

    class Meta:
        indexes = [models.Index(fields=["-at"], name="canary_check_newest")]
        constraints = [
            models.CheckConstraint(
                name="canary_held_found_nothing",
                condition=~Q(outcome="held") | Q(allowed=0, found=0) & ~Q(asked=0),
            )
        ]

    def __str__(self) -> str:
        return f"canary check {self.pk}"
