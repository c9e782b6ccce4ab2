"""Telling people of a wider purpose before it takes effect: who was told, when, and who read it."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Address, User
from consents.models.ledger import exactly_one
from consents.models.purposes import PurposeVersion


class Announcing(models.Model):
    """How far the telling of one version has come. The worker carries it on batch by batch.

    ``found`` is the number of people to tell, as of the last look; who is told is a row of
    :class:`Announcement`, so that stopping and starting again tells nobody twice. A round goes over
    all people in the order of their keys, those with an account first: ``after_person`` and
    ``after_address`` are the last ones it has looked at. ``finished_at`` is the end of the last
    round; until the version takes effect there is another one from time to time, for who is new.
    """

    version = models.OneToOneField(PurposeVersion, models.PROTECT, related_name="announcing")
    started_at = models.DateTimeField(default=timezone.now)
    found = models.PositiveBigIntegerField(default=0)
    leased_until = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    after_person = models.BigIntegerField(default=0)
    after_address = models.BigIntegerField(default=0)
    rounds = models.PositiveIntegerField(default=0)  # that are over

    class Meta:
        indexes = [
            models.Index(
                fields=["started_at"], name="announcing_open", condition=Q(finished_at=None)
            )
        ]

    def __str__(self) -> str:
        return f"announcing of version {self.version_id}"


class Announcement(models.Model):
    """One person (or one address without an account) told of one version.

    ``sent_at``: the mail server took the mail; ``failed_at``: it would not. ``read_at`` is when the
    person opened the notice, by the mail's link or in the portal: nothing is hidden in the mail to
    find out.
    """

    class ReadBy(models.TextChoices):
        """How the notice was read."""

        MAIL = "mail", _("by the link in the mail")
        PORTAL = "portal", _("in the portal")

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    version = models.ForeignKey(PurposeVersion, models.PROTECT, related_name="announcements")
    person = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    address = models.ForeignKey(Address, models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True, blank=True)
    failed_at = models.DateTimeField(null=True, blank=True)
    read_at = models.DateTimeField(null=True, blank=True)
    read_by = models.CharField(max_length=6, choices=ReadBy, blank=True)
    # When the mail was written that says that the change was stopped before its day.
    stop_told_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["version", "person", "address"],
                name="announcement_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="announcement_to_one", condition=exactly_one("person", "address")
            ),
            models.CheckConstraint(
                name="announcement_read_somehow",
                condition=Q(read_at=None, read_by="") | Q(read_at__isnull=False) & ~Q(read_by=""),
            ),
        ]
        indexes = [
            models.Index(fields=["person", "version"], name="announcement_of_person"),
            models.Index(fields=["address", "version"], name="announcement_of_address"),
            models.Index(fields=["version", "id"], name="announcement_of_version"),
            models.Index(fields=["id"], name="announcement_undelivered", condition=Q(sent_at=None)),
        ]

    def __str__(self) -> str:
        return f"announcement {self.uid}"

    @property
    def is_nobodys(self) -> bool:
        """Whether the person or the address it went to has been erased."""
        if self.person is not None:
            return self.person.erased_at is not None
        return self.address is None or self.address.email is None
