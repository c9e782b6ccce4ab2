"""Acts that need a second person (art. 12(5) burden of proof; ASVS 2.3.5)."""

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import User
from dsar.models.requests import SubjectRequest


class Approval(models.Model):
    """One person asks for an act, another one decides. ``given`` are the act's own arguments,
    in codes and in the words that the person will read; emptied by erasure."""

    class Act(models.TextChoices):
        """What is asked for."""

        REFUSE = "refuse", _("refuse")
        EXTEND = "extend", _("take more time")
        ERASE_EVIDENCE = "erase_evidence", _("erase evidence of a contract")
        RELEASE = "release", _("give out what was blacked out")

    class Verdict(models.TextChoices):
        """What the second person said; TAKEN_BACK: the first one changed their mind."""

        AGREED = "agreed", pgettext_lazy("second person", "agreed")
        DECLINED = "declined", pgettext_lazy("second person", "declined")
        TAKEN_BACK = "taken_back", _("taken back")

    request = models.ForeignKey(SubjectRequest, models.PROTECT, related_name="approvals")
    act = models.CharField(max_length=16, choices=Act)
    given = models.JSONField(default=dict)
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="approvals_asked")
    asked_at = models.DateTimeField(default=timezone.now)
    verdict = models.CharField(max_length=10, choices=Verdict, blank=True)
    decided_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="approvals_decided"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    why = models.TextField(max_length=1000, blank=True)  # of a verdict; emptied by erasure

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["request", "act"], condition=Q(verdict=""), name="approval_one_pending"
            ),
            models.CheckConstraint(
                name="approval_decided_whole",
                condition=Q(verdict="", decided_by=None, decided_at=None)
                | ~Q(verdict="") & Q(decided_by__isnull=False, decided_at__isnull=False),
            ),
            models.CheckConstraint(
                name="approval_by_a_second_person",
                condition=~Q(verdict="agreed") | ~Q(decided_by=F("asked_by")),
            ),
        ]
        indexes = [
            models.Index(fields=["asked_at"], name="approval_pending", condition=Q(verdict=""))
        ]

    def __str__(self) -> str:
        return f"approval {self.pk} ({self.act})"

    @property
    def needs_the_dpo(self) -> bool:
        """Whether one of the two persons has to be the data protection officer: who says no to a
        person, or takes evidence away, bears the proof (art. 12(5); standards §10.9)."""
        return self.act in (self.Act.REFUSE, self.Act.ERASE_EVIDENCE)
