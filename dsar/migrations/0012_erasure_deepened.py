"""The ledger of erasures, recipients that are told, decisions of staff, holds that are reviewed."""

import uuid
from typing import Any

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from portal.lib.append_only import forbid_changes


def _name_each_hold(apps: Any, schema_editor: Any) -> None:
    for hold in apps.get_model("dsar", "Hold").objects.all():
        hold.uid = uuid.uuid4()
        hold.save(update_fields=["uid"])


def _by(**options: Any) -> models.ForeignKey[Any, Any]:
    return models.ForeignKey(
        blank=True,
        null=True,
        on_delete=django.db.models.deletion.PROTECT,
        related_name="+",
        to=settings.AUTH_USER_MODEL,
        **options,
    )


NOTICE_STATES = [
    ("by_staff", "to be told by our staff"),
    ("waiting", "on its way"),
    ("told", "told, not confirmed yet"),
    ("confirmed", "confirmed"),
    ("dead", "could not be reached, our staff look after it"),
]
RECORD_KINDS = [
    ("item", "one thing was erased or locked away"),
    ("address", "an e-mail address was erased"),
    ("file", "a file was destroyed"),
    ("ended", "what was kept until its date was erased"),
    ("certified", "the certificate was issued"),
    ("held", "a legal hold was placed"),
    ("lifted", "a legal hold was lifted"),
]


class Migration(migrations.Migration):
    dependencies = [("consents", "0015_pages"), ("dsar", "0011_redaction")]

    operations = [
        migrations.CreateModel(
            name="ErasureRecord",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("kind", models.CharField(choices=RECORD_KINDS, max_length=9)),
                ("request", models.CharField(blank=True, max_length=16)),
                ("subject", models.CharField(max_length=64)),
                ("source", models.CharField(blank=True, max_length=60)),
                ("thing", models.CharField(blank=True, max_length=64)),
                ("data", models.JSONField(default=dict)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["subject", "id"], name="erasure_of_subject"),
                    models.Index(fields=["request", "kind"], name="erasure_by_request"),
                ],
            },
        ),
        forbid_changes("dsar_erasurerecord"),
        migrations.CreateModel(
            name="LedgerOutbox",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "record",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="waiting",
                        to="dsar.erasurerecord",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="LedgerVolume",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField(unique=True)),
                ("name", models.CharField(max_length=200)),
                ("sha256", models.CharField(max_length=64)),
                ("lines", models.PositiveIntegerField()),
                ("written_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
        ),
        migrations.CreateModel(
            name="RecipientNotice",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "what",
                    models.CharField(
                        choices=[
                            ("erasure", "erased"),
                            ("rectification", "corrected"),
                            ("restriction", "use paused"),
                        ],
                        max_length=13,
                    ),
                ),
                ("recipient", models.CharField(max_length=120)),
                ("name", models.CharField(max_length=120)),
                ("subject", models.CharField(max_length=64)),
                ("documents", models.JSONField(default=list)),
                ("status", models.CharField(choices=NOTICE_STATES, max_length=9)),
                ("due_on", models.DateField()),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("next_try_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("leased_until", models.DateTimeField(blank=True, null=True)),
                ("lease", models.UUIDField(blank=True, null=True)),
                ("error", models.CharField(blank=True, max_length=60)),
                ("sent_at", models.DateTimeField(blank=True, null=True)),
                ("ack_at", models.DateTimeField(blank=True, null=True)),
                ("ack_by", _by()),
                (
                    "request",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="recipients",
                        to="dsar.subjectrequest",
                    ),
                ),
                ("sent_by", _by()),
                (
                    "system",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="consents.system",
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
                "indexes": [
                    models.Index(
                        condition=models.Q(status="waiting"),
                        fields=["next_try_at", "id"],
                        name="recipient_due",
                    ),
                    models.Index(
                        condition=~models.Q(status="confirmed"),
                        fields=["due_on", "id"],
                        name="recipient_open",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("request", "what", "recipient"), name="recipient_told_once"
                    ),
                    models.CheckConstraint(
                        name="recipient_confirmed_has_time",
                        condition=models.Q(status="confirmed", ack_at__isnull=False)
                        | ~models.Q(status="confirmed") & models.Q(ack_at=None),
                    ),
                    models.CheckConstraint(
                        name="recipient_told_has_time",
                        condition=~models.Q(status="told") | models.Q(sent_at__isnull=False),
                    ),
                ],
            },
        ),
        migrations.AddField("erasureitem", "agreed_by", _by()),
        migrations.AddField(
            "erasureitem", "decided_at", models.DateTimeField(blank=True, null=True)
        ),
        migrations.AddField("erasureitem", "decided_by", _by()),
        migrations.AddField("erasureitem", "why", models.TextField(blank=True, max_length=1000)),
        migrations.AddField("hold", "placed_again_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddField("hold", "reviewed_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddField("hold", "reviewed_by", _by()),
        migrations.AddField("hold", "uid", models.UUIDField(default=uuid.uuid4, null=True)),
        migrations.RunPython(_name_each_hold, migrations.RunPython.noop),
        migrations.AlterField(
            "hold", "uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)
        ),
        migrations.AddIndex(
            "hold",
            models.Index(
                condition=models.Q(lifted_at=None), fields=["review_on"], name="hold_to_review"
            ),
        ),
    ]
