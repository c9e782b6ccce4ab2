"""A change on its way, and each act on it."""

from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.lib.canonical import sha256_of


class Change(models.Model):
    """One change: what kind, of what, to what.

    ``payload`` is the draft as it was typed, also where it cannot be applied; ``subject`` is a code
    of its kind (a slug, a key), never a person; ``base`` is the state (a hash of the kind's) that
    the draft was made on: what changed meanwhile is seen before anybody agrees.
    """

    class Status(models.TextChoices):
        """Where the change is."""

        DRAFT = "draft", _("draft")
        PROPOSED = "proposed", _("waits for a second person")
        APPLIED = "applied", _("carried out")
        REFUSED = "refused", _("refused")
        WITHDRAWN = "withdrawn", _("taken back")
        STOPPED = "stopped", _("stopped before it took effect")

    uid = models.UUIDField(default=uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=20)
    subject = models.CharField(max_length=80)
    payload = models.JSONField(default=dict)
    base = models.CharField(max_length=64, blank=True)
    status = models.CharField(max_length=9, choices=Status, default=Status.DRAFT)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="changes_i_drafted"
    )
    reason = models.TextField(blank=True)  # why, in the author's words: for the second person
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)
    proposed_at = models.DateTimeField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="changes_i_decided",
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="change_proposed_has_time",
                condition=Q(status__in=["draft", "withdrawn"]) | Q(proposed_at__isnull=False),
            ),
            models.CheckConstraint(
                name="change_decided_has_who",
                condition=Q(status__in=["draft", "proposed", "withdrawn"])
                | Q(decided_at__isnull=False, decided_by__isnull=False),
            ),
            # Two drafts of one thing would overwrite one another.
            models.UniqueConstraint(
                fields=["kind", "subject"],
                condition=Q(status__in=["draft", "proposed"]),
                name="change_one_open_of_a_subject",
            ),
        ]
        indexes = [
            models.Index(F("updated_at").desc(), F("id").desc(), name="change_newest"),
            models.Index(fields=["status", "kind"], name="change_waiting"),
        ]

    def __str__(self) -> str:
        return f"change {self.uid}"

    @property
    def is_open(self) -> bool:
        """Whether it can still be edited, proposed or decided."""
        return self.status in OPEN

    @property
    def fingerprint(self) -> str:
        """Return the SHA-256 of what somebody who decides about it reads: what, why, of which."""
        return sha256_of({"payload": self.payload, "reason": self.reason, "base": self.base})

    @property
    def edition(self) -> str:
        """Return what a page carries to tell, when it is saved, whether the draft is the same."""
        return f"{self.status}-{sha256_of(self.payload)}"


# In these a change can still be edited, proposed or decided.
OPEN = (Change.Status.DRAFT, Change.Status.PROPOSED)


class ChangeEvent(models.Model):
    """One act on a change. Append-only (invariant 1). ``data`` holds what stood in it then."""

    class Code(models.TextChoices):
        """What was done."""

        DRAFTED = "drafted", _("drafted")
        EDITED = "edited", _("edited")
        PROPOSED = "proposed", _("given to a second person")
        APPROVED = "approved", _("agreed to")
        REFUSED = "refused", _("refused")
        WITHDRAWN = "withdrawn", _("taken back")
        STOPPED = "stopped", _("stopped before it took effect")

    change = models.ForeignKey(Change, models.PROTECT, related_name="events")
    code = models.CharField(max_length=9, choices=Code)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    note = models.TextField(blank=True)
    data = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(fields=["change", "id"], name="event_of_change"),
            models.Index(F("at").desc(), F("id").desc(), name="change_event_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.code} of change {self.change_id}"
