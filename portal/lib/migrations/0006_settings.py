"""What the office has set, by versions; and which of its wordings a mail was made from."""

import django.utils.timezone
from django.db import migrations, models

from portal.lib.append_only import forbid_changes


class Migration(migrations.Migration):
    dependencies = [("kernel", "0005_call_count")]

    operations = [
        migrations.AddField(
            model_name="outgoingmail",
            name="wording",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.CreateModel(
            name="OfficeVersion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.CharField(max_length=80)),
                ("number", models.PositiveIntegerField()),
                ("value", models.JSONField(null=True)),
                ("change", models.UUIDField(blank=True, null=True)),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=["key", "number"], name="office_version_once"),
                    models.CheckConstraint(
                        condition=models.Q(number__gte=1), name="office_version_counts_from_one"
                    ),
                ],
            },
        ),
        forbid_changes("kernel_officeversion"),
    ]
