"""Evidence for what is called anonymous: how it was measured, and until when it counts."""

from datetime import date, datetime, time, timedelta, tzinfo
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.changes.models import Change
from consents import intervals
from consents.intervals import Interval
from consents.models.purposes import Purpose


class EvidenceFile(models.Model):
    """The report of a measurement, sealed in the storage with a key of its own. Append-only.

    ``sha256`` and ``size`` (bytes) are those of the file in clear. A file whose draft was given up
    belongs to no evidence and is deleted by the nightly tidying.
    """

    uid = models.UUIDField(default=uuid4, unique=True, editable=False)
    name = models.CharField(max_length=100)
    media_type = models.CharField(max_length=40)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    stored = models.CharField(max_length=200)
    key = models.BinaryField()
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"evidence file {self.uid}"


class EvidenceQuerySet(models.QuerySet["Evidence"]):
    """Which evidence counts when."""

    def valid(self, at: datetime) -> "EvidenceQuerySet":
        """Return what counts at ``at`` (aware): not withdrawn, and not expired."""
        return self.filter(withdrawal=None, expires_at__gt=at)


class Evidence(models.Model):
    """One measurement of how well data are made anonymous, as it was agreed to. Append-only.

    ``items`` identifiers were labelled by hand in ``documents`` documents, of which the software
    had found ``found``; in ``attempts`` attempts to recognise somebody again, ``successes`` did.
    Shares and their 95 % intervals are computed from these, never typed. ``expires_at`` (aware) is
    the end of the last day on which it counts.
    """

    class Method(models.TextChoices):
        """How it was measured."""

        MANUAL_REVIEW = "manual_review", _("people read a sample by hand")
        LABELLED_SET = "labelled_set", _("the software ran on texts whose identifiers are known")
        FORMAL_PROOF = "formal_proof", _("a mathematical guarantee was checked")
        OTHER = "other", _("another way")

    uid = models.UUIDField(default=uuid4, unique=True, editable=False)
    purpose = models.ForeignKey(Purpose, models.PROTECT, related_name="evidence")
    method = models.CharField(max_length=20, choices=Method)
    method_words = models.JSONField()  # language → how it was measured, for everybody
    measured_on = models.DateField()
    dataset = models.JSONField()  # language → which data
    documents = models.PositiveIntegerField()
    items = models.PositiveIntegerField()
    found = models.PositiveIntegerField()
    attack = models.JSONField()  # language → how somebody tried to recognise people again
    attempts = models.PositiveIntegerField()
    successes = models.PositiveIntegerField()
    reviewer = models.CharField(max_length=120)
    reviewer_function = models.CharField(max_length=160)
    is_independent = models.BooleanField(default=False)
    file = models.OneToOneField(
        EvidenceFile, models.PROTECT, null=True, blank=True, related_name="evidence"
    )
    is_file_public = models.BooleanField(default=False)
    expires_at = models.DateTimeField()
    recorded_at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    change = models.OneToOneField(
        Change, models.PROTECT, null=True, blank=True, related_name="evidence"
    )

    objects = EvidenceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="evidence_found_of_items", condition=Q(items__gt=0, found__lte=F("items"))
            ),
            models.CheckConstraint(
                name="evidence_successes_of_attempts",
                condition=Q(successes__lte=F("attempts")),
            ),
            models.CheckConstraint(
                name="evidence_public_file_exists",
                condition=Q(is_file_public=False) | Q(file__isnull=False),
            ),
        ]
        indexes = [models.Index(fields=["purpose", "-expires_at"], name="evidence_of_purpose")]

    def __str__(self) -> str:
        return f"evidence {self.uid}"

    @property
    def recall(self) -> Interval:
        """Return the share of identifiers that were found, with its 95 % interval."""
        return intervals.wilson(self.found, self.items)

    @property
    def reidentified(self) -> Interval | None:
        """Return the share of attempts that recognised somebody; None if nobody tried."""
        return intervals.wilson(self.successes, self.attempts) if self.attempts else None

    @property
    def valid_until(self) -> date:
        """Return the last day on which it counts, in the controller's time zone."""
        return timezone.localtime(self.expires_at - timedelta(microseconds=1), _zone()).date()


class EvidenceWithdrawal(models.Model):
    """Evidence that turned out to be wrong: it does not count any more. Append-only."""

    evidence = models.OneToOneField(Evidence, models.PROTECT, related_name="withdrawal")
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    reason = models.TextField()

    class Meta:
        constraints = [
            models.CheckConstraint(name="withdrawal_has_a_reason", condition=~Q(reason="")),
        ]

    def __str__(self) -> str:
        return f"withdrawal of evidence {self.evidence_id}"


def end_of(day: date) -> datetime:
    """Return the end of a day (aware) in the controller's time zone."""
    return datetime.combine(day + timedelta(days=1), time.min, tzinfo=_zone())


def _zone() -> tzinfo:
    return timezone.get_default_timezone()
