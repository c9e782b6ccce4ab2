"""Whoever touches documents or must obey choices."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class System(models.Model):
    """A system that uses documents: the service's own, a processor's, or a third party's."""

    class Kind(models.TextChoices):
        """Who runs it."""

        INTERNAL = "internal", _("run by the service itself")
        PROCESSOR = "processor", _("run by a processor")
        THIRD_PARTY = "third_party", _("run by a third party")

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=12, choices=Kind, default=Kind.INTERNAL)
    country = models.CharField(max_length=2, blank=True)

    def __str__(self) -> str:
        return self.name
