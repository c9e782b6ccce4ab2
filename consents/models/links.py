"""The way in for a signer who has no account: a link to one document, and a code by mail."""

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from accounts.models import Address
from consents.models.documents import Document


class DocumentLink(models.Model):
    """A link to one document for one address, sent in the signing service's own mail.

    The URL holds ``uid`` with a signature, and nothing about the person. It can be revoked at any
    time, and ends at ``expires_at``. ``language`` is the one in which the service writes to them,
    empty if it did not say.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    document = models.ForeignKey(Document, models.PROTECT, related_name="links")
    address = models.ForeignKey(Address, models.PROTECT, related_name="document_links")
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    language = models.CharField(max_length=8, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="link_ends_after_it_begins", condition=Q(expires_at__gt=F("created_at"))
            )
        ]
        indexes = [models.Index(fields=["document", "address"], name="link_of_party")]

    def __str__(self) -> str:
        return f"link {self.uid}"


class LinkCode(models.Model):
    """A one-time code sent to the address of a link. Only a keyed hash of it is kept."""

    link = models.ForeignKey(DocumentLink, models.CASCADE, related_name="codes")
    code_hash = models.CharField(max_length=64)
    sent_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["link", "-sent_at"], name="code_of_link")]

    def __str__(self) -> str:
        return f"code {self.pk}"
