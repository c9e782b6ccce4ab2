import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("dsar", "0009_outside")]

    operations = [
        migrations.CreateModel(
            name="SourceTrail",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("source", models.CharField(max_length=60)),
                ("place", models.CharField(max_length=60)),
                ("keys", models.BinaryField()),
                ("digest", models.CharField(max_length=64)),
                (
                    "request",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="trails",
                        to="dsar.subjectrequest",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("request", "source", "place", "digest"), name="trail_once"
                    )
                ],
            },
        ),
    ]
