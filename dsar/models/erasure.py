"""What is decided about each thing an erasure touches, and the proof that it was done."""

import uuid
from datetime import date
from typing import Protocol

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from dsar.grounds import ErasureGround, Sentence
from dsar.models.requests import SubjectRequest


class Decision(models.TextChoices):
    """What becomes of a thing; each is milder than the one before."""

    ERASE = "erase", _("erase")
    ANONYMISE = "anonymise", _("keep without your name")
    RESTRICT = "restrict", _("keep locked away")
    KEEP = "keep", _("keep")


# What stays names a ground and an end (invariant 9).
STAYING = frozenset({Decision.RESTRICT, Decision.KEEP})


class Decided(Protocol):
    """What a source decided about one thing (``dsar.sources.base.Proposal``)."""

    @property
    def decision(self) -> Decision:
        """What becomes of it."""

    @property
    def ground(self) -> ErasureGround:
        """The law's code for why."""

    @property
    def sentence(self) -> Sentence:
        """What the person reads."""

    @property
    def until(self) -> date | None:
        """The end of what stays."""

    @property
    def files(self) -> tuple[str, ...]:
        """Storage names that must be gone."""


class ErasureItem(models.Model):
    """One thing: one document, or all of one kind (``amount`` of them).

    ``key`` names it to its source (``document:42``), ``label`` to the person; the label of what was
    erased is emptied when that is proven. ``done_at``: the decision was carried out. ``proven_at``:
    a new search found it so. ``ended_at``: what was kept until ``until`` has been erased too.
    """

    request = models.ForeignKey(SubjectRequest, models.PROTECT, related_name="items")
    source = models.CharField(max_length=60)
    key = models.CharField(max_length=100)
    label = models.CharField(max_length=300, blank=True)
    amount = models.PositiveIntegerField(default=1)
    decision = models.CharField(max_length=10, choices=Decision)
    ground = models.CharField(max_length=60, choices=ErasureGround)
    sentence = models.CharField(max_length=20, choices=Sentence)
    until = models.DateField(null=True, blank=True)
    files = models.JSONField(default=list)  # storage names that must be gone
    # Staff decided otherwise than the rules proposed (``dsar.actions.plan``), and why in words that
    # the person reads; the words are emptied by erasure.
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    agreed_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    why = models.TextField(max_length=1000, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    proven_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["request", "source", "key"], name="item_once"),
            models.CheckConstraint(
                name="item_kept_has_ground_and_end",
                condition=~Q(decision__in=sorted(STAYING)) | ~Q(ground="") & Q(until__isnull=False),
            ),
            models.CheckConstraint(
                name="item_proven_after_done",
                condition=Q(proven_at=None) | Q(done_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(
                fields=["until"],
                name="item_kept_until",
                condition=Q(
                    decision__in=sorted(STAYING), done_at__isnull=False, ended_at__isnull=True
                ),
            )
        ]

    def __str__(self) -> str:
        return f"item {self.pk} ({self.decision})"

    @property
    def stays(self) -> bool:
        """Whether it is kept, restricted or not."""
        return self.decision in STAYING

    @property
    def is_decided(self) -> bool:
        """Whether staff decided otherwise than the rules propose, or it was decided before."""
        return self.decided_at is not None

    def take_the_milder(self, now: "Decided") -> None:
        """Replace the decision of the plan by that of ``now`` if this one destroys less.

        What the plan left in peace is never destroyed by a later look; of two that keep alike, the
        later date counts. Changes the instance only.
        """
        order = list(Decision)
        old, new = order.index(Decision(self.decision)), order.index(now.decision)
        until = now.until or date.min
        if new > old or (new == old and until > (self.until or date.min)):
            self.decision, self.ground, self.until = now.decision, now.ground, now.until
            self.sentence, self.files = now.sentence, list(now.files)


class Hold(models.Model):
    """A legal hold: while it stands, nothing of the person is erased.

    ``reason`` says which dispute in a few words and names nobody. ``review_on`` is when somebody
    must look at it again. ``placed_again_at``: a replay after a restore put it back.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    person = models.ForeignKey(User, models.PROTECT, related_name="holds")
    reason = models.CharField(max_length=200)
    owner = models.ForeignKey(User, models.PROTECT, related_name="holds_i_own")
    placed_at = models.DateTimeField(default=timezone.now)
    review_on = models.DateField()
    reviewed_at = models.DateTimeField(null=True, blank=True)
    reviewed_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    placed_again_at = models.DateTimeField(null=True, blank=True)
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="hold_lifted_by_somebody",
                condition=Q(lifted_at=None, lifted_by=None)
                | Q(lifted_at__isnull=False, lifted_by__isnull=False),
            )
        ]
        indexes = [
            models.Index(fields=["person"], name="hold_standing", condition=Q(lifted_at=None)),
            models.Index(fields=["review_on"], name="hold_to_review", condition=Q(lifted_at=None)),
        ]

    def __str__(self) -> str:
        return f"hold {self.pk}"


class Certificate(models.Model):
    """What was erased, what stays until when and why: fixed when issued, sealed, one per request.

    ``body`` holds what the page and the PDF are drawn from; ``token_hash`` is that of the secret in
    the link that the person was sent, their only way to it once the account is gone.
    """

    request = models.OneToOneField(SubjectRequest, models.PROTECT, related_name="certificate")
    issued_at = models.DateTimeField(default=timezone.now)
    body = models.JSONField()
    sha256 = models.CharField(max_length=64)
    jws = models.TextField()
    token_hash = models.CharField(max_length=64, unique=True)

    def __str__(self) -> str:
        return f"certificate of {self.request_id}"
