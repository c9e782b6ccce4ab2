"""Alarms: the rules as the office set them, what they raised, and whom they told."""

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User


class AlarmHook(models.Model):
    """An address that is told of alarms (Standard Webhooks).

    ``secret`` is wrapped by the installation's secret. ``failures`` counts in a row.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(max_length=80)
    url = models.URLField(max_length=500)
    secret = models.BinaryField(default=bytes, blank=True)
    is_on = models.BooleanField(default=True)
    failures = models.PositiveIntegerField(default=0)
    error = models.CharField(max_length=60, blank=True)
    taken_at = models.DateTimeField(null=True, blank=True)  # when a message was last taken
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return f"hook {self.uid}"


class AlarmRule(models.Model):
    """One rule, as the office set it; what it watches is in ``portal.dashboard.alarms.rules``.

    ``threshold`` is in the unit of the rule. ``to_all`` tells every data protection officer by
    mail, else those of ``readers``.
    """

    code = models.CharField(max_length=24, unique=True)
    is_on = models.BooleanField(default=True)
    threshold = models.PositiveIntegerField()
    to_all = models.BooleanField(default=True)
    hooks = models.ManyToManyField(AlarmHook, blank=True, related_name="rules")
    tells_end = models.BooleanField(default=False)
    changed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"rule {self.code}"


class AlarmReader(models.Model):
    """A data protection officer who is told of a rule's alarms, where not all are."""

    rule = models.ForeignKey(AlarmRule, models.CASCADE, related_name="readers")
    reader = models.ForeignKey(User, models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["rule", "reader"], name="alarm_reader_once")]

    def __str__(self) -> str:
        return f"reader {self.reader_id} of {self.rule_id}"


class RaisedAlarm(models.Model):
    """One cause of one rule, from when it was seen until it was gone.

    The row is the guard: one cause has one row that is not over, written in the transaction that
    queues the messages. ``cause`` holds references and codes, ``data`` what the sentence needs.
    """

    rule = models.ForeignKey(AlarmRule, models.PROTECT, related_name="raised")
    cause = models.CharField(max_length=120)
    data = models.JSONField(default=dict)
    raised_at = models.DateTimeField(default=timezone.now)
    over_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["rule", "cause"], condition=Q(over_at=None), name="alarm_once_per_cause"
            )
        ]
        indexes = [models.Index(F("raised_at").desc(), F("id").desc(), name="alarm_newest")]

    def __str__(self) -> str:
        return f"alarm {self.pk}"


class HookMessage(models.Model):
    """One message to one address: references only. ``uid`` is how the receiver knows it again."""

    class Status(models.TextChoices):
        """Where it is."""

        WAITING = "waiting", _("waiting")
        TAKEN = "taken", _("taken")
        DEAD = "dead", _("given up")

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    hook = models.ForeignKey(AlarmHook, models.CASCADE, related_name="messages")
    body = models.JSONField()
    status = models.CharField(max_length=7, choices=Status, default=Status.WAITING)
    created_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField(default=timezone.now)
    attempts = models.PositiveSmallIntegerField(default=0)
    leased_until = models.DateTimeField(null=True, blank=True)
    error = models.CharField(max_length=60, blank=True)
    taken_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["due_at"], name="hook_due", condition=Q(status="waiting")),
            models.Index("hook", F("id").desc(), name="hook_newest"),
        ]

    def __str__(self) -> str:
        return f"message {self.uid}"


class DigestWish(models.Model):
    """At which hour of their own zone a data protection officer wants the day in one mail."""

    reader = models.OneToOneField(User, models.CASCADE, related_name="digest")
    is_on = models.BooleanField(default=True)
    hour = models.PositiveSmallIntegerField(default=8)
    even_if_quiet = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(name="digest_hour_of_a_day", condition=Q(hour__lte=23))
        ]

    def __str__(self) -> str:
        return f"digest at {self.hour}"


class DigestDay(models.Model):
    """A day on which somebody's digest is done, sent or silent: the guard against a second one.

    ``day`` is of the reader's zone.
    """

    reader = models.ForeignKey(User, models.CASCADE, related_name="+")
    day = models.DateField()
    was_sent = models.BooleanField()
    done_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["reader", "day"], name="digest_once_a_day")]

    def __str__(self) -> str:
        return f"digest of {self.day}"
