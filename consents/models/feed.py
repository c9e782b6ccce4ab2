"""What machines follow and were told in bulk: the feed of changes, and answers to many at once."""

from django.db import models
from django.db.models import Func
from django.utils import timezone

from accounts.models import Address, Organisation, User
from consents.models.documents import Document
from consents.models.purposes import Purpose


class PermitChange(models.Model):
    """Something that an answer of the gate may rest on has changed: look again. Append-only.

    Written by triggers, in the transaction of the change, so that no code path can forget it. It
    names the narrowest thing that bears on the answers; all empty but ``purpose``: everything.
    ``transaction`` is the id of the writing transaction: readers take rows of transactions that
    are surely over only, so that a cursor skips nothing that commits late.
    """

    at = models.DateTimeField(default=timezone.now)
    transaction = models.BigIntegerField(
        db_default=Func(function="regard_transaction"), editable=False
    )
    purpose = models.ForeignKey(Purpose, models.PROTECT, null=True, related_name="+")
    document = models.ForeignKey(Document, models.PROTECT, null=True, related_name="+")
    person = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    address = models.ForeignKey(Address, models.PROTECT, null=True, related_name="+")
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["transaction", "id"], name="permit_change_order")]

    def __str__(self) -> str:
        return f"permit change {self.pk}"


class BulkAnswer(models.Model):
    """One question about many documents: to whom, how many, and the hash of the answers given.

    Append-only. ``state`` is the SHA-256 (hex) over the states of all answers in their order.
    """

    class Kind(models.TextChoices):
        """Which question."""

        QUERY = "query", "query"
        SNAPSHOT = "snapshot", "snapshot"
        MANIFEST = "manifest", "manifest"
        CHANGES = "changes", "changes"

    at = models.DateTimeField(default=timezone.now)
    client = models.CharField(max_length=100)
    kind = models.CharField(max_length=8, choices=Kind)
    purpose = models.ForeignKey(Purpose, models.PROTECT, null=True, related_name="+")
    asked = models.PositiveBigIntegerField()
    allowed = models.PositiveBigIntegerField()
    state = models.CharField(max_length=64)

    class Meta:
        indexes = [models.Index(fields=["at"], name="bulk_answer_by_day")]

    def __str__(self) -> str:
        return f"bulk answer {self.pk}"
