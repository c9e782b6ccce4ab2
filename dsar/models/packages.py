"""The sealed copy of a person's data."""

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils import timezone

from dsar.models.requests import SubjectRequest


class Package(models.Model):
    """A sealed zip in the file storage, readable only with ``key`` until ``expires_at``.

    ``key`` is wrapped by the installation's secret; destroying it (and then the file) is how the
    package ends. ``size`` and ``sha256`` are of the zip as downloaded. ``link_hash`` is that of the
    one download link outstanding, which is good once and until ``link_until``.
    """

    request = models.OneToOneField(SubjectRequest, models.PROTECT, related_name="package")
    name = models.CharField(max_length=200)  # in the file storage
    key = models.BinaryField(null=True, blank=True)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    manifest_sha256 = models.CharField(max_length=64)
    files = models.PositiveIntegerField()
    made_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    reminded_at = models.DateTimeField(null=True, blank=True)
    destroyed_at = models.DateTimeField(null=True, blank=True)
    downloads = models.PositiveIntegerField(default=0)
    link_hash = models.CharField(max_length=64, null=True, blank=True, unique=True)
    link_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="package_key_until_destroyed",
                condition=Q(destroyed_at=None, key__isnull=False)
                | Q(destroyed_at__isnull=False, key=None, link_hash=None),
            ),
            models.CheckConstraint(
                name="package_link_has_end",
                condition=Q(link_hash=None, link_until=None)
                | Q(link_hash__isnull=False, link_until__isnull=False),
            ),
        ]
        indexes = [
            models.Index(
                fields=["expires_at"], name="package_to_destroy", condition=Q(destroyed_at=None)
            )
        ]

    def __str__(self) -> str:
        return f"package of {self.request_id}"

    def is_ready(self, now: datetime) -> bool:
        """Whether it can be downloaded at ``now``."""
        return self.destroyed_at is None and now < self.expires_at
