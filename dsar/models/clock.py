"""What moves the clock of a request, and what it has set off."""

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from dsar.models.requests import SubjectRequest


class Pause(models.Model):
    """We asked the person something without which we cannot go on; the clock stands still.

    Only the two reasons that the law knows (standards §1.2): never our own workload. Whole days
    count, from the day of asking to the day of the answer, in the controller's zone.
    """

    class Reason(models.TextChoices):
        """Why the clock may stand still."""

        IDENTITY = "identity", _("we have to be sure who asks (art. 12(6) GDPR)")
        WHICH_DATA = "which_data", _("we hold much: which data is meant (recital 63 GDPR)")

    request = models.ForeignKey(SubjectRequest, models.PROTECT, related_name="pauses")
    reason = models.CharField(max_length=12, choices=Reason)
    question = models.TextField(max_length=2000, blank=True)  # emptied by erasure
    asked_at = models.DateTimeField(default=timezone.now)
    asked_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)
    # Asked with undue delay, or under a law without pauses, it is a question and counts no day.
    stops_clock = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["request"], condition=Q(answered_at=None), name="pause_one_at_a_time"
            ),
            models.CheckConstraint(
                name="pause_ends_after_it_began",
                condition=Q(answered_at=None) | Q(answered_at__gte=F("asked_at")),
            ),
        ]

    def __str__(self) -> str:
        return f"pause {self.pk} of request {self.request_id}"


class Alarm(models.Model):
    """A share of the time is over, and staff have been told: once for each share of a request.

    ``UNCONFIRMED`` in the place of a share: the receipt is to be confirmed and was not.
    """

    UNCONFIRMED = 0

    request = models.ForeignKey(SubjectRequest, models.CASCADE, related_name="alarms")
    percent = models.PositiveSmallIntegerField()  # of the days from receipt to the target
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["request", "percent"], name="alarm_once"),
        ]

    def __str__(self) -> str:
        return f"{self.percent} % of request {self.request_id}"
