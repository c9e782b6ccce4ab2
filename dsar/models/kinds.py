"""What some kinds of request leave behind: a use that is paused, a statement beside a content."""

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from consents.models import Document, Purpose
from dsar.models.requests import SubjectRequest


class Restriction(models.Model):
    """What is paused: one document, all of the person's, or one purpose (art. 18 GDPR).

    Without document and purpose it is everything: documents that come in later are paused too. A
    purpose is paused while an objection to it is weighed. An end is decided first (``lift_on``,
    with its reason, told to the person at ``told_at``) and happens on that day, by the clock (art.
    18(3)). What the gate reads is ``Document.restricted_at`` and ``consents.Objection``.
    ``was_paused``: something else than a request had paused the document.
    """

    class Ground(models.TextChoices):
        """Why the use is paused (art. 18(1))."""

        ACCURACY = "accuracy", _("I say that it is not correct (art. 18(1)(a) GDPR)")
        UNLAWFUL = "unlawful", _("Its use is unlawful, and I want it kept (art. 18(1)(b) GDPR)")
        CLAIMS = "claims", _("I need it for a legal claim of mine (art. 18(1)(c) GDPR)")
        OBJECTION = "objection", _("I object, and it is not decided yet (art. 18(1)(d) GDPR)")

    request = models.ForeignKey(SubjectRequest, models.PROTECT, related_name="restrictions")
    document = models.ForeignKey(
        Document, models.PROTECT, null=True, blank=True, related_name="restrictions"
    )
    purpose = models.ForeignKey(
        Purpose, models.PROTECT, null=True, blank=True, related_name="restrictions"
    )
    ground = models.CharField(max_length=10, choices=Ground)
    was_paused = models.BooleanField(default=False)
    since = models.DateTimeField(default=timezone.now)
    lift_on = models.DateField(null=True, blank=True)
    lift_reason = models.TextField(max_length=2000, blank=True)  # emptied by erasure
    lift_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    told_at = models.DateTimeField(null=True, blank=True)
    lifted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["request", "document", "purpose"],
                condition=Q(lifted_at=None),
                nulls_distinct=False,
                name="restriction_once",
            ),
            models.CheckConstraint(
                name="restriction_of_one_thing",
                condition=Q(document=None) | Q(purpose=None),
            ),
            models.CheckConstraint(
                name="restriction_told_before_lifting",
                condition=Q(lifted_at=None)
                | Q(told_at__isnull=False, lift_on__isnull=False, told_at__lte=F("lifted_at")),
            ),
        ]
        indexes = [
            models.Index(
                fields=["document"], name="restriction_standing", condition=Q(lifted_at=None)
            ),
        ]

    def __str__(self) -> str:
        return f"restriction {self.pk}"


class Statement(models.Model):
    """What a person says beside a signed content, which nobody may alter (art. 16 GDPR).

    Shown with the document from then on, to all who may see it, without a name.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    request = models.ForeignKey(SubjectRequest, models.PROTECT, related_name="statements")
    document = models.ForeignKey(Document, models.PROTECT, related_name="statements")
    text = models.TextField(max_length=2000, blank=True)
    at = models.DateTimeField(default=timezone.now)
    erased_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                name="statement_empty_iff_erased",
                condition=Q(erased_at=None) & ~Q(text="") | Q(erased_at__isnull=False, text=""),
            ),
            models.UniqueConstraint(fields=["request", "document"], name="statement_once"),
        ]

    def __str__(self) -> str:
        return f"statement {self.pk}"
