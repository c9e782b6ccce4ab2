"""Objections to purposes that have no switch: weighed by a person, obeyed meanwhile."""

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from accounts.models import User
from consents.models.purposes import Purpose


class Objection(models.Model):
    """Somebody's objection to a purpose without a switch of its own (art. 21(1) GDPR).

    From ``lodged_at`` on, the gate is closed for the purpose on every document they are a party of
    (art. 18(1)(d)). It stays so, unless compelling grounds were demonstrated or the person took it
    back: then ``ended_at`` is set.
    """

    person = models.ForeignKey(User, models.PROTECT, related_name="objections")
    purpose = models.ForeignKey(Purpose, models.PROTECT, related_name="objections")
    lodged_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "purpose"],
                condition=Q(ended_at=None),
                name="objection_stands_once",
            ),
            models.CheckConstraint(
                name="objection_ends_after_it_began",
                condition=Q(ended_at=None) | Q(ended_at__gte=F("lodged_at")),
            ),
        ]

    def __str__(self) -> str:
        return f"objection {self.pk}"
