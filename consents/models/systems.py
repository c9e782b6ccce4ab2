"""Whoever touches documents or must obey choices."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User


class System(models.Model):
    """A system that uses documents: the service's own, a processor's, or a third party's.

    It is told of every choice about a purpose it ``obeys`` at ``webhook_url``, signed with the
    secret that ``webhook_secret`` holds (wrapped, see ``portal.lib.crypto``), and promises to apply
    it within ``promise`` seconds. After too many failures in a row it is left alone until
    ``closed_until``.
    """

    class Kind(models.TextChoices):
        """Who runs it."""

        INTERNAL = "internal", _("run by the service itself")
        PROCESSOR = "processor", _("run by a processor")
        THIRD_PARTY = "third_party", _("run by a third party")

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=12, choices=Kind, default=Kind.INTERNAL)
    country = models.CharField(max_length=2, blank=True)
    obeys = models.ManyToManyField("consents.Purpose", blank=True, related_name="systems")
    webhook_url = models.URLField(max_length=500, blank=True)
    webhook_secret = models.BinaryField(default=bytes, blank=True)
    promise = models.PositiveIntegerField(
        default=600, validators=[MinValueValidator(1), MaxValueValidator(30 * 86400)]
    )
    failures = models.PositiveIntegerField(default=0)  # in a row
    closed_until = models.DateTimeField(null=True, blank=True)
    # For a day after a new secret was made, messages are signed with the former one too.
    former_secret = models.BinaryField(default=bytes, blank=True)
    former_until = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name


class SystemEvent(models.Model):
    """Who registered a system or changed what it is told, and when. Append-only.

    ``data`` holds what changed: field → [old, new]. Of secrets it says nothing.
    """

    class Kind(models.TextChoices):
        """What was done."""

        REGISTERED = "registered", _("registered")
        CHANGED = "changed", _("changed")
        SECRET = "secret", _("new secret made")
        RESENT = "resent", _("given-up messages sent again")

    system = models.ForeignKey(System, models.PROTECT, related_name="events")
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind)
    data = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index("system", models.F("id").desc(), name="system_event_newest")]

    def __str__(self) -> str:
        return f"{self.kind} {self.system_id}"
