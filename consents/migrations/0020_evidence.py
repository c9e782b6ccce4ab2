"""Evidence for what is called anonymous; the gate can be closed where there is none that counts.

Recording and withdrawing are told to whoever follows the gate (see migration 0008). That evidence
expires is told by ``consents/moments.py``: time alone changes the answers then.
"""

import uuid
from importlib import import_module

import django.utils.timezone
from typing import Any

from django.conf import settings
from django.db import migrations, models
from django.db.models.deletion import PROTECT

from portal.lib.append_only import forbid_changes

FEED = import_module("consents.migrations.0008_permit_changes")
REST = "NULL::bigint, NULL::bigint, NULL::bigint, NULL::bigint"
TOLD = {
    "consents_evidence": (f"r.purpose_id, {REST}", "", ""),
    "consents_evidencewithdrawal": (
        f"e.purpose_id, {REST}", "", "JOIN consents_evidence e ON e.id = r.evidence_id",
    ),
}  # fmt: skip
# A file is as it was sealed; one that no evidence names may go.
NO_UPDATE = """
CREATE TRIGGER consents_evidencefile_stays BEFORE UPDATE ON consents_evidencefile
    FOR EACH ROW EXECUTE FUNCTION forbid_change();
"""
# Whoever trains on what is claimed to be anonymous has to prove it, from the first day on.
TRAINING = "UPDATE consents_purpose SET needs_evidence = true WHERE is_ai_training"


def by(app: str) -> "models.ForeignKey[Any, Any]":
    """Return a reference to the officer who did it."""
    return models.ForeignKey(on_delete=PROTECT, related_name="+", to=app)


def key() -> "models.BigAutoField[Any, Any]":
    """Return the key of a table."""
    return models.BigAutoField(
        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
    )


class Migration(migrations.Migration):
    dependencies = [("consents", "0019_stops"), ("accounts", "0005_changes")]

    operations = [
        migrations.AddField("purpose", "needs_evidence", models.BooleanField(default=False)),
        migrations.CreateModel(
            name="EvidenceFile",
            fields=[
                ("id", key()),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("name", models.CharField(max_length=100)),
                ("media_type", models.CharField(max_length=40)),
                ("size", models.PositiveBigIntegerField()),
                ("sha256", models.CharField(max_length=64)),
                ("stored", models.CharField(max_length=200)),
                ("key", models.BinaryField()),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("by", by(settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name="Evidence",
            fields=[
                ("id", key()),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("method", models.CharField(max_length=20, choices=[
                    ("manual_review", "people read a sample by hand"),
                    ("labelled_set", "the software ran on texts whose identifiers are known"),
                    ("formal_proof", "a mathematical guarantee was checked"),
                    ("other", "another way"),
                ])),
                ("method_words", models.JSONField()),
                ("measured_on", models.DateField()),
                ("dataset", models.JSONField()),
                ("documents", models.PositiveIntegerField()),
                ("items", models.PositiveIntegerField()),
                ("found", models.PositiveIntegerField()),
                ("attack", models.JSONField()),
                ("attempts", models.PositiveIntegerField()),
                ("successes", models.PositiveIntegerField()),
                ("reviewer", models.CharField(max_length=120)),
                ("reviewer_function", models.CharField(max_length=160)),
                ("is_independent", models.BooleanField(default=False)),
                ("is_file_public", models.BooleanField(default=False)),
                ("expires_at", models.DateTimeField()),
                ("recorded_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("by", by(settings.AUTH_USER_MODEL)),
                ("change", models.OneToOneField(
                    blank=True, null=True, on_delete=PROTECT, related_name="evidence",
                    to="accounts.change")),
                ("purpose", models.ForeignKey(
                    on_delete=PROTECT, related_name="evidence", to="consents.purpose")),
                ("file", models.OneToOneField(
                    blank=True, null=True, on_delete=PROTECT, related_name="evidence",
                    to="consents.evidencefile")),
            ],
            options={
                "indexes": [
                    models.Index(fields=["purpose", "-expires_at"], name="evidence_of_purpose"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        name="evidence_found_of_items",
                        condition=models.Q(items__gt=0, found__lte=models.F("items"))),
                    models.CheckConstraint(
                        name="evidence_successes_of_attempts",
                        condition=models.Q(successes__lte=models.F("attempts"))),
                    models.CheckConstraint(
                        name="evidence_public_file_exists",
                        condition=models.Q(is_file_public=False) | models.Q(file__isnull=False)),
                ],
            },
        ),
        migrations.CreateModel(
            name="EvidenceWithdrawal",
            fields=[
                ("id", key()),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("reason", models.TextField()),
                ("by", by(settings.AUTH_USER_MODEL)),
                ("evidence", models.OneToOneField(
                    on_delete=PROTECT, related_name="withdrawal", to="consents.evidence")),
            ],
            options={"constraints": [
                models.CheckConstraint(
                    name="withdrawal_has_a_reason", condition=~models.Q(reason="")),
            ]},
        ),
        forbid_changes("consents_evidence"),
        forbid_changes("consents_evidencewithdrawal"),
        migrations.RunSQL(
            NO_UPDATE, "DROP TRIGGER consents_evidencefile_stays ON consents_evidencefile"
        ),
        *(migrations.RunSQL(FEED.make(one, TOLD), FEED.unmake(one)) for one in TOLD),
        migrations.RunSQL(TRAINING, migrations.RunSQL.noop),
    ]  # fmt: skip
