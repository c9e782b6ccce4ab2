"""Documents as the signing service reports them, and who is party to them."""

import uuid
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Address, Organisation, User


class DocumentQuerySet(models.QuerySet["Document"]):
    """Which documents one may see."""

    def visible_to(self, user: User) -> Self:
        """Return the documents the person is party to (invariant 11).

        A draft was not sent to anybody yet: only its sender sees it.
        Staff see no document through this: they work on requests, not in people's files.
        """
        mine = Party.objects.filter(
            document=models.OuterRef("pk"), address__person=user, hidden_at=None
        )
        sent = ~Q(status=Document.Status.DRAFT)
        own = models.Exists(mine.filter(role=Party.Role.SENDER))
        return self.filter(models.Exists(mine), sent | own, erased_at=None)


class Document(models.Model):
    """One signed (or to be signed) document, by the signing service's own ``reference``.

    ``state_at`` is the service's time of the newest event applied: an older one changes nothing.
    ``listed_at`` is the date that lists sort by. An erased document keeps its reference and ids, so
    that the gate goes on denying and ledgers stay valid, and loses title, file and hash.
    """

    class Status(models.TextChoices):
        """Where the document stands at the signing service."""

        DRAFT = "draft", _("draft")
        SENT = "sent", _("out for signature")
        COMPLETED = "completed", _("signed by all")
        DECLINED = "declined", _("declined")
        VOIDED = "voided", _("voided")
        PURGED = "purged", _("removed by the signing service")
        DELETED = "deleted", _("deleted by its sender")

    class Kind(models.TextChoices):
        """What sort of document it is, for search and for a human eye."""

        CONTRACT = "contract", _("contract")
        LEASE = "lease", _("lease")
        EMPLOYMENT = "employment", _("employment")
        MANDATE = "mandate", _("mandate")
        NDA = "nda", _("confidentiality agreement")
        QUOTE = "quote", _("quote or order")
        HEALTH = "health", _("health")
        OTHER = "other", _("other")

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    reference = models.CharField(max_length=200, unique=True)
    envelope = models.CharField(max_length=100, blank=True)
    title = models.CharField(max_length=300, blank=True)
    kind = models.CharField(max_length=12, choices=Kind, default=Kind.OTHER)
    status = models.CharField(max_length=10, choices=Status, default=Status.SENT)
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="documents"
    )
    sent_at = models.DateTimeField(null=True, blank=True)
    completed_at = models.DateTimeField(null=True, blank=True)
    listed_at = models.DateTimeField(default=timezone.now)
    state_at = models.DateTimeField()
    sha256 = models.CharField(max_length=64, blank=True)
    file = models.FileField(upload_to="documents/%Y/%m/", max_length=200, blank=True)
    special_category = models.BooleanField(default=False)  # art. 9: never for AI training
    involves_minor = models.BooleanField(default=False)  # told once of any party, it stays
    # The uploader's own statement (AIPREF train-ai=n): a refusal at the door; told once, it stays.
    refused_at_upload = models.BooleanField(default=False)
    restricted_at = models.DateTimeField(null=True, blank=True)  # art. 18: storage only
    keep_until = models.DateField(null=True, blank=True)
    erased_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = DocumentQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["envelope"], name="document_envelope", condition=~Q(envelope="")),
            models.Index(fields=["organisation", "-listed_at"], name="document_of_organisation"),
            # For the end of their period: from the last signature or state, or on a day of its own.
            models.Index(
                Coalesce("completed_at", "state_at"),
                "id",
                name="document_ends",
                condition=Q(erased_at=None, keep_until=None),
            ),
            models.Index(
                fields=["keep_until", "id"],
                name="document_ends_on",
                condition=Q(erased_at=None, keep_until__isnull=False),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="document_completed_has_date",
                condition=~Q(status="completed") | Q(completed_at__isnull=False),
            ),
            models.CheckConstraint(
                name="document_erased_is_emptied",
                condition=Q(erased_at=None) | Q(title="", sha256="", file=""),
            ),
        ]

    def __str__(self) -> str:
        return f"document {self.uid}"

    @property
    def is_gone(self) -> bool:
        """Whether the service no longer has it: nothing may be done with it."""
        return self.erased_at is not None or self.status in (
            self.Status.PURGED,
            self.Status.DELETED,
        )


class Party(models.Model):
    """Somebody in a document: sender, signer or in copy.

    ``address`` is NULL for a signer of whom no e-mail is known (signed in person): an unknown
    signer keeps the document out of AI training. ``listed_at`` repeats the document's, for one
    index serves a person's whole list. ``hidden_at``: the person had it removed from their space.
    """

    class Role(models.TextChoices):
        """What the party does in the document."""

        SENDER = "sender", _("sender")
        SIGNER = "signer", _("signer")
        COPY = "copy", _("in copy")

    document = models.ForeignKey(Document, models.CASCADE, related_name="parties")
    address = models.ForeignKey(
        Address, models.PROTECT, null=True, blank=True, related_name="parties"
    )
    role = models.CharField(max_length=6, choices=Role)
    name = models.CharField(max_length=150, blank=True)
    is_minor = models.BooleanField(default=False)
    signed_at = models.DateTimeField(null=True, blank=True)
    listed_at = models.DateTimeField(default=timezone.now)
    hidden_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "parties"
        constraints = [
            models.UniqueConstraint(
                fields=["document", "address", "role"], name="party_once_per_role"
            )
        ]
        indexes = [
            models.Index(
                "address",
                F("listed_at").desc(),
                F("document").desc(),
                name="party_list_of_address",
                condition=Q(hidden_at=None),
            )
        ]

    def __str__(self) -> str:
        return f"party {self.pk}"
