"""Objections to purposes without a switch; whatever changes among them is told to the feed."""

from importlib import import_module

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

_feed = import_module("consents.migrations.0008_permit_changes")
TABLE = "consents_objection"
NAMED = "r.purpose_id, NULL::bigint, r.person_id, NULL::bigint, NULL::bigint"


def _triggers() -> tuple[str, str]:
    """Return the SQL of the feed's triggers for the table, and the SQL that takes them away."""
    told = _feed.TOLD | {TABLE: (NAMED, "", "")}
    return _feed.make(TABLE, told), _feed.unmake(TABLE)


class Migration(migrations.Migration):
    dependencies = [
        ("consents", "0015_pages"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Objection",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("lodged_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="objections",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "purpose",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="objections",
                        to="consents.purpose",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)),
                        fields=("person", "purpose"),
                        name="objection_stands_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ended_at", None),
                            ("ended_at__gte", models.F("lodged_at")),
                            _connector="OR",
                        ),
                        name="objection_ends_after_it_began",
                    ),
                ],
            },
        ),
        migrations.RunSQL(*_triggers()),
    ]
