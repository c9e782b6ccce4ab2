"""Choices on their way to the systems that must obey."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from portal.lib.append_only import forbid_changes


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("consents", "0009_lawful_versions"),
    ]

    operations = [
        migrations.AddField(
            "system", "former_secret", models.BinaryField(blank=True, default=bytes)
        ),
        migrations.AddField("system", "former_until", models.DateTimeField(blank=True, null=True)),
        migrations.AlterField(
            "propagation",
            "status",
            models.CharField(
                choices=[
                    ("waiting", "on its way"),
                    ("received", "received, not applied yet"),
                    ("applied", "applied"),
                    ("dead", "given up, support looks after it"),
                    ("replaced", "replaced by a later choice"),
                ],
                default="waiting",
                max_length=8,
            ),
        ),
        migrations.CreateModel(
            "SystemEvent",
            [
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("registered", "registered"),
                            ("changed", "changed"),
                            ("secret", "new secret made"),
                            ("resent", "given-up messages sent again"),
                        ],
                        max_length=10,
                    ),
                ),
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
                    "system",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="events",
                        to="consents.system",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index("system", models.F("id").desc(), name="system_event_newest")
                ],
            },
        ),
        forbid_changes("consents_systemevent"),
    ]
