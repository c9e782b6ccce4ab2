"""An export of the log that is too large for one job is made in parts."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("portal", "0003_alarms")]

    operations = [
        migrations.CreateModel(
            name="LogExportPart",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("name", models.CharField(max_length=200)),
                ("key", models.BinaryField()),
                ("after", models.CharField(blank=True, max_length=200)),
                ("counts", models.JSONField(default=dict)),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "export",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="parts",
                        to="portal.logexport",
                    ),
                ),
            ],
            options={"ordering": ["number"]},
        ),
        migrations.AddConstraint(
            model_name="logexportpart",
            constraint=models.UniqueConstraint(
                fields=("export", "number"), name="log_export_part_once"
            ),
        ),
    ]
