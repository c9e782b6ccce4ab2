"""How a request came in: codes of the public form, links that confirm, mandates, drafts, calls."""

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from dsar.models.requests import Kind, SubjectRequest


class AskCode(models.Model):
    """A one-time code of the public form. Keyed hashes only: no address, no code.

    ``asker`` stands for an address in one browser: a code asked for elsewhere is another one.
    """

    asker = models.CharField(max_length=64)
    code_hash = models.CharField(max_length=64)
    sent_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["asker", "-sent_at"], name="ask_code_newest")]

    def __str__(self) -> str:
        return f"code {self.pk}"


class Confirmation(models.Model):
    """A link, sent to the person's address, that confirms a request once. Its hash only is kept."""

    request = models.ForeignKey(SubjectRequest, models.PROTECT, related_name="confirmations")
    token_hash = models.CharField(max_length=64, unique=True)
    sent_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    is_reminder = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="confirmation_ends_after_it_begins", condition=Q(expires_at__gt=F("sent_at"))
            )
        ]

    def __str__(self) -> str:
        return f"confirmation {self.pk}"


class Mandate(models.Model):
    """Somebody acts for the person. Name and address of who does are emptied by erasure.

    ``answer_to_agent`` is true only where the mandate says so, and until the person ends it; the
    answer goes to the person in any case. ``is_claimed``: who acts filed it here themselves, and
    nobody vouches for what they enclosed; they hear nothing before it is sure who asks.
    """

    class Proof(models.TextChoices):
        """What shows that they may."""

        POWER = "power", _("a power of attorney")
        PERMISSION = "permission", _("a signed permission")
        NONE = "none", _("nothing yet: the person is asked by a link")

    request = models.OneToOneField(SubjectRequest, models.PROTECT, related_name="mandate")
    agent_name = models.CharField(max_length=200, blank=True)
    agent_email = models.EmailField(blank=True)
    proof = models.CharField(max_length=10, choices=Proof, default=Proof.NONE)
    answer_to_agent = models.BooleanField(default=False)
    is_claimed = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="mandate_answer_needs_proof",
                condition=Q(answer_to_agent=False) | ~Q(proof="none"),
            )
        ]

    def __str__(self) -> str:
        return f"mandate of request {self.request_id}"

    @property
    def is_told(self) -> bool:
        """Whether who acts is written to, besides the person."""
        return self.answer_to_agent and bool(self.agent_email)


class Draft(models.Model):
    """What somebody typed into a form and did not send yet. Deleted when sent, or after a time."""

    person = models.ForeignKey(User, models.CASCADE, related_name="drafts")
    kind = models.CharField(max_length=20, choices=Kind)
    data = models.JSONField(default=dict)
    saved_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "kind"], name="draft_one_per_kind")
        ]
        indexes = [models.Index(fields=["saved_at"], name="draft_by_age")]

    def __str__(self) -> str:
        return f"draft {self.pk}"


class Filing(models.Model):
    """A request that a machine client filed; ``key`` (its Idempotency-Key) finds it again."""

    request = models.OneToOneField(SubjectRequest, models.PROTECT, related_name="filing")
    client = models.CharField(max_length=100)
    key = models.CharField(max_length=200, blank=True)
    body_sha256 = models.CharField(max_length=64)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["client", "key"], condition=~Q(key=""), name="filing_once_per_key"
            )
        ]

    def __str__(self) -> str:
        return f"filing {self.pk}"
