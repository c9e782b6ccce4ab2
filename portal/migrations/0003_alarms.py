"""Alarms and digests, each sent once; the office's own events; exports of the log."""

import django.db.models.deletion
import django.utils.timezone
import uuid
from django.conf import settings
from portal.lib.append_only import forbid_changes
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("portal", "0002_reports"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="AlarmHook",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("name", models.CharField(max_length=80)),
                ("url", models.URLField(max_length=500)),
                ("secret", models.BinaryField(blank=True, default=bytes)),
                ("is_on", models.BooleanField(default=True)),
                ("failures", models.PositiveIntegerField(default=0)),
                ("error", models.CharField(blank=True, max_length=60)),
                ("taken_at", models.DateTimeField(blank=True, null=True)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "ordering": ["name", "id"],
            },
        ),
        migrations.CreateModel(
            name="AlarmRule",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=24, unique=True)),
                ("is_on", models.BooleanField(default=True)),
                ("threshold", models.PositiveIntegerField()),
                ("to_all", models.BooleanField(default=True)),
                ("tells_end", models.BooleanField(default=False)),
                ("changed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "hooks",
                    models.ManyToManyField(blank=True, related_name="rules", to="portal.alarmhook"),
                ),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="AlarmReader",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "reader",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "rule",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="readers",
                        to="portal.alarmrule",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("rule", "reader"), name="alarm_reader_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="DigestDay",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField()),
                ("was_sent", models.BooleanField()),
                ("done_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "reader",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("reader", "day"), name="digest_once_a_day")
                ],
            },
        ),
        migrations.CreateModel(
            name="DigestWish",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("is_on", models.BooleanField(default=True)),
                ("hour", models.PositiveSmallIntegerField(default=8)),
                ("even_if_quiet", models.BooleanField(default=False)),
                (
                    "reader",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="digest",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("hour__lte", 23)), name="digest_hour_of_a_day"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="HookMessage",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("body", models.JSONField()),
                (
                    "status",
                    models.CharField(
                        choices=[("waiting", "waiting"), ("taken", "taken"), ("dead", "given up")],
                        default="waiting",
                        max_length=7,
                    ),
                ),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("due_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("leased_until", models.DateTimeField(blank=True, null=True)),
                ("error", models.CharField(blank=True, max_length=60)),
                ("taken_at", models.DateTimeField(blank=True, null=True)),
                (
                    "hook",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="messages",
                        to="portal.alarmhook",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("status", "waiting")),
                        fields=["due_at"],
                        name="hook_due",
                    ),
                    models.Index(
                        models.F("hook"),
                        models.OrderBy(models.F("id"), descending=True),
                        name="hook_newest",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="LogExport",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("reason", models.CharField(max_length=200)),
                ("since", models.DateTimeField(blank=True, null=True)),
                ("until", models.DateTimeField()),
                ("language", models.CharField(max_length=8)),
                ("asked_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("asked", "waits for a second person"),
                            ("building", "being made"),
                            ("ready", "ready"),
                            ("taken", "downloaded"),
                            ("failed", "not made"),
                            ("ended", "destroyed"),
                        ],
                        default="asked",
                        max_length=8,
                    ),
                ),
                ("leased_until", models.DateTimeField(blank=True, null=True)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("error", models.CharField(blank=True, max_length=20)),
                ("name", models.CharField(blank=True, max_length=200)),
                ("key", models.BinaryField(blank=True, null=True)),
                ("size", models.PositiveBigIntegerField(default=0)),
                ("sha256", models.CharField(blank=True, max_length=64)),
                ("manifest_sha256", models.CharField(blank=True, max_length=64)),
                ("events", models.PositiveBigIntegerField(default=0)),
                ("built_at", models.DateTimeField(blank=True, null=True)),
                ("expires_at", models.DateTimeField(blank=True, null=True)),
                ("link_hash", models.CharField(blank=True, max_length=64, null=True, unique=True)),
                ("link_until", models.DateTimeField(blank=True, null=True)),
                ("taken_at", models.DateTimeField(blank=True, null=True)),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "taken_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        models.OrderBy(models.F("asked_at"), descending=True),
                        models.OrderBy(models.F("id"), descending=True),
                        name="log_export_newest",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("person__isnull", False), ("since__isnull", False), _connector="OR"
                        ),
                        name="log_export_of_a_person_or_a_period",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "ready"), _negated=True),
                            models.Q(("expires_at__isnull", False), ("key__isnull", False)),
                            _connector="OR",
                        ),
                        name="log_export_ready_has_its_key",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "ended"), _negated=True),
                            ("key", None),
                            _connector="OR",
                        ),
                        name="log_export_ended_has_no_key",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="OfficeEvent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "code",
                    models.CharField(
                        choices=[
                            ("rule_changed", "alarm rule changed"),
                            ("rule_on", "alarm rule switched on"),
                            ("rule_off", "alarm rule switched off"),
                            ("raised", "alarm raised"),
                            ("over", "alarm over"),
                            ("tested", "test of an alarm sent"),
                            ("hook_added", "webhook for alarms added"),
                            ("hook_changed", "webhook for alarms changed"),
                            ("hook_ended", "webhook for alarms switched off"),
                            ("digest_set", "daily digest changed"),
                            ("export_asked", "export of the log asked for"),
                            ("export_built", "export of the log made"),
                            ("export_failed", "export of the log not made"),
                            ("export_taken", "export of the log downloaded"),
                            ("export_ended", "export of the log destroyed"),
                        ],
                        max_length=14,
                    ),
                ),
                ("about", models.CharField(blank=True, max_length=80)),
                ("why", models.CharField(blank=True, max_length=200)),
                ("data", models.JSONField(default=dict)),
                (
                    "by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        models.OrderBy(models.F("at"), descending=True),
                        models.OrderBy(models.F("id"), descending=True),
                        name="office_newest",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="RaisedAlarm",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("cause", models.CharField(max_length=120)),
                ("data", models.JSONField(default=dict)),
                ("raised_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("over_at", models.DateTimeField(blank=True, null=True)),
                (
                    "rule",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="raised",
                        to="portal.alarmrule",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        models.OrderBy(models.F("raised_at"), descending=True),
                        models.OrderBy(models.F("id"), descending=True),
                        name="alarm_newest",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("over_at", None)),
                        fields=("rule", "cause"),
                        name="alarm_once_per_cause",
                    )
                ],
            },
        ),
        forbid_changes("portal_officeevent"),
    ]
