"""Figures per day, kept because counting millions of rows on each visit would be too slow.

Each is a projection: ``portal.dashboard.cards.rollups`` counts the days anew on which something
happened since, and ``manage.py rebuild_rollups --check`` compares all of it with the rows. Days are
those of the controller's zone. None names a person.
"""

from django.db import models
from django.db.models import Q


class RequestTally(models.Model):
    """How many requests of one law had one property on one day. A property that none had: no row.

    ``value``: of KIND and CHANNEL the code; of END how it ended (an outcome if answered, else the
    status); of TOOK the days from receipt to an answer or refusal; of LATE nothing.
    """

    class Measure(models.TextChoices):
        """What is counted, and by which day."""

        KIND = "kind", "received, by kind"
        CHANNEL = "channel", "received, by channel"
        END = "end", "closed, by how"
        TOOK = "took", "answered or refused, by days since receipt"
        LATE = "late", "answered or refused after the legal day"

    day = models.DateField()
    measure = models.CharField(max_length=8, choices=Measure)
    regime = models.CharField(max_length=8)
    value = models.CharField(max_length=20, blank=True)
    number = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["measure", "day", "regime", "value"], name="request_tally_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.measure} {self.value} on {self.day}"


class ChoiceTally(models.Model):
    """How many acts of one kind about one purpose came in one way on one day; canaries left out."""

    day = models.DateField()
    purpose = models.ForeignKey("consents.Purpose", models.CASCADE, related_name="+")
    act = models.CharField(max_length=20)
    source = models.CharField(max_length=8)
    number = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["day", "purpose", "act", "source"], name="choice_tally_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.act} on {self.day}"


class UseTally(models.Model):
    """How many uses of documents for one purpose there were on one day."""

    day = models.DateField()
    purpose = models.ForeignKey("consents.Purpose", models.CASCADE, related_name="+")
    number = models.PositiveBigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["day", "purpose"], name="use_tally_once")]

    def __str__(self) -> str:
        return f"{self.number} uses on {self.day}"


class GateTally(models.Model):
    """How often the gate gave one answer for one reason on one day; canaries left out."""

    day = models.DateField()
    allowed = models.BooleanField()
    reason = models.CharField(max_length=40)
    number = models.PositiveBigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["day", "allowed", "reason"], name="gate_tally_once")
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.reason} on {self.day}"


class StandingTally(models.Model):
    """How the customers stood to one purpose on one day, when it was last looked at; see
    ``portal.dashboard.cards.choosing``. A past day cannot be counted again and stays as it was."""

    day = models.DateField()
    purpose = models.ForeignKey("consents.Purpose", models.CASCADE, related_name="+")
    refused = models.PositiveIntegerField()
    allowed = models.PositiveIntegerField()
    separately = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["day", "purpose"], name="standing_tally_once")
        ]

    def __str__(self) -> str:
        return f"{self.refused} refused on {self.day}"


class Touched(models.Model):
    """A day on which something changed: its figures are to be counted anew. Written by triggers,
    once a change and without a lock, and deleted by whoever counts."""

    what = models.CharField(max_length=8)  # the rollup's name
    day = models.DateField(null=True)
    at = models.DateTimeField(null=True)  # an instant of it, where the trigger knows no day

    class Meta:
        verbose_name_plural = "touched days"
        constraints = [
            models.CheckConstraint(
                name="touched_day_or_instant",
                condition=Q(day=None, at__isnull=False) | Q(day__isnull=False, at=None),
            )
        ]
        indexes = [models.Index(fields=["what"], name="touched_of_one")]

    def __str__(self) -> str:
        return f"{self.what} {self.day or self.at}"


class RollupState(models.Model):
    """Of when the figures of one rollup are, in which zone its days are, and how long it took."""

    name = models.CharField(max_length=8, primary_key=True)
    counted_at = models.DateTimeField()
    zone = models.CharField(max_length=64)
    milliseconds = models.PositiveIntegerField()
    # Days still to be counted: more than none only after an upgrade, or a rest of the worker.
    left = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.name} as of {self.counted_at:%Y-%m-%dT%H:%M:%SZ}"
